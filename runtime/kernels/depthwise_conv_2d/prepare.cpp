#include "runtime/kernels/prepare.h"

#include "runtime/kernels/prepare_convolution.h"

namespace solder {

Error prepare_depthwise_conv_2d(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 2)) return error;
  if (Error error = check_convolution_ranks(builder)) return error;
  const int32_t* in = builder.input(0)->shape.dims;
  const int32_t* filter = builder.input(1)->shape.dims;
  if (filter[0] != 1 || filter[3] % in[3] != 0)
    return builder.fail("has filter channels that are no multiple of the input's; the input has",
                        in[3]);
  ConvolutionWindows windows;
  if (Error error = check_convolution(op, builder, filter[3], windows)) return error;
  return emit_convolution(op, builder, windows, 1, 3,
                          {.f32 = KernelId::depthwise_conv_2d_f32,
                           .f32_s8 = KernelId::depthwise_conv_2d_f32_s8,
                           .s8 = KernelId::depthwise_conv_2d_s8,
                           .s8_offset = KernelId::depthwise_conv_2d_s8_offset,
                           .s16 = KernelId::depthwise_conv_2d_s16,
                           .sum_bits_without_bias = 64});
}

}  // namespace solder
