// The clock tree: HSI 16 MHz / M 8 = 2 MHz, x N, / P 2 = SYSCLK = HCLK = core clock.
#pragma once

#include <cstdint>

namespace firmware {

struct ClockTree {
  uint32_t core_hz, apb1_hz, apb2_hz;
  uint32_t pll_n;
  uint32_t pll_q;         // PLL48CLK = VCO / Q; unused, kept at or below 48 MHz
  uint32_t ppre1, ppre2;  // RCC_CFGR: 4 is /2, 5 is /4, 6 is /8
  uint32_t wait_states;   // one per started 30 MHz (RM0385 table 5: 2.7 V to 3.6 V), less one
};

#if SOLDER_CLOCK_MHZ == 216
// The most that is specified: VCO 432 MHz, APB1 54 MHz, APB2 108 MHz.
inline constexpr ClockTree kClockTree = {.core_hz = 216'000'000,
                                         .apb1_hz = 54'000'000,
                                         .apb2_hz = 108'000'000,
                                         .pll_n = 216,
                                         .pll_q = 9,
                                         .ppre1 = 5,
                                         .ppre2 = 4,
                                         .wait_states = 7};
#elif SOLDER_CLOCK_MHZ == 288
// A third beyond the specification: VCO 576 MHz. The prescalers keep both APBs, and the wait
// states the flash, within theirs: APB1 36 MHz, APB2 72 MHz.
inline constexpr ClockTree kClockTree = {.core_hz = 288'000'000,
                                         .apb1_hz = 36'000'000,
                                         .apb2_hz = 72'000'000,
                                         .pll_n = 288,
                                         .pll_q = 12,
                                         .ppre1 = 6,
                                         .ppre2 = 5,
                                         .wait_states = 9};
#else
#error "SOLDER_CLOCK_MHZ: this board runs at 216 or 288 MHz"
#endif

void start_clocks();

}  // namespace firmware
