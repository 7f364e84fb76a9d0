#include "runtime/kernels/prepare.h"

#include "runtime/kernels/checks.h"

namespace solder {
namespace {

// TensorFlow Lite multiplies the input's and a per-tensor filter's scale in float32.
const Requantization* requantization(StepBuilder& builder, const TensorView& input,
                                     const TensorView& filter, const TensorView& output) {
  if (filter.quantization.count > 1)
    return requantization_per_channel(builder, input, filter, output, filter.shape.dims[0]);
  auto* table = builder.table<Requantization>(1);
  if (table == nullptr) return nullptr;
  const float product = input.quantization.scale[0] * filter.quantization.scale[0];
  *table = quantize_multiplier(static_cast<double>(product) /
                               static_cast<double>(output.quantization.scale[0]));
  return table;
}

}  // namespace

Error prepare_fully_connected(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 2)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& filter = *builder.input(1);
  const TensorView& output = *builder.output(0);
  const TensorView* bias = builder.input(2);
  if (filter.shape.rank != 2 || !filter.is_constant())
    return builder.fail("needs a constant filter of rank 2; its rank is", filter.shape.rank);
  const int32_t output_depth = filter.shape.dims[0];
  const int32_t input_depth = filter.shape.dims[1];
  if (input.shape.elements() % input_depth != 0)
    return builder.fail("has an input that is no multiple of the filter's columns; it has",
                        input.shape.elements());
  const auto batches = static_cast<int32_t>(input.shape.elements() / input_depth);
  if (output.shape.rank < 1 || output.shape.dims[output.shape.rank - 1] != output_depth ||
      output.shape.elements() != int64_t{batches} * output_depth)
    return builder.fail("has an output shape that does not follow from its input and filter");
  using B = StepBuilder;

  const bool has_s8_weights = is_filter_s8(filter, 0);
  if (input.type == TensorType::FLOAT32 && output.type == TensorType::FLOAT32 &&
      (filter.type == TensorType::FLOAT32 || has_s8_weights)) {
    if (!is_bias(bias, TensorType::FLOAT32, output_depth))
      return builder.fail("needs a constant FLOAT32 bias, one per output");
    auto* params = builder.params<FullyConnectedF32Params>();
    if (params == nullptr) return builder.no_memory();
    const auto range = activation_range_f32(op.options.activation);
    *params = {.batches = batches,
               .input_depth = input_depth,
               .output_depth = output_depth,
               .activation_min = range.min,
               .activation_max = range.max};
    if (!has_s8_weights)
      return builder.emit(KernelId::fully_connected_f32, params,
                          {B::in(0), B::in(1), B::in(2), B::out(0)});
    const float* scale = scale_per_channel(builder, filter, output_depth);
    if (scale == nullptr) return builder.no_memory();
    return builder.emit(KernelId::fully_connected_f32_s8, params,
                        {B::in(0), B::in(1), B::from(scale), B::in(2), B::out(0)});
  }

  const bool filter_ok = is_per_tensor_s8(filter) || is_filter_s8(filter, 0);
  if (is_per_tensor_s8(input) && filter_ok && is_per_tensor_s8(output)) {
    const bool has_offset = filter.quantization.count == 1 && zero_point_of(filter) != 0;
    if (input_depth > (has_offset ? kMaxOffsetAccumulationDepth : kMaxAccumulationDepth))
      return builder.fail("has an INT8 filter with too many columns to sum up; it has",
                          input_depth);
    if (!is_bias(bias, TensorType::INT32, output_depth))
      return builder.fail("needs a constant INT32 bias, one per output");
    auto* params = builder.params<FullyConnectedS8Params>();
    const auto* table = requantization(builder, input, filter, output);
    if (params == nullptr || table == nullptr) return builder.no_memory();
    const auto range = activation_range_s8(op.options.activation, output.quantization.scale[0],
                                           zero_point_of(output));
    *params = {.batches = batches,
               .input_depth = input_depth,
               .output_depth = output_depth,
               .input_offset = -zero_point_of(input),
               .filter_offset = -zero_point_of(filter),
               .output_offset = zero_point_of(output),
               .activation_min = range.min,
               .activation_max = range.max,
               .per_channel = filter.quantization.count > 1 ? 1 : 0};
    return builder.emit(KernelId::fully_connected_s8, params,
                        {B::in(0), B::in(1), B::in(2), B::from(table), B::out(0)});
  }
  if (is_per_tensor_s16(input) && has_s8_weights && is_per_tensor_s16(output)) {
    auto* params = builder.params<FullyConnectedS16Params>();
    const auto* table = requantization(builder, input, filter, output);
    if (params == nullptr || table == nullptr) return builder.no_memory();
    const int32_t factors = filter.quantization.count > 1 ? output_depth : 1;
    SumS16 sum;
    if (Error error = check_sum_s16(builder, input_depth, output_depth, table, factors, sum))
      return error;
    const auto range = activation_range_s16(op.options.activation, output.quantization.scale[0]);
    *params = {.batches = batches,
               .input_depth = input_depth,
               .output_depth = output_depth,
               .sum_bits = sum.bits,
               .activation_min = range.min,
               .activation_max = range.max,
               .per_channel = filter.quantization.count > 1 ? 1 : 0};
    return builder.emit(KernelId::fully_connected_s16, params,
                        {B::in(0), B::in(1), sum.bias, B::from(table), B::out(0)});
  }
  return builder.fail(
      "needs FLOAT32, INT8 or INT16 activations, with an INT8 filter for the integers and perhaps "
      "FLOAT32; integers with valid quantization, INT16 with zero point 0");
}

}  // namespace solder
