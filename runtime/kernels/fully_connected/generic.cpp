#include "runtime/kernels/generic_arithmetic.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::generic {

void fully_connected_f32(const FullyConnectedF32Params& p, const float* input, const float* filter,
                         const float* bias, float* output) {
  const F32Arithmetic arithmetic = {bias, p.activation_min, p.activation_max};
  for (int32_t b = 0; b < p.batches; ++b) {
    for (int32_t first = 0; first < p.output_depth; first += kChannelBlock) {
      const ChannelBlock block(first, p.output_depth, p.input_depth);
      float sums[1][kChannelBlock] = {};
      add_products(arithmetic, input, 0, filter, block, p.input_depth, sums);
      block.store(arithmetic, sums[0], output);
    }
    input += p.input_depth;
    output += p.output_depth;
  }
}

void fully_connected_s8(const FullyConnectedS8Params& p, const int8_t* input, const int8_t* filter,
                        const int32_t* bias, const Requantization* requantization, int8_t* output) {
  const S8Arithmetic arithmetic = {bias,
                                   requantization,
                                   p.per_channel != 0 ? 1 : 0,
                                   p.input_offset,
                                   p.output_offset,
                                   p.activation_min,
                                   p.activation_max};
  for (int32_t b = 0; b < p.batches; ++b) {
    // The filter's offset meets every output with the same sum of inputs.
    uint32_t offset_product = 0;
    if (p.filter_offset != 0) {
      for (int32_t i = 0; i < p.input_depth; ++i) offset_product += arithmetic.load(input + i);
      offset_product *= static_cast<uint32_t>(p.filter_offset);
    }
    for (int32_t first = 0; first < p.output_depth; first += kChannelBlock) {
      const ChannelBlock block(first, p.output_depth, p.input_depth);
      uint32_t sums[1][kChannelBlock];
      SOLDER_UNROLL
      for (uint32_t& sum : sums[0]) sum = offset_product;
      add_products(arithmetic, input, 0, filter, block, p.input_depth, sums);
      block.store(arithmetic, sums[0], output);
    }
    input += p.input_depth;
    output += p.output_depth;
  }
}

}  // namespace solder::generic
