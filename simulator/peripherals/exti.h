// External interrupt controller, RM0385 chapter 11: software events and pending bits. No pin of
// the board drives it.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "simulator/peripherals/bus.h"

namespace simulator {

class Exti final : public Peripheral {
 public:
  /// `interrupt(position, level)` sets an interrupt line of the NVIC.
  explicit Exti(std::function<void(unsigned, bool)> interrupt) : interrupt_(std::move(interrupt)) {}

  std::uint32_t read(std::uint32_t offset) override;
  void write(std::uint32_t offset, std::uint32_t value) override;
  void reset() override;

 private:
  void update_interrupts();

  std::function<void(unsigned, bool)> interrupt_;
  std::uint32_t imr_ = 0, emr_ = 0, rtsr_ = 0, ftsr_ = 0, swier_ = 0, pr_ = 0;
};

}  // namespace simulator
