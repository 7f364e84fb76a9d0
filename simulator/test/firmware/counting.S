@ Scenarios whose instructions are counted by hand. Each leaves DWT_CYCCNT differences in results.
  .syntax unified
  .cpu cortex-m7
  .fpu fpv5-sp-d16
  .thumb
  .text

  .macro scenario name
  .global \name
  .thumb_func
\name:
  push {r4, r5, r6, r7, lr}
  bl start_cycle_counter
  ldr r0, =0xE0001004
  .endm

  .macro end_scenario
  ldr r3, =results
  str r1, [r3]
  pop {r4, r5, r6, r7, pc}
  .ltorg
  .endm

@ ldr, mov, 1000 times (subs, bne): 2002
scenario count_loop
  ldr r2, [r0]
  mov r3, #1000
1: subs r3, #1
  .global count_loop_branch
count_loop_branch:
  bne 1b
  ldr r1, [r0]
  subs r1, r2
end_scenario

@ In the middle of one block: ldr and five more, wide ones among them: 6
scenario count_in_block
  nop
  ldr r2, [r0]
  add r3, r3, r4
  add.w r3, r3, r4, lsl #3
  mul r3, r3, r4
  nop
  nop.w
  ldr r1, [r0]
  nop
  subs r1, r2
end_scenario

@ Instructions of an IT block count whether or not they execute: ldr, cmp, itte, 3: 6
scenario count_predicated
  ldr r2, [r0]
  cmp r0, r0
  itte ne
  addne r3, #1
  addne r3, #1
  moveq r3, #1
  ldr r1, [r0]
  subs r1, r2
end_scenario

@ The second read is through a pointer loaded over its own base register: ldr, 3 nops, 2 loads: 5
scenario count_through_pointer
  ldr r3, =pointer_to_pointer
  ldr r2, [r0]
  nop
  nop
  nop
  ldr r3, [r3]
  ldr r1, [r3]
  subs r1, r2
end_scenario

@ One base register with two values in a block, both of devices: ldr, ldr literal, ldr, ldr literal: 4
scenario count_two_devices
  ldr r3, =0xE0001004
  ldr r2, [r3]
  ldr r3, =0xE000E018
  ldr r4, [r3]
  ldr r3, =0xE0001004
  ldr r1, [r3]
  subs r1, r2
end_scenario

@ Moving base: both reads are of the same instruction shape; CTRL at base, CYCCNT at base + 4.
@ ldr CYCCNT, nop, sub, post-indexed ldr, nop: 5
scenario count_post_indexed
  ldr r2, [r0]
  nop
  subs r0, #4
  ldr r1, [r0], #4
  nop
  ldr r1, [r0], #4
  subs r1, r2
end_scenario

@ LDM reads CTRL and CYCCNT: ldr, nop, sub, nop: 4
scenario count_ldm
  ldr r2, [r0]
  nop
  subs r0, #4
  nop
  ldm r0, {r0, r1}
  subs r1, r2
end_scenario

@ Across calls and returns: ldr, bl, 10 instructions with bx, ldr: 12
scenario count_call
  ldr r2, [r0]
  bl ten
  ldr r1, [r0]
  subs r1, r2
end_scenario

  .global ten
  .type ten, %function
ten:
  .rept 9
  nop
  .endr
  bx lr
  .size ten, . - ten

@ Code in RAM, overwritten between two runs by code of another length: 4 and then 7 instructions.
@ results: the sum
scenario count_overwritten_code
  ldr r4, =0x20003000
  ldr r5, =short_code
  ldr r6, =0x20003001
  movs r7, #0
  ldm r5, {r1, r2, r3}
  stm r4, {r1, r2, r3}
  dsb
  isb
  ldr r2, [r0]
  blx r6
  ldr r1, [r0]
  subs r1, r2
  adds r7, r1
  ldr r5, =long_code
  ldm r5, {r1, r2, r3}
  stm r4, {r1, r2, r3}
  dsb
  isb
  ldr r2, [r0]
  blx r6
  ldr r1, [r0]
  subs r1, r2
  adds r1, r7
end_scenario

  .align 2
short_code:  @ 3 + 1 instructions of the same 12 bytes
  nop.w
  nop.w
  nop
  bx lr
long_code:
  nop
  nop
  nop
  nop
  nop
  bx lr

  .align 2
pointer_to_pointer:
  .word 0xE0001004
