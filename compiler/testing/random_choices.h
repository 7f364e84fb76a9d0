// The same choices for the same seed, on every machine.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>

namespace solder::compiler::testing {

class RandomChoices {
 public:
  explicit RandomChoices(uint32_t seed) : random_(seed) {}

  // In [low, high].
  int32_t integer(int32_t low, int32_t high) {
    return low + static_cast<int32_t>(random_() % static_cast<uint32_t>(high - low + 1));
  }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[integer(0, static_cast<int32_t>(values.size()) - 1)];
  }

 private:
  std::mt19937 random_;
};

}  // namespace solder::compiler::testing
