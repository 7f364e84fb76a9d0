#include "simulator/test/firmware/firmware.h"

// Firmware that goes wrong in the ways that firmware does; no handler, as it comes from the box.
static const uint32_t table[4] = {1, 2, 3, 4};
static uint32_t* volatile pointer;

__attribute__((noinline)) static void store_through(uint32_t* target) { *target = 42; }
__attribute__((noinline)) static void middle(uint32_t* target) {
  store_through(target + 1);
  barrier();
}

void wild_pointer(void) {
  pointer = (uint32_t*)0x70000000;
  middle(pointer);
}

// Of an IT block, with more instructions behind it.
uint32_t after_predicated_store;
void predicated_store(void) {
  __asm volatile(
      "mov r0, #1\n cmp r0, #1\n"
      "itte eq\n addeq r0, r0, #1\n"
      ".global predicated_store_here\n predicated_store_here: streq r0, [%0]\n"
      "movne r0, #0\n add r0, r0, #8\n str r0, [%1]\n" ::"r"(0x70000000),
      "r"(&after_predicated_store)
      : "r0", "memory", "cc");
}

void write_const(void) { middle((uint32_t*)table); }

void undefined_from_the_box(void) { __asm volatile("nop\n udf 1"); }

// Something below the stack that an overflow would hit before RAM ends.
uint32_t victim[64];
__attribute__((noinline)) static uint32_t descend(uint32_t depth) {
  volatile uint32_t frame[16];
  frame[depth & 15] = depth;
  if (depth > 100000) return 0;
  return descend(depth + 1) + frame[depth & 15];
}
void overflow_into_data(void) { note(descend(0)); }

// The handler returns to what has faulted.
static void do_nothing(uint32_t exc_return, uint32_t* frame) {
  (void)exc_return;
  (void)frame;
}
void endless_faults(void) {
  handlers[HARD_FAULT] = do_nothing;
  middle((uint32_t*)0x70000000);
}

// Nobody reads RDR: its interrupt comes back at once.
void endless_interrupts(void) {
  handlers[IRQ(71)] = do_nothing;
  NVIC_ISER(2) = 1 << (71 - 64);
  start_usart6(TE | RE | RXNEIE);
  for (;;) {
  }
}

static void trapping_handler(uint32_t exc_return, uint32_t* frame) {
  (void)exc_return;
  (void)frame;
  middle((uint32_t*)0x70000000);
}
__attribute__((noinline)) static void wait_for_it(void) {
  for (;;) {
  }
}
void fault_in_handler(void) {
  handlers[SYSTICK] = trapping_handler;
  SYST_RVR = 1000;
  SYST_CSR = 7;
  wait_for_it();
}

void divide_by_zero(void) {
  CCR |= 1 << 4;
  barrier();
  note(100 / (results[5] + 7));
  note(100 / results[5]);
}
