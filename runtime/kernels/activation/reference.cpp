#include <cassert>
#include <cmath>

#include "runtime/base/fixed_point_exp.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::reference {

namespace {

constexpr int32_t kLogisticIntegerBits = 4;

}  // namespace

void relu_f32(const ReluF32Params& p, const float* input, float* output) {
  for (int32_t i = 0; i < p.elements; ++i)
    output[i] = clamp(input[i], p.activation_min, p.activation_max);
}

void relu_s8(const ReluS8Params& p, const int8_t* input, int8_t* output) {
  for (int32_t i = 0; i < p.elements; ++i) {
    const int32_t value = requantize(input[i] + p.input_offset, p.requantization);
    output[i] = static_cast<int8_t>(
        clamp(wrapping_add(value, p.output_offset), p.activation_min, p.activation_max));
  }
}

void logistic_f32(const LogisticF32Params& p, const float* input, float* output) {
  for (int32_t i = 0; i < p.elements; ++i) output[i] = 1.0F / (1.0F + std::exp(-input[i]));
}

void logistic_s8(const LogisticS8Params& p, const int8_t* input, int8_t* output) {
  assert(p.input_range_radius >= 0);
  const Requantization to_q4 = {.multiplier = p.input_multiplier, .shift = p.input_shift};
  for (int32_t i = 0; i < p.elements; ++i) {
    const int32_t x = input[i] - p.input_zero_point;
    if (x <= -p.input_range_radius) {
      output[i] = INT8_MIN;
    } else if (x >= p.input_range_radius) {
      output[i] = INT8_MAX;
    } else {
      const int32_t in_q0 = logistic(requantize(x, to_q4), kLogisticIntegerBits);
      const int32_t in_256ths = rounding_divide_by_pot(in_q0, 31 - 8);
      output[i] = static_cast<int8_t>(clamp(in_256ths + INT8_MIN, INT8_MIN, INT8_MAX));
    }
  }
}

}  // namespace solder::reference
