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
