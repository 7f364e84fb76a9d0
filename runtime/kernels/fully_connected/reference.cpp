#include "runtime/kernels/kernel_list.h"

namespace solder::reference {
namespace {

// `scale`: of the weights of each output; null: 1.
template <class Weight>
void multiply(const FullyConnectedF32Params& p, const float* input, const Weight* filter,
              const float* scale, const float* bias, float* output) {
  for (int32_t b = 0; b < p.batches; ++b) {
    for (int32_t out = 0; out < p.output_depth; ++out) {
      float sum = 0.0F;
      for (int32_t i = 0; i < p.input_depth; ++i)
        sum += input[b * p.input_depth + i] * static_cast<float>(filter[out * p.input_depth + i]);
      if (scale != nullptr) sum *= scale[out];
      if (bias != nullptr) sum += bias[out];
      *output++ = clamp(sum, p.activation_min, p.activation_max);
    }
  }
}

}  // namespace

void fully_connected_f32(const FullyConnectedF32Params& p, const float* input, const float* filter,
                         const float* bias, float* output) {
  multiply(p, input, filter, nullptr, bias, output);
}

void fully_connected_f32_s8(const FullyConnectedF32Params& p, const float* input,
                            const int8_t* filter, const float* scale, const float* bias,
                            float* output) {
  multiply(p, input, filter, scale, bias, output);
}

void fully_connected_s8(const FullyConnectedS8Params& p, const int8_t* input, const int8_t* filter,
                        const int32_t* bias, const Requantization* requantization, int8_t* output) {
  for (int32_t b = 0; b < p.batches; ++b) {
    for (int32_t out = 0; out < p.output_depth; ++out) {
      int32_t sum = 0;
      for (int32_t i = 0; i < p.input_depth; ++i) {
        sum += (input[b * p.input_depth + i] + p.input_offset) *
               (filter[out * p.input_depth + i] + p.filter_offset);
      }
      if (bias != nullptr) sum = wrapping_add(sum, bias[out]);
      const int32_t value = requantize(sum, requantization[p.per_channel != 0 ? out : 0]);
      *output++ = static_cast<int8_t>(
          clamp(wrapping_add(value, p.output_offset), p.activation_min, p.activation_max));
    }
  }
}

}  // namespace solder::reference
