@ Short sequences whose cycles are known. The host writes the address of one into `sequence`; it
@ leaves in `cycles` what 16 more repetitions of its body cost, caches warm.
  .syntax unified
  .cpu cortex-m7
  .fpu fpv5-sp-d16
  .thumb

  .section .vectors, "a"
  .word 0x20001000
  .word start + 1

  .bss
  .global sequence, cycles
sequence: .space 4
cycles: .space 4

  .text
  .global start
  .type start, %function
start:
  ldr r0, =0xE000ED88  @ CPACR
  ldr r1, =0x00F00000
  str r1, [r0]
  dsb
  isb
  ldr r0, =0x40023C00  @ FLASH_ACR: 7 wait states
  movs r1, #7
  str r1, [r0]
  ldr r0, =0xE000ED14  @ CCR: both caches
  ldr r1, [r0]
  orr r1, #0x30000
  str r1, [r0]
  ldr r0, =0xE000EDFC  @ DEMCR.TRCENA
  mov r1, #1 << 24
  str r1, [r0]
  ldr r0, =0xE0001FB0  @ DWT_LAR
  ldr r1, =0xC5ACCE55
  str r1, [r0]
  ldr r0, =0xE0001000  @ DWT_CTRL.CYCCNTENA
  movs r1, #1
  str r1, [r0]
  ldr r0, =sequence
  ldr r0, [r0]
  orr r0, #1
  bx r0
  .ltorg

@ Bodies may use r1 to r3, lr, and the FPU; r8 points to DTCM, a word that points to itself first,
@ r10 into SRAM1, r11 into flash.
  .macro sequence name
  .balign 32
  .global \name
  .type \name, %function
\name:
  ldr r0, =0xE0001004
  ldr r8, =0x20002000
  str r8, [r8]
  ldr r10, =0x20020000
  ldr r11, =0x08080000
  mov r1, r8
  mov r2, #3
  mov r3, #5
  movs r7, #3
1:
  isb
  ldr r4, [r0]
  .rept 8
  body_\name
  .endr
  ldr r5, [r0]
  isb
  ldr r6, [r0]
  .rept 24
  body_\name
  .endr
  ldr r12, [r0]
  subs r7, #1
  bne.w 1b
  subs r5, r4
  sub r12, r6
  sub r12, r5
  ldr r0, =cycles
  str r12, [r0]
  bkpt 0
  .ltorg
  .endm

@ Integer
  .macro body_two_adds
  add.w r1, r1, #1
  add.w r2, r2, #1
  .endm
sequence two_adds

  .macro body_add_chain
  eor.w r2, r2, r3
  .endm
sequence add_chain

  .macro body_early_to_late
  add.w r2, r2, #1
  eor.w r3, r3, r2
  .endm
sequence early_to_late

  .macro body_shifted_chain
  eor.w r2, r3, r2, lsl #1
  .endm
sequence shifted_chain

  .macro body_two_shifted
  eor.w r1, r3, r3, lsl #1
  eor.w r2, r3, r3, lsl #1
  .endm
sequence two_shifted

  .macro body_two_dsp
  sxtb16 r1, r3
  uadd8 r2, r3, r3
  .endm
sequence two_dsp

  .macro body_dsp_and_add
  sxtb16 r1, r3
  add.w r2, r3, #1
  .endm
sequence dsp_and_add

@ Multiplications
  .macro body_smlad_chain
  smlad r1, r2, r3, r1
  .endm
sequence smlad_chain

  .macro body_smlad_with_load
  smlad r1, r2, r3, r1
  ldr.w r9, [r8]
  .endm
sequence smlad_with_load

  .macro body_smlad_with_store
  smlad r1, r2, r3, r1
  str.w r9, [r8]
  .endm
sequence smlad_with_store

  .macro body_mul_chain
  mul r2, r2, r3
  .endm
sequence mul_chain

  .macro body_load_to_multiplicand
  ldr.w r2, [r8]
  smlad r1, r2, r3, r1
  .endm
sequence load_to_multiplicand

  .macro body_load_to_add
  ldr.w r2, [r8]
  add.w r1, r1, r2
  .endm
sequence load_to_add

