// Power control, RM0385 chapter 4: voltage scaling and over-drive.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "simulator/peripherals/bus.h"

namespace simulator {

class Pwr final : public Peripheral {
 public:
  std::uint32_t read(std::uint32_t offset) override;
  void write(std::uint32_t offset, std::uint32_t value) override;
  void reset() override;

  /// Regulator voltage scale, 1 (fastest) to 3.
  [[nodiscard]] unsigned voltage_scale() const;
  [[nodiscard]] bool over_drive() const;
  void on_change(std::function<void()> action) { changed_ = std::move(action); }

 private:
  std::function<void()> changed_;
  std::uint32_t cr1_ = 0x0000C000;
  std::uint32_t cr2_ = 0, csr2_ = 0;
};

}  // namespace simulator
