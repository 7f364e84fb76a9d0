// What preparing CONV_2D and DEPTHWISE_CONV_2D has in common.
#pragma once

#include "runtime/kernels/checks.h"

namespace solder {

struct ConvolutionWindows {
  Window rows, columns;
};

// Strides and the output's shape, for a filter of [?, height, width, ?] and `output_channels`.
inline Error check_convolution(const OperatorView& op, const StepBuilder& builder,
                               int32_t output_channels, ConvolutionWindows& windows) {
  const TensorView& input = *builder.input(0);
  const TensorView& filter = *builder.input(1);
  const TensorView& output = *builder.output(0);
  if (!filter.is_constant()) return builder.fail("needs a constant filter");
  const Options& o = op.options;
  if (!has_sane_strides(o)) return builder.fail("has a stride or dilation out of range");
  const int32_t* in = input.shape.dims;
  const int32_t* f = filter.shape.dims;
  // Taps lie less than 2^30 elements apart.
  if ((f[1] - int64_t{1}) * o.dilation_h >= 1 << 30 ||
      (f[2] - int64_t{1}) * o.dilation_w >= 1 << 30)
    return builder.fail("has a dilated filter larger than 2^30");
  windows.rows = slide_window(o.padding, in[1], f[1], o.stride_h, o.dilation_h);
  windows.columns = slide_window(o.padding, in[2], f[2], o.stride_w, o.dilation_w);
  const Shape whole = {
      4, {in[0], windows.rows.output_size, windows.columns.output_size, output_channels}};
  if (!is_window_output(output.shape, whole, o))
    return builder.fail("has an output shape that does not follow from its input and filter");
  return {};
}

inline Error check_convolution_ranks(const StepBuilder& builder) {
  for (const TensorView* tensor : {builder.input(0), builder.input(1), builder.output(0)})
    if (tensor->shape.rank != 4)
      return builder.fail("needs input, filter and output of rank 4; there is one of rank",
                          tensor->shape.rank);
  return {};
}

// The kernels of one family, and how wide TensorFlow Lite Micro's sums are where an INT16 operator
// has no bias.
struct ConvolutionKernels {
  KernelId f32, f32_s8, s8, s8_offset, s16;
  int32_t sum_bits_without_bias;
};

// Checks types and quantization and emits the kernel that fits. Output channels are dimension
// `channel_axis` of the filter.
inline Error emit_convolution(const OperatorView& op, StepBuilder& builder,
                              const ConvolutionWindows& windows, int32_t filter_channels,
                              int32_t channel_axis, const ConvolutionKernels& kernels) {
  using B = StepBuilder;
  const TensorView& input = *builder.input(0);
  const TensorView& filter = *builder.input(1);
  const TensorView& output = *builder.output(0);
  const TensorView* bias = builder.input(2);
  const int32_t* in = input.shape.dims;
  const int32_t* out = output.shape.dims;
  const int32_t channels = filter.shape.dims[channel_axis];
  const int64_t depth = filter.shape.elements() / channels;
  const Options& o = op.options;
  const Conv2DGeometry geometry = {.batches = in[0],
                                   .input_height = in[1],
                                   .input_width = in[2],
                                   .input_channels = in[3],
                                   .filter_height = filter.shape.dims[1],
                                   .filter_width = filter.shape.dims[2],
                                   .filter_channels = filter_channels,
                                   .output_height = out[1],
                                   .output_width = out[2],
                                   .output_channels = out[3],
                                   .stride_height = o.stride_h,
                                   .stride_width = o.stride_w,
                                   .dilation_height = o.dilation_h,
                                   .dilation_width = o.dilation_w,
                                   .pad_top = windows.rows.pad_before,
                                   .pad_left = windows.columns.pad_before};

  const bool has_s8_weights = is_filter_s8(filter, channel_axis);
  if (input.type == TensorType::FLOAT32 && output.type == TensorType::FLOAT32 &&
      (filter.type == TensorType::FLOAT32 || has_s8_weights)) {
    if (!is_bias(bias, TensorType::FLOAT32, channels))
      return builder.fail("needs a constant FLOAT32 bias, one per output channel");
    auto* params = builder.params<Conv2DF32Params>();
    if (params == nullptr) return builder.no_memory();
    const auto range = activation_range_f32(o.activation);
    *params = {.geometry = geometry, .activation_min = range.min, .activation_max = range.max};
    if (!has_s8_weights)
      return builder.emit(kernels.f32, params, {B::in(0), B::in(1), B::in(2), B::out(0)});
    const float* scale = scale_per_channel(builder, filter, channels);
    if (scale == nullptr) return builder.no_memory();
    return builder.emit(kernels.f32_s8, params,
                        {B::in(0), B::in(1), B::from(scale), B::in(2), B::out(0)});
  }

  // Only weights that were UINT8 may have a zero point: TensorFlow Lite takes that of INT8 for 0.
  const bool has_offset = o.from_uint8 && is_per_tensor_s8(filter) && zero_point_of(filter) != 0;
  if (is_per_tensor_s8(input) && (has_s8_weights || has_offset) && is_per_tensor_s8(output)) {
    if (depth > (has_offset ? kMaxOffsetAccumulationDepth : kMaxAccumulationDepth))
      return builder.fail("has an INT8 filter of too many elements per output channel:", depth);
    if (!is_bias(bias, TensorType::INT32, channels))
      return builder.fail("needs a constant INT32 bias, one per output channel");
    const auto* table =
        requantization_per_channel(builder, input, filter, output, channels, o.from_uint8);
    const auto range =
        activation_range_s8(o.activation, output.quantization.scale[0], zero_point_of(output));
    const Conv2DS8Params symmetric = {.geometry = geometry,
                                      .input_offset = -zero_point_of(input),
                                      .output_offset = zero_point_of(output),
                                      .activation_min = range.min,
                                      .activation_max = range.max};
    const auto emit = [&](KernelId kernel, auto* params, const auto& values) {
      if (params == nullptr || table == nullptr) return builder.no_memory();
      *params = values;
      return builder.emit(kernel, params,
                          {B::in(0), B::in(1), B::in(2), B::from(table), B::out(0)});
    };
    if (!has_offset) return emit(kernels.s8, builder.params<Conv2DS8Params>(), symmetric);
    return emit(kernels.s8_offset, builder.params<Conv2DS8OffsetParams>(),
                Conv2DS8OffsetParams{symmetric, -zero_point_of(filter)});
  }

  if (is_per_tensor_s16(input) && has_s8_weights && is_per_tensor_s16(output)) {
    auto* params = builder.params<Conv2DS16Params>();
    const auto* table = requantization_per_channel(builder, input, filter, output, channels);
    if (params == nullptr || table == nullptr) return builder.no_memory();
    SumS16 sum;
    if (Error error = check_sum_s16(builder, depth, channels, table, channels, sum)) return error;
    const auto range = activation_range_s16(o.activation, output.quantization.scale[0]);
    *params = {.geometry = geometry,
               .sum_bits = bias == nullptr ? kernels.sum_bits_without_bias : sum.bits,
               .activation_min = range.min,
               .activation_max = range.max};
    return builder.emit(kernels.s16, params,
                        {B::in(0), B::in(1), sum.bias, B::from(table), B::out(0)});
  }
  return builder.fail(
      "needs FLOAT32, INT8 or INT16 activations, with an INT8 filter for the integers and perhaps "
      "FLOAT32; integers with valid quantization, INT16 with zero point 0");
}

}  // namespace solder
