#include "simulator/test/firmware/firmware.h"

Handler* volatile handlers[16 + 98];
volatile uint32_t results[64];
volatile uint32_t result_count;
// The host writes the scenario's address here before it lets the core run.
void (*volatile scenario)(void);
#ifdef SCENARIO  // of an image that does one thing, for `solder board run`
void SCENARIO(void);
#endif

extern uint32_t stack_top;

__attribute__((noreturn)) void start(void) {
#ifdef SCENARIO
  SCENARIO();
#else
  scenario();
#endif
  finish();
  for (;;) {
  }
}

// Hands every exception to its entry in `handlers`, LR untouched so that it returns by itself.
__attribute__((naked)) void dispatch(void) {
  __asm volatile(
      "mov r0, lr\n"
      "tst lr, #4\n"
      "ite eq\n"
      "mrseq r1, msp\n"
      "mrsne r1, psp\n"
      "mrs r2, ipsr\n"
      "ldr r3, =handlers\n"
      "ldr r3, [r3, r2, lsl #2]\n"
      "cbz r3, 1f\n"
      "bx r3\n"
      "1: bkpt 255\n");
}

#define DISPATCH_4 dispatch, dispatch, dispatch, dispatch
#define DISPATCH_16 DISPATCH_4, DISPATCH_4, DISPATCH_4, DISPATCH_4
__attribute__((section(".vectors"), used)) void* const vectors[16 + 98] = {
    &stack_top,  start,       dispatch,    dispatch,    DISPATCH_4,
    DISPATCH_4,  DISPATCH_4,  DISPATCH_16, DISPATCH_16, DISPATCH_16,
    DISPATCH_16, DISPATCH_16, DISPATCH_16, dispatch,    dispatch,
};

void enable_fpu(void) {
  CPACR |= 0xF << 20;
  barrier();
}

void enable_data_cache(void) {
  CCR |= 1 << 16;
  barrier();
}

void maintain(volatile uint32_t* how, const volatile void* buffer, uint32_t bytes) {
  for (uint32_t at = (uint32_t)buffer & ~31u; at < (uint32_t)buffer + bytes; at += 32) *how = at;
  barrier();
}

void start_cycle_counter(void) {
  DEMCR |= 1 << 24;
  DWT_LAR = 0xC5ACCE55;
  DWT_CYCCNT = 0;
  DWT_CTRL |= 1;
}

void use_216_mhz(void) {
  RCC(0x40) |= 1 << 28;                   // PWREN
  RCC(0x04) = 8 | 216 << 6 | 0x24000000;  // HSI / 8 * 216 / 2
  RCC(0x00) |= 1 << 24;
  while (!(RCC(0x00) & 1 << 25)) {
  }
  PWR_CR1 |= 1 << 16;
  while (!(PWR_CSR1 & 1 << 16)) {
  }
  PWR_CR1 |= 1 << 17;
  while (!(PWR_CSR1 & 1 << 17)) {
  }
  FLASH(0) = 7;
  RCC(0x08) = 5 << 10 | 4 << 13;  // APB1 / 4, APB2 / 2
  RCC(0x08) |= 2;
  while ((RCC(0x08) & 0xC) != 8) {
  }
}

void start_usart6(uint32_t cr1) {
  RCC(0x30) |= 1 << 2;  // GPIOC
  RCC(0x44) |= 1 << 5;  // USART6
  GPIO('C', 0x00) |= 2 << 12 | 2 << 14;
  GPIO('C', 0x20) |= 8 << 24 | 8u << 28;
  USART6(BRR) = 139;  // 16 MHz / 115200
  USART6(CR1) = cr1 | UE;
}
