#include "runtime/kernels/activation/lookup_table.h"

#include <cmath>

#include "runtime/base/fixed_point_exp.h"
#include "runtime/kernels/checks.h"

namespace solder {
namespace {

template <class Function>
const int8_t* make_table(StepBuilder& builder, Function function) {
  auto* table = builder.table<int8_t>(256);
  if (table == nullptr) return nullptr;
  for (int32_t x = INT8_MIN; x <= INT8_MAX; ++x) {
    const int32_t value = function(x);
    table[static_cast<uint8_t>(x)] = static_cast<int8_t>(clamp(value, INT8_MIN, INT8_MAX));
  }
  return table;
}

// A function of values in Q4.27. Inputs that do not fit into four integer bits saturate.
template <class Function>
const int8_t* q4_table(StepBuilder& builder, const TensorView& input, Function function) {
  constexpr int32_t kFractionBits = 27;
  const int32_t zero_point = zero_point_of(input);
  const Requantization to_q4 = quantize_multiplier(
      std::ldexp(static_cast<double>(input.quantization.scale[0]), kFractionBits));
  const double radius = std::floor(std::ldexp(15.0, kFractionBits - to_q4.shift));
  return make_table(builder, [&](int32_t x) -> int32_t {
    x -= zero_point;
    if (x <= -radius) return INT8_MIN;
    if (x >= radius) return INT8_MAX;
    return function(requantize(x, to_q4));
  });
}

// Fixed-point arithmetic of 16 bits.
constexpr int32_t saturate_s16(int64_t x) {
  return x < INT16_MIN ? INT16_MIN : x > INT16_MAX ? INT16_MAX : static_cast<int32_t>(x);
}
// round(a * b / 2^15) for b >= 0
constexpr int32_t rounding_high_mul_s16(int32_t a, int32_t b) { return (a * b + (1 << 14)) >> 15; }

struct MultiplierS16 {
  int32_t multiplier;  // in [0, 32767]
  int32_t shift;
};
MultiplierS16 quantize_multiplier_s16(float factor) {
  const Requantization r = quantize_multiplier(static_cast<double>(factor));
  return {.multiplier = saturate_s16((int64_t{r.multiplier} + (1 << 15)) >> 16), .shift = r.shift};
}

// x * clamp(x + 3, 0, 6) / 6, in TensorFlow Lite's steps: `in` is x with 7 more bits.
int32_t hard_swish(int32_t in, MultiplierS16 to_gate, MultiplierS16 to_output) {
  // The gate: x from [-3, 3] to [-1, 1) in Q0.15, then to [0, 1).
  int32_t gate = in;
  if (to_gate.shift > 0) gate = saturate_s16(int64_t{gate} << (to_gate.shift - 1));
  gate = rounding_high_mul_s16(gate, to_gate.multiplier);
  if (to_gate.shift > 0) gate = saturate_s16(int64_t{gate} << 1);
  if (to_gate.shift < 0) gate = rounding_divide_by_pot(gate, -to_gate.shift);
  gate = (gate + (1 << 15)) >> 1;
  // Towards zero, against the bias of the roundings before.
  const int32_t product = gate * rounding_high_mul_s16(in, to_output.multiplier) / (1 << 15);
  return rounding_divide_by_pot(product, -to_output.shift);
}

}  // namespace

const int8_t* piecewise_linear_table(StepBuilder& builder, const PiecewiseLinear& function) {
  return make_table(builder, [&](int32_t x) -> int32_t { return piecewise_linear(function, x); });
}

const int8_t* logistic_table(StepBuilder& builder, const TensorView& input) {
  return q4_table(builder, input, [](int32_t x) -> int32_t {
    return rounding_divide_by_pot(logistic(x, 4), 31 - 8) + INT8_MIN;
  });
}

const int8_t* tanh_table(StepBuilder& builder, const TensorView& input) {
  return q4_table(builder, input,
                  [](int32_t x) -> int32_t { return rounding_divide_by_pot(tanh(x, 4), 31 - 7); });
}

const int8_t* hard_swish_table(StepBuilder& builder, const TensorView& input,
                               const TensorView& output) {
  const float scale = input.quantization.scale[0] / 128;
  const MultiplierS16 to_gate = quantize_multiplier_s16(scale / (3.0F / 32768));
  const MultiplierS16 to_output = quantize_multiplier_s16(scale / output.quantization.scale[0]);
  const int32_t input_zero = zero_point_of(input), output_zero = zero_point_of(output);
  return make_table(builder, [&](int32_t x) -> int32_t {
    return hard_swish((x - input_zero) * 128, to_gate, to_output) + output_zero;
  });
}

const int8_t* real_table(StepBuilder& builder, const TensorView& input, const TensorView& output,
                         float (*function)(float)) {
  const float input_scale = input.quantization.scale[0];
  const float inverse_scale = 1.0F / output.quantization.scale[0];
  const int32_t input_zero = zero_point_of(input);
  const auto output_zero = static_cast<float>(zero_point_of(output));
  return make_table(builder, [&](int32_t x) -> int32_t {
    const float real = function(input_scale * static_cast<float>(x - input_zero));
    const float value = std::round(real * inverse_scale) + output_zero;
    // Not a number comes out as the lowest.
    if (!(value > INT8_MIN)) return INT8_MIN;
    return value < INT8_MAX ? static_cast<int32_t>(value) : INT8_MAX;
  });
}

}  // namespace solder
