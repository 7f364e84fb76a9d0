// A memory-mapped 32-bit register, and blocks of them at fixed addresses.
#pragma once

#include <cstdint>

namespace firmware {

class Register {
 public:
  operator uint32_t() const { return value_; }
  void operator=(uint32_t value) { value_ = value; }
  void set(uint32_t bits) { value_ = value_ | bits; }
  void clear(uint32_t bits) { value_ = value_ & ~bits; }
  void replace(uint32_t field, uint32_t bits) { value_ = (value_ & ~field) | bits; }
  void wait_until(uint32_t field, uint32_t bits) const {
    while ((value_ & field) != bits) {
    }
  }
  void wait_for(uint32_t bits) const { wait_until(bits, bits); }

 private:
  volatile uint32_t value_;
};
static_assert(sizeof(Register) == 4);

template <class Block>
Block& block_at(uintptr_t address) {
  return *reinterpret_cast<Block*>(address);
}

}  // namespace firmware
