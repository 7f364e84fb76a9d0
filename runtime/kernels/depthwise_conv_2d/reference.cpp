#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/reference_convolution.h"

namespace solder::reference {
namespace {

FilterLayout layout_of(const Conv2DGeometry& g) {
  assert(g.filter_channels == 1);
  return {.channel_step = 1, .tap_step = g.output_channels};
}

}  // namespace

void depthwise_conv_2d_f32(const Conv2DF32Params& p, const float* input, const float* filter,
                           const float* bias, float* output) {
  const F32Arithmetic arithmetic = {bias, p.activation_min, p.activation_max};
  convolve(p.geometry, layout_of(p.geometry), arithmetic, input, filter, output);
}

void depthwise_conv_2d_f32_s8(const Conv2DF32Params& p, const float* input, const int8_t* filter,
                              const float* scale, const float* bias, float* output) {
  const F32S8Arithmetic arithmetic = {scale, bias, p.activation_min, p.activation_max};
  convolve(p.geometry, layout_of(p.geometry), arithmetic, input, filter, output);
}

void depthwise_conv_2d_s8(const Conv2DS8Params& p, const int8_t* input, const int8_t* filter,
                          const int32_t* bias, const Requantization* requantization,
                          int8_t* output) {
  const S8Arithmetic arithmetic = {
      bias, requantization, 1, p.input_offset, p.output_offset, p.activation_min, p.activation_max};
  convolve(p.geometry, layout_of(p.geometry), arithmetic, input, filter, output);
}

void depthwise_conv_2d_s8_offset(const Conv2DS8OffsetParams& p, const int8_t* input,
                                 const int8_t* filter, const int32_t* bias,
                                 const Requantization* requantization, int8_t* output) {
  const Conv2DS8Params& s = p.symmetric;
  const S8OffsetArithmetic arithmetic = {{bias, requantization, 1, s.input_offset, s.output_offset,
                                          s.activation_min, s.activation_max},
                                         p.filter_offset};
  convolve(s.geometry, layout_of(s.geometry), arithmetic, input, filter, output);
}

void depthwise_conv_2d_s16(const Conv2DS16Params& p, const int16_t* input, const int8_t* filter,
                           const int64_t* bias, const Requantization* requantization,
                           int16_t* output) {
  const S16Arithmetic arithmetic = {bias,       requantization,   1,
                                    p.sum_bits, p.activation_min, p.activation_max};
  convolve(p.geometry, layout_of(p.geometry), arithmetic, input, filter, output);
}

}  // namespace solder::reference
