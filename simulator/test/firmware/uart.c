#include "simulator/test/firmware/firmware.h"

static void send(const char* text) {
  for (; *text; ++text) {
    while (!(USART6(ISR) & TXE)) {
    }
    USART6(TDR) = (uint8_t)*text;
  }
  while (!(USART6(ISR) & TC)) {
  }
}

void uart_send(void) {
  start_usart6(TE);
  note(USART6(ISR) & (TEACK | REACK | TXE | TC));
  send("hello");
}

void uart_send_at_216_mhz(void) {
  use_216_mhz();
  start_usart6(TE);
  USART6(BRR) = 0x3AA;
  send("hello");
}

static void echo(uint32_t exc_return, uint32_t* frame) {
  (void)exc_return;
  (void)frame;
  while (USART6(ISR) & RXNE) USART6(TDR) = USART6(RDR);
}

void uart_echo(void) {
  handlers[IRQ(71)] = echo;
  NVIC_ISER(2) = 1 << (71 - 64);
  start_usart6(TE | RE | RXNEIE);
  for (;;) __asm volatile("wfi");
}

// Echo while SysTick works too: enough going on for two runs to differ if anything could.
static void count_up(uint32_t exc_return, uint32_t* frame) {
  (void)exc_return;
  (void)frame;
  ++results[0];
  if (results[0] % 5 == 0) USART6(TDR) = '.';
}
void uart_echo_with_systick(void) {
  handlers[SYSTICK] = count_up;
  SYST_RVR = 3210;
  SYST_CSR = 7;
  uart_echo();
}

// Lets three bytes arrive before it looks: the first stays, ORE tells of the others.
void uart_overrun(void) {
  start_usart6(RE);
  for (volatile int i = 0; i < 5000; ++i) {
  }
  note(USART6(ISR) & (ORE | RXNE | IDLE));
  note(USART6(RDR));
  USART6(ICR) = ORE;
  note(USART6(ISR) & (ORE | RXNE));
}

void uart_unclocked(void) {
  USART6(BRR) = 139;
  note(USART6(BRR));
}

void uart_without_pins(void) {
  RCC(0x44) |= 1 << 5;
  USART6(BRR) = 1000;
  USART6(CR1) = UE | TE;
  send("x");
}
