#include <bit>
#include <cassert>
#include <cmath>
#include <limits>

#include "runtime/base/fixed_point_exp.h"
#include "runtime/base/function_table_s16.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::reference {

namespace {

constexpr int32_t kDifferenceIntegerBits = 5;
constexpr int32_t kSumIntegerBits = 12;

// exp of a difference of inputs, in Q0.31. Long, and called twice.
[[gnu::noinline]] int32_t scaled_exp(const SoftmaxS8Params& p, int32_t difference) {
  const Requantization to_q5 = {.multiplier = p.input_multiplier, .shift = p.input_shift};
  return exp_on_negative_values(requantize(difference, to_q5), kDifferenceIntegerBits);
}

constexpr FunctionTableS16 kExp(10.0F / 65535, INT16_MAX, 2.0F / 65535, constant_exp);
constexpr FunctionTableS16 kOneOverOnePlus(1.0F / 65535, INT16_MIN, 2.0F / 65535,
                                           [](float x) { return 1.0F / (1.0F + x); });

constexpr int16_t saturate_s16(int32_t x) {
  return static_cast<int16_t>(clamp(x, INT16_MIN, INT16_MAX));
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

void softmax_s16(const SoftmaxS16Params& p, const int16_t* input, int16_t* output) {
  assert(p.depth <= 1 << 16);
  for (int32_t row = 0; row < p.rows; ++row, input += p.depth, output += p.depth) {
    int32_t max = INT16_MIN;
    for (int32_t i = 0; i < p.depth; ++i) max = input[i] > max ? input[i] : max;
    // Exponentials in Q0.15, kept where the results will be. That of the largest input is not 0.
    int32_t sum = 0;
    for (int32_t i = 0; i < p.depth; ++i) {
      const int32_t difference = requantize(input[i] - max, p.input_factor);
      output[i] = kExp(saturate_s16(wrapping_add(difference, INT16_MAX)));
      sum += output[i];
    }
    // sum = (1 + x) * 2^bits; the table's domain is x in [0, 1).
    const int32_t bits = 31 - std::countl_zero(static_cast<uint32_t>(sum));
    const auto one_plus_x =
        static_cast<int32_t>(((static_cast<int64_t>(sum) << (30 - bits)) + (1 << 13)) >> 14);
    const int32_t reciprocal = kOneOverOnePlus(saturate_s16(one_plus_x - (1 << 16) - (1 << 15)));
    for (int32_t i = 0; i < p.depth; ++i) {
      const int32_t product = output[i] * reciprocal;  // Q0.15 * Q0.15
      const int64_t value = (int64_t{product} + (int64_t{1} << (bits - 1))) >> bits;
      output[i] = static_cast<int16_t>(value < INT16_MAX ? value : INT16_MAX);
    }
  }
}

}  // namespace solder::reference
