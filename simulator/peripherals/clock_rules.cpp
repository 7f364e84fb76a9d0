#include "simulator/peripherals/clock_rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace simulator {
namespace {

constexpr double kMhz = 1e6;
constexpr std::uint32_t kMaxHclk = 216'000'000;  // RM0385 5.2
constexpr std::uint32_t kMaxPclk1 = 54'000'000;
constexpr std::uint32_t kMaxPclk2 = 108'000'000;
// HCLK by regulator scale 1 to 3 (RM0385 4.1.4).
constexpr std::uint32_t kMaxByScale[] = {180'000'000, 168'000'000, 144'000'000};
constexpr std::uint32_t kMaxByScaleOverDrive[] = {216'000'000, 180'000'000, 144'000'000};
constexpr std::uint32_t kHclkPerWaitState = 30'000'000;  // at 2.7 V to 3.6 V, RM0385 table 5
constexpr std::uint32_t kMinVcoInput = 950'000, kMaxVcoInput = 2'100'000;
constexpr std::uint32_t kMinVco = 100'000'000, kMaxVco = 432'000'000;

}  // namespace

std::vector<std::string> broken_clock_rules(const ClockTree& clocks, unsigned voltage_scale,
                                            bool over_drive, unsigned flash_wait_states) {
  std::vector<std::string> out;
  const double hclk = clocks.hclk / kMhz;
  if (clocks.hclk > kMaxHclk) {
    out.push_back(fmt::format("HCLK is {:.4g} MHz: the STM32F746 is rated for 216 MHz", hclk));
  }
  const auto* limits = over_drive ? kMaxByScaleOverDrive : kMaxByScale;
  const std::uint32_t limit = limits[voltage_scale - 1];
  if (std::min(clocks.hclk, kMaxHclk) > limit) {
    out.push_back(
        fmt::format("HCLK is {:.4g} MHz, but regulator scale {} {} over-drive allows {:.4g} MHz",
                    hclk, voltage_scale, over_drive ? "with" : "without", limit / kMhz));
  }
  const std::uint32_t needed = (clocks.hclk - 1) / kHclkPerWaitState;
  if (flash_wait_states < needed) {
    out.push_back(fmt::format(
        "FLASH_ACR.LATENCY is {}, but HCLK {:.4g} MHz needs {} wait states: the core would read "
        "wrong instructions",
        flash_wait_states, hclk, needed));
  }
  if (clocks.pclk1 > kMaxPclk1) {
    out.push_back(fmt::format("APB1 runs at {:.4g} MHz: at most 54", clocks.pclk1 / kMhz));
  }
  if (clocks.pclk2 > kMaxPclk2) {
    out.push_back(fmt::format("APB2 runs at {:.4g} MHz: at most 108", clocks.pclk2 / kMhz));
  }
  if (clocks.pll_input && (clocks.pll_input < kMinVcoInput || clocks.pll_input > kMaxVcoInput)) {
    out.push_back(
        fmt::format("the PLL input is {:.4g} MHz: 1 to 2 are allowed", clocks.pll_input / kMhz));
  }
  const bool vco_counts = clocks.pll_vco && clocks.hclk <= kMaxHclk;
  if (vco_counts && (clocks.pll_vco < kMinVco || clocks.pll_vco > kMaxVco)) {
    out.push_back(fmt::format("the PLL's VCO runs at {:.4g} MHz: 100 to 432 are allowed",
                              clocks.pll_vco / kMhz));
  }
  return out;
}

}  // namespace simulator
