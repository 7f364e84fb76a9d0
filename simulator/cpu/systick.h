// SysTick, ARMv7-M ARM B3.3.
#pragma once

#include <cstdint>

#include "simulator/cpu/nvic.h"
#include "simulator/timing/clock.h"

namespace simulator {

class SysTick {
 public:
  SysTick(Clock& clock, Nvic& nvic);
  void reset();

  /// Offsets from SYST_CSR (0xE000E010).
  std::uint32_t read(std::uint32_t offset);
  void write(std::uint32_t offset, std::uint32_t value);

  /// Counting and asking for its exception.
  [[nodiscard]] bool interrupts() const { return (control_ & 3) == 3 && reload_ != 0; }

 private:
  [[nodiscard]] Cycle tick() const { return control_ & 4 ? 1 : 8; }  // CLKSOURCE 0: HCLK / 8
  [[nodiscard]] std::uint32_t value() const;
  void start(Cycle now, std::uint32_t from);
  void reached_zero(Cycle now);

  Clock& clock_;
  Nvic& nvic_;
  Event zero_;
  std::uint32_t control_ = 0;  // ENABLE, TICKINT, CLKSOURCE
  std::uint32_t reload_ = 0;
  std::uint32_t stopped_value_ = 0;
  bool count_flag_ = false;
};

}  // namespace simulator
