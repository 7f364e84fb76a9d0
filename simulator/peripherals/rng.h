// The random number generator, RM0385 chapter 20: always ready, and the same numbers in every run.
#pragma once

#include <cstdint>

#include "simulator/peripherals/bus.h"

namespace simulator {

class Rng final : public Peripheral {
 public:
  std::uint32_t read(std::uint32_t offset) override {
    switch (offset) {
      case 0x0:
        return cr_;
      case 0x4:
        return cr_ & kRngEn ? kDrdy : 0;
      default:
        return cr_ & kRngEn ? next() : 0;
    }
  }
  void write(std::uint32_t offset, std::uint32_t value) override {
    if (offset == 0x0) cr_ = value & (kRngEn | kIe);
  }
  void reset() override {
    cr_ = 0;
    state_ = kSeed;
  }

 private:
  static constexpr std::uint32_t kRngEn = 1u << 2, kIe = 1u << 3, kDrdy = 1u << 0;
  static constexpr std::uint32_t kSeed = 2'463'534'242;  // any but 0

  // Marsaglia's xorshift32.
  std::uint32_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    return state_ ^= state_ << 5;
  }

  std::uint32_t cr_ = 0;
  std::uint32_t state_ = kSeed;
};

}  // namespace simulator
