#include "simulator/peripherals/gpio.h"

namespace simulator {
namespace {
enum Index : unsigned {
  kModer = 0,
  kOspeedr = 2,
  kPupdr = 3,
  kIdr = 4,
  kOdr = 5,
  kBsrr = 6,
  kAfrl = 8
};
enum Mode : unsigned { kInput = 0, kOutput = 1, kAlternate = 2 };
constexpr unsigned kPins = 16;
}  // namespace

void Gpio::reset() {
  registers_.fill(0);
  if (port_ == 'A') {  // JTDI, JTMS, JTCK: RM0385 6.4
    registers_[kModer] = 0xA8000000;
    registers_[kOspeedr] = 0x0C000000;
    registers_[kPupdr] = 0x64000000;
  } else if (port_ == 'B') {
    registers_[kModer] = 0x00000280;
    registers_[kOspeedr] = 0x000000C0;
    registers_[kPupdr] = 0x00000100;
  }
}

void Gpio::drive(unsigned pin, bool high) {
  driven_ |= 1u << pin;
  levels_ = (levels_ & ~(1u << pin)) | std::uint32_t{high} << pin;
}

bool Gpio::output(unsigned pin) const {
  return mode(pin) == kOutput && (registers_[kOdr] >> pin & 1);
}

bool Gpio::routed(unsigned pin, unsigned function) const {
  const std::uint32_t afr = registers_[kAfrl + pin / 8];
  return mode(pin) == kAlternate && (afr >> 4 * (pin % 8) & 0xF) == function;
}

std::uint32_t Gpio::idr() const {
  std::uint32_t value = 0;
  for (unsigned pin = 0; pin < kPins; ++pin) {
    const bool pulled_up = (registers_[kPupdr] >> 2 * pin & 3) == 1;
    const bool outside = driven_ >> pin & 1 ? levels_ >> pin & 1 : pulled_up;
    const bool high = mode(pin) == kOutput ? registers_[kOdr] >> pin & 1 : outside;
    value |= std::uint32_t{high} << pin;
  }
  return value;
}

std::uint32_t Gpio::read(std::uint32_t offset) {
  const std::uint32_t index = offset / 4;
  if (index == kIdr) return idr();
  if (index == kBsrr || index >= registers_.size()) return 0;
  return registers_[index];
}

void Gpio::write(std::uint32_t offset, std::uint32_t value) {
  const std::uint32_t index = offset / 4;
  if (index == kBsrr) {
    registers_[kOdr] = (registers_[kOdr] & ~(value >> 16)) | (value & 0xFFFF);  // set wins
  } else if (index != kIdr && index < registers_.size()) {
    registers_[index] = value;
  }
}

}  // namespace simulator
