#include "runtime/kernels/prepare.h"

#include "runtime/kernels/prepare_convolution.h"

namespace solder {

Error prepare_conv_2d(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 2)) return error;
  if (Error error = check_convolution_ranks(builder)) return error;
  const int32_t* in = builder.input(0)->shape.dims;
  const int32_t* filter = builder.input(1)->shape.dims;
  if (in[3] % filter[3] != 0 || filter[0] % (in[3] / filter[3]) != 0)
    return builder.fail("has filter channels that do not divide the input's; the input has", in[3]);
  ConvolutionWindows windows;
  if (Error error = check_convolution(op, builder, filter[0], windows)) return error;
  return emit_convolution(op, builder, windows, filter[3], 0,
                          {.f32 = KernelId::conv_2d_f32,
                           .f32_s8 = KernelId::conv_2d_f32_s8,
                           .s8 = KernelId::conv_2d_s8,
                           .s8_offset = KernelId::conv_2d_s8_offset,
                           .s16 = KernelId::conv_2d_s16,
                           .sum_bits_without_bias = 32});
}

}  // namespace solder
