// The cycle counter of the Data Watchpoint and Trace unit, ARMv7-M ARM C1.8.
#pragma once

#include <cstdint>

#include "simulator/peripherals/bus.h"
#include "simulator/timing/clock.h"

namespace simulator {

class Dwt final : public Peripheral {
 public:
  explicit Dwt(const Clock& clock) : clock_(clock) {}

  std::uint32_t read(std::uint32_t offset) override;
  void write(std::uint32_t offset, std::uint32_t value) override;
  void reset() override;

  /// DEMCR.TRCENA, without which nothing here counts or can be written.
  void set_trace_enabled(bool enabled);

 private:
  [[nodiscard]] bool counting() const { return trace_enabled_ && (control_ & 1); }
  [[nodiscard]] std::uint32_t core_cycles() const {
    return static_cast<std::uint32_t>(clock_.now() - clock_.slept());
  }
  [[nodiscard]] std::uint32_t count() const;

  const Clock& clock_;
  std::uint32_t control_ = 0;
  std::uint32_t base_ = 0;  // CYCCNT - core_cycles() while counting, CYCCNT itself while not
  bool trace_enabled_ = false;
  bool locked_ = true;
};

}  // namespace simulator
