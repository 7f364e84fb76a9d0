#include <cassert>
#include <cmath>
#include <limits>

#include "runtime/base/fixed_point_exp.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::reference {

namespace {

constexpr int32_t kDifferenceIntegerBits = 5;
constexpr int32_t kSumIntegerBits = 12;

// exp of a difference of inputs, in Q0.31.
int32_t scaled_exp(const SoftmaxS8Params& p, int32_t difference) {
  const Requantization to_q5 = {.multiplier = p.input_multiplier, .shift = p.input_shift};
  return exp_on_negative_values(requantize(difference, to_q5), kDifferenceIntegerBits);
}

}  // namespace

void softmax_f32(const SoftmaxF32Params& p, const float* input, float* output) {
  for (int32_t row = 0; row < p.rows; ++row, input += p.depth, output += p.depth) {
    float max = std::numeric_limits<float>::lowest();
    for (int32_t i = 0; i < p.depth; ++i) max = input[i] > max ? input[i] : max;
    float sum = 0.0F;
    for (int32_t i = 0; i < p.depth; ++i) {
      output[i] = std::exp((input[i] - max) * p.beta);
      sum += output[i];
    }
    for (int32_t i = 0; i < p.depth; ++i) output[i] = output[i] / sum;
  }
}

void softmax_s8(const SoftmaxS8Params& p, const int8_t* input, int8_t* output) {
  assert(p.input_shift >= 0 && p.diff_min <= 0);
  for (int32_t row = 0; row < p.rows; ++row, input += p.depth, output += p.depth) {
    int32_t max = INT8_MIN;
    for (int32_t i = 0; i < p.depth; ++i) max = input[i] > max ? input[i] : max;
    int64_t sum = 0;  // at least 1, for the largest input is among the summands
    for (int32_t i = 0; i < p.depth; ++i) {
      const int32_t difference = input[i] - max;
      if (difference >= p.diff_min)
        sum += rounding_divide_by_pot(scaled_exp(p, difference), kSumIntegerBits);
    }
    const auto in_range = static_cast<int32_t>(sum < INT32_MAX ? sum : INT32_MAX);
    const Reciprocal scale = reciprocal(in_range, kSumIntegerBits);
    // From Q0.31 to the output's 1/256. Rows whose sum exceeds 512 come out as zeros.
    const int32_t exponent = scale.bits_over_unit + 31 - 8;
    for (int32_t i = 0; i < p.depth; ++i) {
      const int32_t difference = input[i] - max;
      int32_t value = 0;
      if (difference >= p.diff_min && exponent <= 31) {
        value = rounding_divide_by_pot(
            saturating_rounding_doubling_high_mul(scale.value, scaled_exp(p, difference)),
            exponent);
      }
      output[i] = static_cast<int8_t>(clamp(value + INT8_MIN, INT8_MIN, INT8_MAX));
    }
  }
}

}  // namespace solder::reference
