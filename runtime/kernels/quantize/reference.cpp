#include <cassert>
#include <cmath>

#include "runtime/kernels/kernel_list.h"

namespace solder::reference {

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

void quantize_s8_s8(const QuantizeS8S8Params& p, const int8_t* input, int8_t* output) {
  for (int32_t i = 0; i < p.elements; ++i) {
    const int32_t value = requantize(input[i] - p.input_zero_point, p.requantization);
    output[i] =
        static_cast<int8_t>(clamp(wrapping_add(value, p.output_zero_point), INT8_MIN, INT8_MAX));
  }
}

void dequantize_s8_f32(const DequantizeS8F32Params& p, const int8_t* input, float* output) {
  for (int32_t i = 0; i < p.elements; ++i)
    output[i] = p.scale * static_cast<float>(input[i] - p.zero_point);
}

}  // namespace solder::reference
