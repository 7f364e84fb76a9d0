// A small hardware layer in the manner of the vendor's: waits with timeouts, a tick by SysTick.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simulator/test/foreign/registers.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { CLOCK_HSI_216, CLOCK_HSE_216, CLOCK_HSI_288 } clock_choice_t;

extern uint32_t system_core_clock;  // Hz, kept by update_core_clock()
extern volatile uint32_t tick_count;

uint32_t get_tick(void);  // ms
/// Ends in error_handler() when a flag does not come in time, as the caller would.
void configure_clock(clock_choice_t choice);
/// From RCC's registers alone.
void update_core_clock(void);
uint32_t pclk1(void);
uint32_t pclk2(void);
void enable_caches(void);
void error_handler(int what);

enum { RECEIVE_BYTES = 4096, SILENCE_MS = 10 };
typedef struct {
  usart_registers* usart;
  volatile uint32_t count, last_byte_ms, overruns;
  uint8_t bytes[RECEIVE_BYTES];
} serial_t;
extern serial_t console, link;

void serial_open(serial_t* serial, usart_registers* usart, uint32_t clock, uint32_t baud);
void serial_send(serial_t* serial, const void* bytes, size_t count);
/// True when bytes have come and the line has been silent for SILENCE_MS since.
bool serial_ready(const serial_t* serial);

void start_cycle_counter(void);
/// TIM2 counts microseconds; TIM6 interrupts every millisecond.
void start_timers(void);
extern volatile uint32_t timer_interrupts;
uint32_t random_word(void);

#ifdef __cplusplus
}
#endif
