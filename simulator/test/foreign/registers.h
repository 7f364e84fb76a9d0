// The registers that this firmware uses, by their names in RM0385 and the ARMv7-M manual.
#pragma once

#include <stdint.h>

typedef volatile uint32_t reg;

typedef struct {
  reg CR, PLLCFGR, CFGR, CIR, AHB1RSTR, AHB2RSTR, AHB3RSTR, _0, APB1RSTR, APB2RSTR, _1[2], AHB1ENR,
      AHB2ENR, AHB3ENR, _2, APB1ENR, APB2ENR, _3[10], BDCR, CSR, _4[2], SSCGR, PLLI2SCFGR,
      PLLSAICFGR, DCKCFGR1, DCKCFGR2;
} rcc_registers;
typedef struct {
  reg CR1, CSR1, CR2, CSR2;
} pwr_registers;
typedef struct {
  reg ACR, KEYR, OPTKEYR, SR, CR, OPTCR, OPTCR1;
} flash_registers;
typedef struct {
  reg MODER, OTYPER, OSPEEDR, PUPDR, IDR, ODR, BSRR, LCKR, AFR[2];
} gpio_registers;
typedef struct {
  reg CR1, CR2, CR3, BRR, GTPR, RTOR, RQR, ISR, ICR, RDR, TDR;
} usart_registers;
typedef struct {
  reg CR1, CR2, SMCR, DIER, SR, EGR, CCMR1, CCMR2, CCER, CNT, PSC, ARR;
} tim_registers;
typedef struct {
  reg CR, SR, DR;
} rng_registers;
typedef struct {
  reg KR, PR, RLR, SR, WINR;
} iwdg_registers;

#define RCC ((rcc_registers*)0x40023800)
#define PWR ((pwr_registers*)0x40007000)
#define FLASH ((flash_registers*)0x40023C00)
#define GPIOC ((gpio_registers*)0x40020800)
#define GPIOF ((gpio_registers*)0x40021400)
#define GPIOG ((gpio_registers*)0x40021800)
#define USART6 ((usart_registers*)0x40011400)
#define UART7 ((usart_registers*)0x40007800)
#define TIM2 ((tim_registers*)0x40000000)
#define TIM6 ((tim_registers*)0x40001000)
#define RNG ((rng_registers*)0x50060800)
#define IWDG ((iwdg_registers*)0x40003000)

#define CORE(address) (*(reg*)(address))
#define SYST_CSR CORE(0xE000E010)
#define SYST_RVR CORE(0xE000E014)
#define SYST_CVR CORE(0xE000E018)
#define NVIC_ISER(n) CORE(0xE000E100 + 4 * (n))
#define NVIC_IPR(irq) (*(volatile uint8_t*)(0xE000E400 + (irq)))
#define SCB_VTOR CORE(0xE000ED08)
#define SCB_AIRCR CORE(0xE000ED0C)
#define SCB_CCR CORE(0xE000ED14)
#define SCB_SHPR3 CORE(0xE000ED20)
#define SCB_CCSIDR CORE(0xE000ED80)
#define SCB_CSSELR CORE(0xE000ED84)
#define SCB_CPACR CORE(0xE000ED88)
#define SCB_ICIALLU CORE(0xE000EF50)
#define SCB_DCISW CORE(0xE000EF60)
#define DEMCR CORE(0xE000EDFC)
#define DWT_CTRL CORE(0xE0001000)
#define DWT_CYCCNT CORE(0xE0001004)
#define DWT_LAR CORE(0xE0001FB0)

enum { TIM2_IRQ = 28, TIM6_IRQ = 54, USART6_IRQ = 71, UART7_IRQ = 82 };
