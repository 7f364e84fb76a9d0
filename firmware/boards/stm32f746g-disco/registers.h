// The peripheral registers that the board's drivers use, named as in RM0385.
#pragma once

#include <cstddef>

#include "firmware/hal/register.h"

namespace firmware {

struct Rcc {  // 5.3
  Register CR, PLLCFGR, CFGR, CIR;
  Register AHB1RSTR, AHB2RSTR, AHB3RSTR, reserved_1c, APB1RSTR, APB2RSTR, reserved_28[2];
  Register AHB1ENR, AHB2ENR, AHB3ENR, reserved_3c, APB1ENR, APB2ENR;
};
static_assert(offsetof(Rcc, AHB1ENR) == 0x30 && offsetof(Rcc, APB2ENR) == 0x44);
inline Rcc& rcc() { return block_at<Rcc>(0x40023800); }

struct Pwr {  // 4.4
  Register CR1, CSR1, CR2, CSR2;
};
inline Pwr& pwr() { return block_at<Pwr>(0x40007000); }

struct Flash {  // 3.7
  Register ACR, KEYR, OPTKEYR, SR, CR, OPTCR, OPTCR1;
};
inline Flash& flash() { return block_at<Flash>(0x40023C00); }

struct Gpio {  // 6.4
  Register MODER, OTYPER, OSPEEDR, PUPDR, IDR, ODR, BSRR, LCKR;
  Register AFR[2];
};
inline Gpio& gpiob() { return block_at<Gpio>(0x40020400); }
inline Gpio& gpioc() { return block_at<Gpio>(0x40020800); }
inline Gpio& gpiod() { return block_at<Gpio>(0x40020C00); }
inline Gpio& gpioe() { return block_at<Gpio>(0x40021000); }
inline Gpio& gpiof() { return block_at<Gpio>(0x40021400); }

struct Usart {  // 31.8
  Register CR1, CR2, CR3, BRR, GTPR, RTOR, RQR, ISR, ICR, RDR, TDR;
};
static_assert(offsetof(Usart, TDR) == 0x28);
inline constexpr uintptr_t kUsart6 = 0x40011400;
inline constexpr uintptr_t kUart7 = 0x40007800;

struct Quadspi {  // 14.5
  Register CR, DCR, SR, FCR, DLR, CCR, AR, ABR, DR;

  // Takes and gives as many bytes as an access has.
  volatile uint8_t& DR_byte() { return reinterpret_cast<volatile uint8_t&>(DR); }
};
static_assert(offsetof(Quadspi, DR) == 0x20);
inline Quadspi& quadspi() { return block_at<Quadspi>(0xA0001000); }

}  // namespace firmware
