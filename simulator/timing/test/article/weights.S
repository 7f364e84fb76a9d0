@ As many bytes as the article's .tflite has, of floats +-[1/32, 1/8) from a linear congruential
@ generator.
  .section .rodata.model, "a"
  .global model
  .balign 16
model:
  .set seed, 1
  .rept 375740 / 4
  .set seed, (seed * 1664525 + 1013904223) & 0xFFFFFFFF
  .word 0x3D000000 | (seed & 0x80000000) | (seed >> 7 & 0x00FFFFFF)
  .endr
