// What the test firmware shares: each scenario is a function that a test picks by name.
#pragma once

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t*)(address))

// Arm
#define SYST_CSR REGISTER(0xE000E010)
#define SYST_RVR REGISTER(0xE000E014)
#define SYST_CVR REGISTER(0xE000E018)
#define NVIC_ISER(n) REGISTER(0xE000E100 + 4 * (n))
#define NVIC_ISPR(n) REGISTER(0xE000E200 + 4 * (n))
#define NVIC_IPR(irq) (*(volatile uint8_t*)(0xE000E400 + (irq)))
#define ICSR REGISTER(0xE000ED04)
#define AIRCR REGISTER(0xE000ED0C)
#define CCR REGISTER(0xE000ED14)
#define SHPR3 REGISTER(0xE000ED20)
#define SHCSR REGISTER(0xE000ED24)
#define CFSR REGISTER(0xE000ED28)
#define HFSR REGISTER(0xE000ED2C)
#define BFAR REGISTER(0xE000ED38)
#define DCIMVAC REGISTER(0xE000EF5C)
#define DCCMVAC REGISTER(0xE000EF68)
#define CPACR REGISTER(0xE000ED88)
#define DEMCR REGISTER(0xE000EDFC)
#define DWT_CTRL REGISTER(0xE0001000)
#define DWT_CYCCNT REGISTER(0xE0001004)
#define DWT_LAR REGISTER(0xE0001FB0)
// STM32F746
#define RCC(offset) REGISTER(0x40023800 + (offset))
#define PWR_CR1 REGISTER(0x40007000)
#define PWR_CSR1 REGISTER(0x40007004)
#define FLASH(offset) REGISTER(0x40023C00 + (offset))
#define GPIO(port, offset) REGISTER(0x40020000 + 0x400 * ((port) - 'A') + (offset))
#define USART6(offset) REGISTER(0x40011400 + (offset))
#define DMA1(offset) REGISTER(0x40026000 + (offset))
#define DMA2(offset) REGISTER(0x40026400 + (offset))
enum { CR1 = 0x00, CR3 = 0x08, BRR = 0x0C, ISR = 0x1C, ICR = 0x20, RDR = 0x24, TDR = 0x28 };
enum { UE = 1, RE = 4, TE = 8, RXNEIE = 32, TCIE = 64 };
enum { ORE = 8, IDLE = 16, RXNE = 32, TC = 64, TXE = 128, TEACK = 1 << 21, REACK = 1 << 22 };

enum { HARD_FAULT = 3, BUS_FAULT = 5, USAGE_FAULT = 6, SVCALL = 11, PENDSV = 14, SYSTICK = 15 };
#define IRQ(n) (16 + (n))

/// An exception handler: its EXC_RETURN and the stacked frame.
typedef void Handler(uint32_t exc_return, uint32_t* frame);
/// By exception number. An exception without a handler ends in `bkpt 255`.
extern Handler* volatile handlers[];
/// Where a scenario leaves what the test looks at.
extern volatile uint32_t results[64];
extern volatile uint32_t result_count;

static inline void note(uint32_t value) { results[result_count++] = value; }
/// Ends the scenario: the host sees BKPT 0.
static inline void finish(void) { __asm volatile("bkpt 0" ::: "memory"); }
static inline void barrier(void) { __asm volatile("dsb\n isb" ::: "memory"); }

void enable_fpu(void);
void enable_data_cache(void);
/// DCCMVAC, DCIMVAC: by address, a register of the SCB.
void maintain(volatile uint32_t* how, const volatile void* buffer, uint32_t bytes);
void start_cycle_counter(void);
void use_216_mhz(void);
/// USART6 at 115200 bit/s of the 16 MHz clock, on its pins.
void start_usart6(uint32_t cr1);
