#pragma once

#include <array>
#include <cstdint>

namespace simulator {

/// The core's registers, for reports and tests.
struct Registers {
  std::array<std::uint32_t, 13> r;  ///< r0 to r12
  std::uint32_t sp, lr, pc, xpsr;
  std::uint32_t msp, psp, control;
  std::uint32_t primask, basepri, faultmask;
  std::uint32_t fpscr;

  bool operator==(const Registers&) const = default;
};

}  // namespace simulator
