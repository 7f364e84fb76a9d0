#include <cassert>
#include <cmath>
#include <limits>

#include "runtime/kernels/kernel_list.h"

namespace solder::reference {
namespace {

template <class Input, class Output>
void change_scale(const RequantizeParams& p, const Input* input, Output* output) {
  constexpr int32_t kMin = std::numeric_limits<Output>::min();
  constexpr int32_t kMax = std::numeric_limits<Output>::max();
  for (int32_t i = 0; i < p.elements; ++i) {
    const int32_t value = requantize(input[i] - p.input_zero_point, p.requantization);
    output[i] = static_cast<Output>(clamp(wrapping_add(value, p.output_zero_point), kMin, kMax));
  }
}

}  // namespace

void quantize_f32_s8(const QuantizeF32S8Params& p, const float* input, int8_t* output) {
  assert(p.scale > 0.0F);
  const auto lowest = static_cast<float>(INT8_MIN - p.zero_point);
  const auto highest = static_cast<float>(INT8_MAX - p.zero_point);
  for (int32_t i = 0; i < p.elements; ++i) {
    float steps = std::round(input[i] / p.scale);
    if (std::isnan(steps)) steps = 0.0F;
    output[i] =
        static_cast<int8_t>(static_cast<int32_t>(clamp(steps, lowest, highest)) + p.zero_point);
  }
}

void quantize_s8_s8(const RequantizeParams& p, const int8_t* input, int8_t* output) {
  change_scale(p, input, output);
}

void quantize_u8_s8(const RequantizeParams& p, const uint8_t* input, int8_t* output) {
  change_scale(p, input, output);
}

void quantize_s8_u8(const RequantizeParams& p, const int8_t* input, uint8_t* output) {
  change_scale(p, input, output);
}

void dequantize_s8_f32(const DequantizeS8F32Params& p, const int8_t* input, float* output) {
  for (int32_t i = 0; i < p.elements; ++i)
    output[i] = p.scale * static_cast<float>(input[i] - p.zero_point);
}

}  // namespace solder::reference
