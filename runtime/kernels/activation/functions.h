// Functions that kernels and tables of INT8 compute alike.
#pragma once

#include <cmath>

namespace solder {

// By the complement of the error function, because 1 + erf(x / sqrt(2)) cancels below zero.
inline float gelu(float x) {
  constexpr float kMinusRootOfHalf = -0.70710678118654752F;
  return 0.5F * x * std::erfc(x * kMinusRootOfHalf);
}

inline float approximate_gelu(float x) {
  constexpr float kRootOf2OverPi = 0.79788456080286536F;
  return 0.5F * x * (1.0F + std::tanh(kRootOf2OverPi * (x + 0.044715F * x * x * x)));
}

}  // namespace solder
