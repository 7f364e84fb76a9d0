#include "runtime/kernels/arithmetic.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::reference {
namespace {

template <class Params, class Arithmetic, class Element, class Weight>
void multiply(const Params& p, const Arithmetic& arithmetic, const Element* input,
              const Weight* filter, typename Arithmetic::Sum filter_offset, Element* output) {
  using Sum = typename Arithmetic::Sum;
  for (int32_t b = 0; b < p.batches; ++b) {
    for (int32_t out = 0; out < p.output_depth; ++out) {
      Sum sum = 0;
      for (int32_t i = 0; i < p.input_depth; ++i) {
        sum += arithmetic.load(input + b * p.input_depth + i) *
               (static_cast<Sum>(filter[out * p.input_depth + i]) + filter_offset);
      }
      *output++ = arithmetic.finish(sum, out);
    }
  }
}

}  // namespace

void fully_connected_f32(const FullyConnectedF32Params& p, const float* input, const float* filter,
                         const float* bias, float* output) {
  const F32Arithmetic arithmetic = {bias, p.activation_min, p.activation_max};
  multiply(p, arithmetic, input, filter, 0, output);
}

void fully_connected_f32_s8(const FullyConnectedF32Params& p, const float* input,
                            const int8_t* filter, const float* scale, const float* bias,
                            float* output) {
  const F32S8Arithmetic arithmetic = {scale, bias, p.activation_min, p.activation_max};
  multiply(p, arithmetic, input, filter, 0, output);
}

void fully_connected_s8(const FullyConnectedS8Params& p, const int8_t* input, const int8_t* filter,
                        const int32_t* bias, const Requantization* requantization, int8_t* output) {
  const S8Arithmetic arithmetic = {bias,
                                   requantization,
                                   p.per_channel,
                                   p.input_offset,
                                   p.output_offset,
                                   p.activation_min,
                                   p.activation_max};
  multiply(p, arithmetic, input, filter, static_cast<uint32_t>(p.filter_offset), output);
}

void fully_connected_s16(const FullyConnectedS16Params& p, const int16_t* input,
                         const int8_t* filter, const int64_t* bias,
                         const Requantization* requantization, int16_t* output) {
  const S16Arithmetic arithmetic = {bias,       requantization,   p.per_channel,
                                    p.sum_bits, p.activation_min, p.activation_max};
  multiply(p, arithmetic, input, filter, 0, output);
}

}  // namespace solder::reference
