#include "simulator/test/firmware/firmware.h"

// Notes what a fault handler on a board would print, and skips the instruction (half-words).
static uint32_t skip;
static void fault_handler(uint32_t exc_return, uint32_t* frame) {
  (void)exc_return;
  note(ICSR & 0x1FF);
  note(CFSR);
  note(HFSR);
  note(BFAR);
  note(frame[6]);
  frame[6] += 2 * skip;
  CFSR = ~0u;
  HFSR = ~0u;
}

static void handle_faults(uint32_t halfwords) {
  skip = halfwords;
  handlers[HARD_FAULT] = handlers[BUS_FAULT] = handlers[USAGE_FAULT] = fault_handler;
}

void unmapped_read(void) {
  handle_faults(1);
  SHCSR |= 1 << 17;
  __asm volatile(
      "movs r0, #1\n lsls r0, r0, #30\n lsls r0, r0, #1\n"  // 0x80000000
      "nop\n .global unmapped_read_here\n unmapped_read_here: ldr r1, [r0, #4]\n nop" ::
          : "r0", "r1");
  note(7);
}

void unmapped_write_escalates(void) {
  handle_faults(1);
  __asm volatile("mov r0, #0x60000000\n str r0, [r0]" ::: "r0");
  note(7);
}

void missing_device(void) {
  handle_faults(0);
  SHCSR |= 1 << 17;
  note(REGISTER(0x40023400));
  barrier();
}

void undefined_instruction(void) {
  handle_faults(1);
  SHCSR |= 1 << 18;
  __asm volatile("nop\n udf 1");
  note(7);
}

void fpu_off(void) {
  handle_faults(2);
  SHCSR |= 1 << 18;
  __asm volatile("nop\n vmov.f32 s0, #1.0");
  note(7);
}

void double_precision(void) {
  enable_fpu();
  handle_faults(2);
  SHCSR |= 1 << 18;
  __asm volatile(
      ".fpu fpv5-d16\n"
      "vldr d0, =0\n vmov d1, r0, r1\n vpush {d0}\n vpop {d2}\n vmov r0, r1, d2\n"  // legal
      "vadd.f64 d0, d1, d2\n"
      "vcvt.f64.f32 d0, s0\n"
      ".fpu fpv5-sp-d16\n" ::
          : "r0", "r1", "s0", "s1", "s2", "s3", "s4", "s5");
  note(7);
}

void jump_nowhere(void) { ((void (*)(void))0x60000001)(); }
void jump_to_even_address(void) {
  void (*volatile target)(void) = (void (*)(void))((uint32_t)jump_nowhere & ~1u);
  target();
}
void jump_into_device(void) { ((void (*)(void))0x40023801)(); }

static uint32_t recurse(uint32_t depth);
static uint32_t (*volatile next)(uint32_t) = 0;
static uint32_t recurse(uint32_t depth) {
  volatile uint32_t frame[16];
  frame[depth & 15] = depth;
  next = recurse;
  return next(depth + 1) + frame[depth & 15];
}
void overflow_stack(void) {
  handle_faults(0);
  note(recurse(0));
}

void write_to_flash(void) {
  handle_faults(1);
  SHCSR |= 1 << 17;
  __asm volatile("mov r0, #0x08000000\n str r0, [r0, #8]" ::: "r0");
  note(7);
}

static void faulting_handler(uint32_t exc_return, uint32_t* frame) {
  (void)exc_return;
  (void)frame;
  __asm volatile("udf 2");
}
void lock_up(void) {
  handlers[HARD_FAULT] = faulting_handler;
  __asm volatile("udf 1");
}

void hang(void) { __asm volatile("cpsid i\n 1: b 1b"); }
void busy_loop(void) {
  for (;;) __asm volatile("nop");
}

static uint32_t unlock_and_program(uint32_t psize, uint32_t address, uint32_t value) {
  FLASH(0x04) = 0x45670123;
  FLASH(0x04) = 0xCDEF89AB;
  FLASH(0x10) = psize << 8 | 1;
  *(volatile uint32_t*)address = value;
  __asm volatile("dsb");
  FLASH(0x10) = 1u << 31;
  return *(volatile uint32_t*)address;
}

void program_flash(void) {
  const uint32_t sector_7 = 0x080C0000;
  note(unlock_and_program(2, sector_7, 0x12345678));
  note(unlock_and_program(2, sector_7, 0xFFFF0000));  // ones do not come back
  FLASH(0x04) = 0x45670123;
  FLASH(0x04) = 0xCDEF89AB;
  FLASH(0x10) = 7 << 3 | 2;
  FLASH(0x10) |= 1 << 16;
  note(FLASH(0x0C));
  note(*(volatile uint32_t*)sector_7);
  note(*(volatile uint32_t*)(sector_7 - 0x08000000 + 0x00200000));  // the other alias
  note(unlock_and_program(2, sector_7 + 4, 0xCAFE));
}

void wrong_flash_key(void) {
  FLASH(0x04) = 1;
  FLASH(0x04) = 0x45670123;
  FLASH(0x04) = 0xCDEF89AB;
  note(FLASH(0x10) >> 31);
}

void too_fast_clock(void) {
  RCC(0x04) = 8 | 216 << 6 | 0x24000000;
  RCC(0x00) |= 1 << 24;
  RCC(0x08) |= 2;
}

void legal_clock(void) {
  use_216_mhz();
  CCR |= 3 << 16;
  barrier();
}
