// General-purpose I/O, RM0385 chapter 6.
#pragma once

#include <array>
#include <cstdint>

#include "simulator/peripherals/bus.h"

namespace simulator {

class Gpio final : public Peripheral {
 public:
  /// Port letter, 'A' to 'K': A and B have other reset values for the debug pins.
  explicit Gpio(char port) : port_(port) { reset(); }

  std::uint32_t read(std::uint32_t offset) override;
  void write(std::uint32_t offset, std::uint32_t value) override;
  void reset() override;

  /// What the board drives onto a pin, 0 to 15, that is an input.
  void drive(unsigned pin, bool high);
  /// Whether the firmware drives an output pin high.
  [[nodiscard]] bool output(unsigned pin) const;
  /// Whether the pin is given to alternate function `function`, 0 to 15.
  [[nodiscard]] bool routed(unsigned pin, unsigned function) const;

 private:
  [[nodiscard]] unsigned mode(unsigned pin) const { return registers_[0] >> 2 * pin & 3; }
  [[nodiscard]] std::uint32_t idr() const;

  const char port_;
  std::array<std::uint32_t, 10> registers_{};  // MODER to AFRH
  std::uint32_t driven_ = 0;                   // pins the board drives ...
  std::uint32_t levels_ = 0;                   // ... and their levels
};

}  // namespace simulator
