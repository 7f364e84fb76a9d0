#include "runtime/kernels/prepare.h"

#include "runtime/kernels/prepare_convolution.h"

namespace solder {

Error prepare_depthwise_conv_2d(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 2)) return error;
  if (Error error = check_convolution_ranks(builder)) return error;
  const int32_t* in = builder.input(0)->shape.dims;
  const int32_t* filter = builder.input(1)->shape.dims;
  const int32_t* out = builder.output(0)->shape.dims;
  if (filter[0] != 1 || filter[3] % in[3] != 0)
    return builder.fail("has filter channels that are no multiple of the input's; the input has",
                        in[3]);
  ConvolutionWindows windows;
  if (Error error = check_convolution(op, builder, filter[3], windows)) return error;
  const DepthwiseConv2DGeometry geometry = {.batches = in[0],
                                            .input_height = in[1],
                                            .input_width = in[2],
                                            .input_channels = in[3],
                                            .filter_height = filter[1],
                                            .filter_width = filter[2],
                                            .depth_multiplier = filter[3] / in[3],
                                            .output_height = out[1],
                                            .output_width = out[2],
                                            .stride_height = op.options.stride_h,
                                            .stride_width = op.options.stride_w,
                                            .dilation_height = op.options.dilation_h,
                                            .dilation_width = op.options.dilation_w,
                                            .pad_top = windows.rows.pad_before,
                                            .pad_left = windows.columns.pad_before};
  return emit_convolution<DepthwiseConv2DF32Params, DepthwiseConv2DS8Params>(
      op, builder, geometry, 3, KernelId::depthwise_conv_2d_f32, KernelId::depthwise_conv_2d_f32_s8,
      KernelId::depthwise_conv_2d_s8);
}

}  // namespace solder
