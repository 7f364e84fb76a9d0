#include "runtime/kernels/prepare.h"

#include "runtime/kernels/checks.h"

namespace solder {

Error prepare_pool_2d(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 1)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  const Options& o = op.options;
  if (input.shape.rank != 4 || output.shape.rank != 4)
    return builder.fail("needs input and output of rank 4; the input's rank is", input.shape.rank);
  constexpr int32_t kMaxFilter = 1 << 15;
  if (!has_sane_strides(o) || o.filter_h < 1 || o.filter_h > kMaxFilter || o.filter_w < 1 ||
      o.filter_w > kMaxFilter)
    return builder.fail("has a stride or filter size out of range");
  const int32_t* in = input.shape.dims;
  const int32_t* out = output.shape.dims;
  const Window rows = slide_window(o.padding, in[1], o.filter_h, o.stride_h, 1);
  const Window columns = slide_window(o.padding, in[2], o.filter_w, o.stride_w, 1);
  const Shape whole = {4, {in[0], rows.output_size, columns.output_size, in[3]}};
  if (!is_window_output(output.shape, whole, o))
    return builder.fail("has an output shape that does not follow from its input and filter");
  const Pool2DGeometry geometry = {.batches = in[0],
                                   .input_height = in[1],
                                   .input_width = in[2],
                                   .channels = in[3],
                                   .filter_height = o.filter_h,
                                   .filter_width = o.filter_w,
                                   .output_height = out[1],
                                   .output_width = out[2],
                                   .stride_height = o.stride_h,
                                   .stride_width = o.stride_w,
                                   .pad_top = rows.pad_before,
                                   .pad_left = columns.pad_before};
  const bool is_max = op.type == OperatorType::MAX_POOL_2D;
  using B = StepBuilder;

  if (input.type == TensorType::FLOAT32 && output.type == TensorType::FLOAT32) {
    auto* params = builder.params<Pool2DF32Params>();
    if (params == nullptr) return builder.no_memory();
    const auto range = activation_range_f32(o.activation);
    *params = {.geometry = geometry, .activation_min = range.min, .activation_max = range.max};
    return builder.emit(is_max ? KernelId::max_pool_2d_f32 : KernelId::average_pool_2d_f32, params,
                        {B::in(0), B::out(0)});
  }

  const bool is_s8 = is_per_tensor_s8(input) && is_per_tensor_s8(output);
  if (is_s8 || (is_per_tensor_s16(input) && is_per_tensor_s16(output))) {
    if (!same_quantization(input, output))
      return builder.fail("needs the same scale and zero point for input and output");
    // Sums stay in 31 bits.
    if (int64_t{in[1]} * in[2] > (is_s8 ? 1 << 23 : 1 << 15))
      return builder.fail("has an input of more pixels than 2^23 of INT8, 2^15 of INT16");
    auto* params = builder.params<Pool2DIntegerParams>();
    if (params == nullptr) return builder.no_memory();
    const float scale = output.quantization.scale[0];
    const auto range = is_s8 ? activation_range_s8(o.activation, scale, zero_point_of(output))
                             : activation_range_s16(o.activation, scale);
    *params = {.geometry = geometry, .activation_min = range.min, .activation_max = range.max};
    const KernelId average_s8 =
        o.from_uint8 ? KernelId::average_pool_2d_s8_half_up : KernelId::average_pool_2d_s8;
    const KernelId kernel =
        is_s8 ? (is_max ? KernelId::max_pool_2d_s8 : average_s8)
              : (is_max ? KernelId::max_pool_2d_s16 : KernelId::average_pool_2d_s16);
    return builder.emit(kernel, params, {B::in(0), B::out(0)});
  }
  return builder.fail(
      "needs FLOAT32, INT8 or INT16 throughout, integers with valid quantization, INT16 with zero "
      "point 0");
}

}  // namespace solder
