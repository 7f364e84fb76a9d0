#include <cassert>
#include <cmath>
#include <limits>

#include "runtime/kernels/kernel_list.h"

namespace solder::reference {
namespace {

template <class Output>
void quantize(const QuantizeF32Params& p, const float* input, Output* output) {
  assert(p.scale > 0.0F);
  const auto lowest = static_cast<float>(std::numeric_limits<Output>::min() - p.zero_point);
  const auto highest = static_cast<float>(std::numeric_limits<Output>::max() - p.zero_point);
  for (int32_t i = 0; i < p.elements; ++i) {
    float steps = std::round(input[i] / p.scale);
    if (std::isnan(steps)) steps = 0.0F;
    output[i] =
        static_cast<Output>(static_cast<int32_t>(clamp(steps, lowest, highest)) + p.zero_point);
  }
}

template <class Input, class Output>
void change_scale(const RequantizeParams& p, const Input* input, Output* output) {
  constexpr int32_t kMin = std::numeric_limits<Output>::min();
  constexpr int32_t kMax = std::numeric_limits<Output>::max();
  for (int32_t i = 0; i < p.elements; ++i) {
    const int32_t value = requantize(input[i] - p.input_zero_point, p.requantization);
    output[i] = static_cast<Output>(clamp(wrapping_add(value, p.output_zero_point), kMin, kMax));
  }
}

template <class Input>
void dequantize(const DequantizeParams& p, const Input* input, float* output) {
  for (int32_t i = 0; i < p.elements; ++i)
    output[i] = p.scale * static_cast<float>(input[i] - p.zero_point);
}

}  // namespace

void quantize_f32_s8(const QuantizeF32Params& p, const float* input, int8_t* output) {
  quantize(p, input, output);
}

void quantize_f32_s16(const QuantizeF32Params& p, const float* input, int16_t* output) {
  quantize(p, input, output);
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

void quantize_s8_s16(const RequantizeParams& p, const int8_t* input, int16_t* output) {
  change_scale(p, input, output);
}

void quantize_s16_s8(const RequantizeParams& p, const int16_t* input, int8_t* output) {
  change_scale(p, input, output);
}

void quantize_s16_s16(const RequantizeParams& p, const int16_t* input, int16_t* output) {
  change_scale(p, input, output);
}

void dequantize_s8_f32(const DequantizeParams& p, const int8_t* input, float* output) {
  dequantize(p, input, output);
}

void dequantize_s16_f32(const DequantizeParams& p, const int16_t* input, float* output) {
  dequantize(p, input, output);
}

}  // namespace solder::reference
