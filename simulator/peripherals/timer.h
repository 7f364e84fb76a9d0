// The counting part of the general-purpose and basic timers TIM2 to TIM7, RM0385 chapters 23 and
// 25: up-counting with prescaler, auto-reload and the update interrupt. Channels, triggers, other
// directions and clock sources keep their register values and do nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "simulator/peripherals/bus.h"
#include "simulator/timing/clock.h"

namespace simulator {

class Timer final : public Peripheral {
 public:
  struct Connections {
    std::function<std::uint32_t()> kernel_hz;  ///< the timer's clock, in Hz
    std::function<void(bool)> interrupt;       ///< level of the interrupt line
  };

  /// `longest`: of the counter, 0xFFFF or 0xFFFFFFFF.
  Timer(std::uint32_t longest, Clock& clock, Connections connections);

  std::uint32_t read(std::uint32_t offset) override;
  void write(std::uint32_t offset, std::uint32_t value) override;
  void reset() override;

 private:
  [[nodiscard]] Cycle cycles_of(std::uint64_t ticks) const;
  [[nodiscard]] std::uint32_t count() const;
  void start_from(std::uint32_t count, Cycle now);
  void update(Cycle now);
  void update_interrupt();

  const std::uint32_t longest_;
  Clock& clock_;
  Connections connections_;
  Event overflow_;

  std::uint32_t cr1_ = 0, dier_ = 0, sr_ = 0, psc_ = 0, arr_ = 0;
  std::uint32_t prescaler_ = 0, reload_ = 0;  // those that count: PSC and ARR of the last update
  // The counter stood at count_ in cycle since_; while the timer is off it still does.
  std::uint32_t count_ = 0;
  Cycle since_ = 0;
  std::map<std::uint32_t, std::uint32_t> stored_;
};

}  // namespace simulator
