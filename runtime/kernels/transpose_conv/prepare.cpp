#include "runtime/kernels/prepare.h"

#include "runtime/kernels/checks.h"
#include "runtime/kernels/move.h"

namespace solder {
namespace {

using B = StepBuilder;

// The operator's inputs: the output's shape comes first.
constexpr int32_t kShape = 0, kFilter = 1, kInput = 2, kBias = 3;

Error check_shapes(const OperatorView& op, const StepBuilder& builder) {
  const Shape& in = builder.input(kInput)->shape;
  const Shape& filter = builder.input(kFilter)->shape;
  const Shape& out = builder.output(0)->shape;
  if (in.rank != 4 || filter.rank != 4 || out.rank != 4)
    return builder.fail("needs input, filter and output of rank 4");
  if (!builder.input(kFilter)->is_constant()) return builder.fail("needs a constant filter");
  if (!has_sane_strides(op.options)) return builder.fail("has a stride out of range");
  const int32_t* wanted = constant_int32(*builder.input(kShape), 4);
  if (wanted == nullptr) return builder.fail("needs a constant INT32 shape of its output");
  for (int32_t i = 0; i < 4; ++i)
    if (wanted[i] != out.dims[i])
      return builder.fail("has an output of another shape than it says");
  if (in.dims[0] != out.dims[0] || in.dims[3] != filter.dims[3] || out.dims[3] != filter.dims[0])
    return builder.fail("has batches or channels of input, filter and output that do not fit");
  return {};
}

// As the convolution that is turned round pads its input, which is our output.
Conv2DGeometry geometry_of(const OperatorView& op, const StepBuilder& builder) {
  const int32_t* in = builder.input(kInput)->shape.dims;
  const int32_t* filter = builder.input(kFilter)->shape.dims;
  const int32_t* out = builder.output(0)->shape.dims;
  const Options& o = op.options;
  return {.batches = in[0],
          .input_height = in[1],
          .input_width = in[2],
          .input_channels = in[3],
          .filter_height = filter[1],
          .filter_width = filter[2],
          .filter_channels = filter[3],
          .output_height = out[1],
          .output_width = out[2],
          .output_channels = out[3],
          .stride_height = o.stride_h,
          .stride_width = o.stride_w,
          .dilation_height = 1,
          .dilation_width = 1,
          .pad_top = slide_window(o.padding, out[1], filter[1], o.stride_h, 1).pad_before,
          .pad_left = slide_window(o.padding, out[2], filter[2], o.stride_w, 1).pad_before};
}

Error emit_f32(const OperatorView& op, StepBuilder& builder, int32_t channels) {
  if (!is_bias(builder.input(kBias), TensorType::FLOAT32, channels))
    return builder.fail("needs a constant FLOAT32 bias, one per output channel");
  auto* params = builder.params<Conv2DF32Params>();
  if (params == nullptr) return builder.no_memory();
  const auto range = activation_range_f32(op.options.activation);
  *params = {.geometry = geometry_of(op, builder),
             .activation_min = range.min,
             .activation_max = range.max};
  return builder.emit(KernelId::transpose_conv_f32, params,
                      {B::in(kInput), B::in(kFilter), B::in(kBias), B::out(0)});
}

Error emit_s8(const OperatorView& op, StepBuilder& builder, int32_t channels) {
  const TensorView& input = *builder.input(kInput);
  const TensorView& filter = *builder.input(kFilter);
  const TensorView& output = *builder.output(0);
  if (filter.shape.elements() / channels > kMaxAccumulationDepth)
    return builder.fail("has an INT8 filter larger than 65536 elements per output channel");
  if (!is_bias(builder.input(kBias), TensorType::INT32, channels))
    return builder.fail("needs a constant INT32 bias, one per output channel");
  auto* params = builder.params<Conv2DS8Params>();
  const auto* table = requantization_per_channel(builder, input, filter, output, channels);
  if (params == nullptr || table == nullptr) return builder.no_memory();
  const auto range = activation_range_s8(op.options.activation, output.quantization.scale[0],
                                         zero_point_of(output));
  *params = {.geometry = geometry_of(op, builder),
             .input_offset = -zero_point_of(input),
             .output_offset = zero_point_of(output),
             .activation_min = range.min,
             .activation_max = range.max};
  return builder.emit(KernelId::transpose_conv_s8, params,
                      {B::in(kInput), B::in(kFilter), B::in(kBias), B::from(table), B::out(0)});
}

Error emit_s16(const OperatorView& op, StepBuilder& builder, int32_t channels) {
  const TensorView& filter = *builder.input(kFilter);
  const TensorView& output = *builder.output(0);
  auto* params = builder.params<Conv2DS16Params>();
  const auto* table =
      requantization_per_channel(builder, *builder.input(kInput), filter, output, channels);
  if (params == nullptr || table == nullptr) return builder.no_memory();
  SumS16 sum;
  if (Error error = check_sum_s16(builder, filter.shape.elements() / channels, channels, table,
                                  channels, sum, kBias))
    return error;
  const auto range = activation_range_s16(op.options.activation, output.quantization.scale[0]);
  // TensorFlow Lite Micro's sums have 64 bits here, whatever the bias.
  *params = {.geometry = geometry_of(op, builder),
             .sum_bits = 64,
             .activation_min = range.min,
             .activation_max = range.max};
  return builder.emit(KernelId::transpose_conv_s16, params,
                      {B::in(kInput), B::in(kFilter), sum.bias, B::from(table), B::out(0)});
}

}  // namespace

Error prepare_transpose_conv(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 3)) return error;
  if (Error error = check_shapes(op, builder)) return error;
  const TensorView& input = *builder.input(kInput);
  const TensorView& filter = *builder.input(kFilter);
  const TensorView& output = *builder.output(0);
  const int32_t channels = filter.shape.dims[0];
  if (input.type == TensorType::FLOAT32 && filter.type == TensorType::FLOAT32 &&
      output.type == TensorType::FLOAT32)
    return emit_f32(op, builder, channels);
  if (is_filter_s8(filter, 0)) {
    if (is_per_tensor_s8(input) && is_per_tensor_s8(output)) return emit_s8(op, builder, channels);
    if (is_per_tensor_s16(input) && is_per_tensor_s16(output))
      return emit_s16(op, builder, channels);
  }
  return builder.fail(
      "needs FLOAT32 throughout, or INT8 or INT16 activations with an INT8 filter; integers with "
      "valid quantization, INT16 with zero point 0");
}

}  // namespace solder
