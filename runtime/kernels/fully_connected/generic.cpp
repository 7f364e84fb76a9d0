#include "runtime/kernels/generic_arithmetic.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::generic {
namespace {

template <class Params, class Arithmetic, class Element, class Weight>
void multiply_batches(const Params& p, const Arithmetic& arithmetic, const Element* input,
                      const Weight* filter, Element* output) {
  for (int32_t b = 0; b < p.batches; ++b) {
    multiply(arithmetic, 0, p.output_depth, input, filter, p.input_depth, 0, output);
    input += p.input_depth;
    output += p.output_depth;
  }
}

}  // namespace

void fully_connected_f32(const FullyConnectedF32Params& p, const float* input, const float* filter,
                         const float* bias, float* output) {
  const F32Arithmetic arithmetic = {bias, p.activation_min, p.activation_max};
  multiply_batches(p, arithmetic, input, filter, output);
}

void fully_connected_f32_s8(const FullyConnectedF32Params& p, const float* input,
                            const int8_t* filter, const float* scale, const float* bias,
                            float* output) {
  const F32S8Arithmetic arithmetic = {scale, bias, p.activation_min, p.activation_max};
  multiply_batches(p, arithmetic, input, filter, output);
}

void fully_connected_s8(const FullyConnectedS8Params& p, const int8_t* input, const int8_t* filter,
                        const int32_t* bias, const Requantization* requantization, int8_t* output) {
  const S8Arithmetic arithmetic = {.bias = bias,
                                   .requantization = requantization,
                                   .requantization_step = p.per_channel,
                                   .input_offset = p.input_offset,
                                   .output_offset = p.output_offset,
                                   .activation_min = p.activation_min,
                                   .activation_max = p.activation_max};
  for (int32_t b = 0; b < p.batches; ++b) {
    // The filter's offset meets every output with the same sum of inputs.
    uint32_t offset_product = 0;
    if (p.filter_offset != 0) {
      for (int32_t i = 0; i < p.input_depth; ++i) offset_product += arithmetic.load(input + i);
      offset_product *= static_cast<uint32_t>(p.filter_offset);
    }
    multiply(arithmetic, 0, p.output_depth, input, filter, p.input_depth, offset_product, output);
    input += p.input_depth;
    output += p.output_depth;
  }
}

void fully_connected_s16(const FullyConnectedS16Params& p, const int16_t* input,
                         const int8_t* filter, const int64_t* bias,
                         const Requantization* requantization, int16_t* output) {
  const S16Arithmetic arithmetic = {bias,       requantization,   p.per_channel,
                                    p.sum_bits, p.activation_min, p.activation_max};
  multiply_batches(p, arithmetic, input, filter, output);
}

}  // namespace solder::generic
