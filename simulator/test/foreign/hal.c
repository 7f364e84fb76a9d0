#include "simulator/test/foreign/hal.h"

enum { HSI_HZ = 16000000, HSE_HZ = 25000000 };

uint32_t system_core_clock = HSI_HZ;
volatile uint32_t tick_count;
serial_t console, link;

void SysTick_Handler(void) { ++tick_count; }

uint32_t get_tick(void) { return tick_count; }

static void wait_for(const reg* address, uint32_t mask, uint32_t value, uint32_t timeout_ms) {
  const uint32_t start = get_tick();
  while ((*address & mask) != value) {
    if (get_tick() - start > timeout_ms) error_handler(1);
  }
}

static void start_tick(void) {
  SYST_RVR = system_core_clock / 1000 - 1;
  SCB_SHPR3 |= 0xF0000000u;  // the least urgent
  SYST_CVR = 0;
  SYST_CSR = 7;
}

void update_core_clock(void) {
  static const uint8_t shifts[16] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 6, 7, 8, 9};
  uint32_t hz = HSI_HZ;
  switch (RCC->CFGR >> 2 & 3) {
    case 1:
      hz = HSE_HZ;
      break;
    case 2: {
      const uint32_t pll = RCC->PLLCFGR;
      const uint32_t source = pll & 1u << 22 ? HSE_HZ : HSI_HZ;
      hz = source / (pll & 0x3F) * (pll >> 6 & 0x1FF) / (((pll >> 16 & 3) + 1) * 2);
      break;
    }
    default:
      break;
  }
  system_core_clock = hz >> shifts[RCC->CFGR >> 4 & 0xF];
}

static uint32_t apb(unsigned field) {
  static const uint8_t shifts[8] = {0, 0, 0, 0, 1, 2, 3, 4};
  return system_core_clock >> shifts[RCC->CFGR >> field & 7];
}
uint32_t pclk1(void) { return apb(10); }
uint32_t pclk2(void) { return apb(13); }

void configure_clock(clock_choice_t choice) {
  start_tick();
  RCC->APB1ENR |= 1u << 28;
  (void)RCC->APB1ENR;  // the clock needs a moment
  PWR->CR1 |= 3u << 14;
  uint32_t source = 0, m = 8;
  if (choice == CLOCK_HSE_216) {
    RCC->CR |= 1u << 18;  // bypass: the board has an oscillator
    RCC->CR |= 1u << 16;
    wait_for(&RCC->CR, 1u << 17, 1u << 17, 100);
    source = 1u << 22;
    m = 25;
  } else {
    RCC->CR |= 1;
    wait_for(&RCC->CR, 2, 2, 2);
    RCC->CR = (RCC->CR & ~0xF8u) | 16u << 3;
  }
  RCC->CR &= ~(1u << 24);
  wait_for(&RCC->CR, 1u << 25, 0, 2);
  const uint32_t n = choice == CLOCK_HSI_216 ? 216 : choice == CLOCK_HSE_216 ? 432 : 288;
  RCC->PLLCFGR = m | n << 6 | source | 2u << 24;
  RCC->CR |= 1u << 24;
  wait_for(&RCC->CR, 1u << 25, 1u << 25, 2);
  PWR->CR1 |= 1u << 16;
  wait_for(&PWR->CSR1, 1u << 16, 1u << 16, 1000);
  PWR->CR1 |= 1u << 17;
  wait_for(&PWR->CSR1, 1u << 17, 1u << 17, 1000);
  FLASH->ACR = (FLASH->ACR & ~0xFu) | 7;
  if ((FLASH->ACR & 0xF) != 7) error_handler(2);
  const uint32_t fast = choice == CLOCK_HSI_288;
  RCC->CFGR = (RCC->CFGR & ~0xFCF0u) | (fast ? 6u : 5u) << 10 | (fast ? 5u : 4u) << 13;
  RCC->CFGR = (RCC->CFGR & ~3u) | 2;
  wait_for(&RCC->CFGR, 0xC, 8, 5000);
  update_core_clock();
  start_tick();
}

// By set and way, whatever the size that the core tells.
void enable_caches(void) {
  SCB_ICIALLU = 0;
  __asm volatile("dsb\n isb");
  SCB_CCR |= 1u << 17;
  SCB_CSSELR = 0;
  __asm volatile("dsb");
  const uint32_t size = SCB_CCSIDR;
  for (uint32_t set = 0; set <= (size >> 13 & 0x7FFF); ++set) {
    for (uint32_t way = 0; way <= (size >> 3 & 0x3FF); ++way) SCB_DCISW = set << 5 | way << 30;
  }
  __asm volatile("dsb");
  SCB_CCR |= 1u << 16;
  __asm volatile("dsb\n isb");
}

