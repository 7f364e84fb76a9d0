#include "simulator/test/firmware/firmware.h"

// What a debugger is shown: calls, variables, floats, a loop, sleep, a fault.
volatile int counter;
volatile float ratio;
int total;

__attribute__((noinline)) int twice(int n) {
  counter += n;
  return 2 * counter;
}

__attribute__((noinline)) float scale(float x, int n) {
  const float y = x * 1.5f + (float)n;
  ratio = y;
  return y;
}

__attribute__((noinline)) void work(void) {
  for (int i = 0; i < 10; ++i) {
    total += twice(i);
    scale((float)total, i);
  }
}

// Accesses to words next to each other, in every manner.
volatile uint32_t neighbours[8];
void watched(void) {
  for (uint32_t i = 0; i < 3; ++i) {
    neighbours[0] += 10;
    __asm volatile(
        "mov r0, #7\n mov r1, #8\n mov r2, #9\n mov r3, #11\n"
        ".global watched_multiple\n watched_multiple: stmia %0, {r0-r3}\n"
        "cmp r0, #7\n"
        "itte eq\n"
        "addeq r0, r0, #1\n"
        ".global watched_predicated\n watched_predicated: streq r0, [%1]\n"
        "movne r0, #0\n"
        ".global watched_load\n watched_load: ldrb r1, [%1, #1]\n"
        "str r0, [%1, #4]\n" ::"r"(neighbours + 1),
        "r"(neighbours + 5)
        : "r0", "r1", "r2", "r3", "memory", "cc");
  }
  for (int i = 0; i < 8; ++i) note(neighbours[i]);
}

static volatile uint32_t ticks;
void tick(uint32_t exc_return, uint32_t* frame) {
  (void)exc_return;
  (void)frame;
  ++ticks;
}

void debugged(void) {
  enable_fpu();
  counter = 5;
  total = 0;
  work();
  handlers[SYSTICK] = tick;
  SYST_RVR = 1599;
  SYST_CSR = 7;
  __asm volatile(".global debugged_wfi\n debugged_wfi: wfi\n nop");
  __asm volatile(".global debugged_fault\n debugged_fault: str r0, [%0]" ::"r"(0x60000000));
}