@ Loads and stores
  .macro body_loads_two_banks
  ldr.w r2, [r8]
  ldr.w r3, [r8, #4]
  .endm
sequence loads_two_banks

  .macro body_loads_one_bank
  ldr.w r2, [r8]
  ldr.w r3, [r8, #8]
  .endm
sequence loads_one_bank

  .macro body_ldrd
  ldrd r2, r3, [r8]
  .endm
sequence ldrd

  .macro body_ldm_4
  ldm r8, {r2, r3, r9, lr}
  .endm
sequence ldm_4

  .macro body_pointer_chase
  ldr.w r1, [r1]
  .endm
sequence pointer_chase

  .macro body_byte_load_use
  ldrb.w r2, [r8]
  eor.w r1, r1, r2
  .endm
sequence byte_load_use

  .macro body_unaligned_load
  ldr.w r2, [r8, #1]
  .endm
sequence unaligned_load

  .macro body_two_stores
  str.w r2, [r8]
  str.w r3, [r8, #4]
  .endm
sequence two_stores

  .macro body_load_and_store
  ldr.w r2, [r8]
  str.w r3, [r8, #4]
  .endm
sequence load_and_store

  .macro body_byte_stores_one_bank
  strb.w r2, [r8]
  .endm
sequence byte_stores_one_bank

  .macro body_byte_stores_two_banks
  strb.w r2, [r8]
  strb.w r2, [r8, #4]
  .endm
sequence byte_stores_two_banks

@ FPU
  .macro body_vfma_1
  vfma.f32 s0, s16, s17
  .endm
sequence vfma_1

  .macro body_vfma_2
  vfma.f32 s0, s16, s17
  vfma.f32 s1, s16, s17
  .endm
sequence vfma_2

  .macro body_vfma_3
  vfma.f32 s0, s16, s17
  vfma.f32 s1, s16, s17
  vfma.f32 s2, s16, s17
  .endm
sequence vfma_3

  .macro body_vfma_4
  vfma.f32 s0, s16, s17
  vfma.f32 s1, s16, s17
  vfma.f32 s2, s16, s17
  vfma.f32 s3, s16, s17
  .endm
sequence vfma_4

  .macro body_vfma_multiplicand
  vfma.f32 s0, s0, s17
  .endm
sequence vfma_multiplicand

  .macro body_vfma_with_vldr
  vfma.f32 s0, s16, s17
  vldr s20, [r8]
  vfma.f32 s1, s16, s17
  vldr s21, [r8, #4]
  vfma.f32 s2, s16, s17
  vldr s22, [r8, #8]
  .endm
sequence vfma_with_vldr

  .macro body_vfma_then_vldm
  vfma.f32 s0, s16, s17
  vldmia r8, {s20}
  .endm
sequence vfma_then_vldm

  .macro body_vfma_then_vadd
  vfma.f32 s0, s16, s17
  vadd.f32 s1, s16, s17
  .endm
sequence vfma_then_vadd

  .macro body_vldm_pair
  vldmia r8, {s20}
  vldmia r8, {s21}
  .endm
sequence vldm_pair

  .macro body_vldr_pair
  vldr s20, [r8]
  vldr s21, [r8, #4]
  .endm
sequence vldr_pair

  .macro body_reference_mac  @ the reference kernels' inner loop, straightened
  vldmia r8, {s14}
  vldmia r8, {s13}
  cmp r2, r3
  vfma.f32 s15, s13, s14
  .endm
sequence reference_mac

  .macro body_vadd_chain
  vadd.f32 s0, s0, s16
  .endm
sequence vadd_chain

  .macro body_vadds
  vadd.f32 s0, s16, s17
  vadd.f32 s1, s16, s17
  .endm
sequence vadds

  .macro body_vdiv
  vdiv.f32 s0, s16, s17
  .endm
sequence vdiv

  .macro body_vsqrt
  vsqrt.f32 s0, s16
  .endm
sequence vsqrt

  .macro body_compare_to_flags
  vcmp.f32 s16, s17
  vmrs APSR_nzcv, fpscr
  .endm
sequence compare_to_flags

@ Memory: a line of 32 bytes each time, never seen before
  .macro body_flash_lines
  ldr.w r2, [r11], #32
  .endm
sequence flash_lines

  .macro body_sram_lines
  ldr.w r2, [r10], #32
  .endm
sequence sram_lines

@ Lines from flash asked for three ahead, used as often as a line takes to come
  .macro body_preloaded_lines
  pld [r11, #64]
  ldr.w r2, [r11], #32
  .rept 12
  eor.w r3, r3, r2
  .endr
  .endm
sequence preloaded_lines

@ Fetch: 64 bits a cycle, so taken branches to the middle of them cost one
  .macro body_taken_branch_wide
  b.w 2f
  nop.w
2:
  .endm
sequence taken_branch_wide

@ 1000 times: the result is of the whole loop
  .global counted_loop
  .type counted_loop, %function
counted_loop:
  ldr r0, =0xE0001004
  mov r3, #1000
  ldr r1, [r0]
  .balign 8
1:
  subs.w r3, r3, #1
  add.w r2, r2, #1
  eor.w r6, r6, r2
  bne.w 1b
  ldr r2, [r0]
  subs r2, r1
  ldr r0, =cycles
  str r2, [r0]
  bkpt 0
  .ltorg