static void set_alternate(gpio_registers* port, unsigned pin) {
  port->AFR[pin / 8] = (port->AFR[pin / 8] & ~(0xFu << 4 * (pin % 8))) | 8u << 4 * (pin % 8);
  port->MODER = (port->MODER & ~(3u << 2 * pin)) | 2u << 2 * pin;
  port->OSPEEDR |= 3u << 2 * pin;
  port->PUPDR = (port->PUPDR & ~(3u << 2 * pin)) | 1u << 2 * pin;
}

void serial_open(serial_t* serial, usart_registers* usart, uint32_t clock, uint32_t baud) {
  const bool is_console = usart == USART6;
  RCC->AHB1ENR |= is_console ? 1u << 2 | 1u << 6 : 1u << 5;  // C and G, or F
  if (is_console) {
    RCC->APB2ENR |= 1u << 5 | 1u << 14;  // and SYSCFG
    set_alternate(GPIOC, 6);
    set_alternate(GPIOC, 7);
  } else {
    RCC->APB1ENR |= 1u << 30;
    set_alternate(GPIOF, 6);
    set_alternate(GPIOF, 7);
  }
  serial->usart = usart;
  usart->CR1 = 0;
  usart->BRR = (clock + baud / 2) / baud;
  usart->CR1 = 1u << 2 | 1u << 3;
  usart->CR1 |= 1;
  wait_for(&usart->ISR, 3u << 21, 3u << 21, 100);  // TEACK, REACK
  const unsigned irq = is_console ? USART6_IRQ : UART7_IRQ;
  NVIC_IPR(irq) = 5 << 4;
  NVIC_ISER(irq / 32) = 1u << irq % 32;
  usart->CR3 |= 1;                  // EIE
  usart->CR1 |= 1u << 5 | 1u << 8;  // RXNEIE, PEIE
}

void serial_send(serial_t* serial, const void* bytes, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    wait_for(&serial->usart->ISR, 1u << 7, 1u << 7, 1000);
    serial->usart->TDR = ((const uint8_t*)bytes)[i];
  }
  wait_for(&serial->usart->ISR, 1u << 6, 1u << 6, 1000);
}

static void serial_interrupt(serial_t* serial) {
  const uint32_t status = serial->usart->ISR;
  if (status & 1u << 5) {
    const uint8_t byte = (uint8_t)serial->usart->RDR;
    if (serial->count < RECEIVE_BYTES) serial->bytes[serial->count++] = byte;
    serial->last_byte_ms = get_tick();
  }
  if (status & 1u << 3) {
    ++serial->overruns;
    serial->usart->ICR = 1u << 3;
  }
}
void USART6_IRQHandler(void) { serial_interrupt(&console); }
void UART7_IRQHandler(void) { serial_interrupt(&link); }

bool serial_ready(const serial_t* serial) {
  return serial->count > 0 && get_tick() - serial->last_byte_ms >= SILENCE_MS;
}

volatile uint32_t timer_interrupts;
void TIM6_DAC_IRQHandler(void) {
  TIM6->SR = ~1u;
  ++timer_interrupts;
}

void start_timers(void) {
  const uint32_t timer_hz = 2 * pclk1();  // as PPRE1 divides
  RCC->APB1ENR |= 1u << 0 | 1u << 4;
  TIM2->PSC = timer_hz / 1000000 - 1;
  TIM2->EGR = 1;
  TIM2->CR1 = 1;
  TIM6->PSC = timer_hz / 1000000 - 1;
  TIM6->ARR = 999;
  TIM6->EGR = 1;
  TIM6->SR = 0;
  TIM6->DIER = 1;
  NVIC_IPR(TIM6_IRQ) = 6 << 4;
  NVIC_ISER(TIM6_IRQ / 32) = 1u << TIM6_IRQ % 32;
  TIM6->CR1 = 1;
}

uint32_t random_word(void) {
  RCC->AHB2ENR |= 1u << 6;
  RNG->CR = 1u << 2;
  wait_for(&RNG->SR, 1, 1, 2);
  return RNG->DR;
}

void start_cycle_counter(void) {
  DEMCR |= 1u << 24;
  DWT_LAR = 0xC5ACCE55;
  DWT_CYCCNT = 0;
  DWT_CTRL |= 1;
}
