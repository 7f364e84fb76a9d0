#include <cassert>
#include <cmath>

#include "runtime/kernels/activation/functions.h"
#include "runtime/kernels/activation/sigmoid_table.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::reference {

namespace {

template <class Function>
void for_each(int32_t elements, const float* input, float* output, Function function) {
  for (int32_t i = 0; i < elements; ++i) output[i] = function(input[i]);
}

int32_t scaled(const SigmoidS16Params& p, int16_t x) {
  assert(p.multiplier > 0 && p.multiplier <= INT16_MAX && p.shift >= 0 && p.shift <= 31);
  const int32_t half = p.shift > 0 ? 1 << (p.shift - 1) : 0;
  return (x * p.multiplier + half) >> p.shift;
}

// Between the entries of the table that `magnitude` lies between; 2^bits of it are one entry. In
// 1/2^(16 + bits); `saturated` where the table ends.
int32_t interpolated(int32_t magnitude, int32_t bits, int32_t saturated) {
  const int32_t index = magnitude >> bits;
  if (index >= 255) return saturated;
  const int32_t low = kSigmoidTable[static_cast<size_t>(index)];
  const int32_t high = kSigmoidTable[static_cast<size_t>(index) + 1];
  return (low << bits) + (magnitude & ((1 << bits) - 1)) * (high - low);
}

}  // namespace

void relu_f32(const ReluF32Params& p, const float* input, float* output) {
  for_each(p.elements, input, output,
           [&](float x) { return clamp(x, p.activation_min, p.activation_max); });
}
void leaky_relu_f32(const LeakyReluF32Params& p, const float* input, float* output) {
  for_each(p.elements, input, output, [&](float x) { return x > 0 ? x : x * p.alpha; });
}
void logistic_f32(const UnaryParams& p, const float* input, float* output) {
  for_each(p.elements, input, output, [](float x) { return 1.0F / (1.0F + std::exp(-x)); });
}
void tanh_f32(const UnaryParams& p, const float* input, float* output) {
  for_each(p.elements, input, output, [](float x) { return std::tanh(x); });
}
void elu_f32(const UnaryParams& p, const float* input, float* output) {
  for_each(p.elements, input, output, [](float x) { return x < 0 ? std::expm1(x) : x; });
}
void gelu_f32(const UnaryParams& p, const float* input, float* output) {
  for_each(p.elements, input, output, gelu);
}
void approximate_gelu_f32(const UnaryParams& p, const float* input, float* output) {
  for_each(p.elements, input, output, approximate_gelu);
}
void hard_swish_f32(const UnaryParams& p, const float* input, float* output) {
  for_each(p.elements, input, output, [](float x) { return x * clamp(x + 3, 0.0F, 6.0F) / 6; });
}
void abs_f32(const UnaryParams& p, const float* input, float* output) {
  for_each(p.elements, input, output, [](float x) { return std::fabs(x); });
}
void exp_f32(const UnaryParams& p, const float* input, float* output) {
  for_each(p.elements, input, output, [](float x) { return std::exp(x); });
}
void log_f32(const UnaryParams& p, const float* input, float* output) {
  for_each(p.elements, input, output, [](float x) { return std::log(x); });
}
void sqrt_f32(const UnaryParams& p, const float* input, float* output) {
  for_each(p.elements, input, output, [](float x) { return std::sqrt(x); });
}
void rsqrt_f32(const UnaryParams& p, const float* input, float* output) {
  for_each(p.elements, input, output, [](float x) { return 1.0F / std::sqrt(x); });
}
void square_f32(const UnaryParams& p, const float* input, float* output) {
  for_each(p.elements, input, output, [](float x) { return x * x; });
}

void lookup_s8(const UnaryParams& p, const int8_t* input, const int8_t* table, int8_t* output) {
  const int32_t elements = p.elements;
  for (int32_t i = 0; i < elements; ++i) output[i] = table[static_cast<uint8_t>(input[i])];
}

void piecewise_linear_s16(const PiecewiseLinearParams& p, const int16_t* input, int16_t* output) {
  for (int32_t i = 0; i < p.elements; ++i)
    output[i] = static_cast<int16_t>(piecewise_linear(p.function, input[i]));
}

void logistic_s16(const SigmoidS16Params& p, const int16_t* input, int16_t* output) {
  constexpr int32_t kOne = 1 << 25, kHalfOfLast = 1 << 9;
  for (int32_t i = 0; i < p.elements; ++i) {
    const int32_t x = scaled(p, input[i]);
    const int32_t y = interpolated(x < 0 ? -x : x, 9, INT16_MAX << 10);
    const int32_t rounded = x >= 0 ? y + kHalfOfLast : kOne - y + kHalfOfLast - 1;
    output[i] = static_cast<int16_t>(rounded >> 10);
  }
}

void tanh_s16(const SigmoidS16Params& p, const int16_t* input, int16_t* output) {
  // tanh(x) = 2 logistic(2x) - 1
  constexpr int32_t kHalf = 1 << 23, kHalfOfLast = 1 << 7;
  for (int32_t i = 0; i < p.elements; ++i) {
    const int32_t x = scaled(p, input[i]);
    const int32_t y = interpolated(x < 0 ? -x : x, 8, UINT16_MAX << 8);
    const int32_t rounded = x >= 0 ? y - kHalf + kHalfOfLast : kHalf - y + kHalfOfLast - 1;
    output[i] = static_cast<int16_t>(rounded >> 8);
  }
}

}  // namespace solder::reference
