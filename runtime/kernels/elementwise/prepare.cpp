#include "runtime/kernels/prepare.h"

#include "runtime/kernels/checks.h"

namespace solder {
namespace {

constexpr int32_t kRank = 4;

// Strides of `shape` seen as rank 4, 0 where it broadcasts; false where it does not fit `dims`.
bool broadcast_strides(const Shape& shape, const int32_t (&dims)[kRank],
                       int32_t (&strides)[kRank]) {
  int32_t stride = 1;
  for (int32_t i = kRank - 1; i >= 0; --i) {
    const int32_t size = shape.dim_of(kRank, i);
    if (size != dims[i] && size != 1) return false;
    strides[i] = size == 1 ? 0 : stride;
    stride *= size;
  }
  return true;
}

bool read_broadcast(const Shape& a, const Shape& b, const Shape& output, Broadcast& broadcast) {
  if (a.rank > kRank || b.rank > kRank || output.rank > kRank) return false;
  for (int32_t i = 0; i < kRank; ++i) {
    const int32_t size_a = a.dim_of(kRank, i);
    const int32_t size_b = b.dim_of(kRank, i);
    broadcast.dims[i] = output.dim_of(kRank, i);
    if (broadcast.dims[i] != (size_a > size_b ? size_a : size_b)) return false;
  }
  broadcast.elementwise = a.elements() == output.elements() && b.elements() == output.elements();
  return broadcast_strides(a, broadcast.dims, broadcast.strides_a) &&
         broadcast_strides(b, broadcast.dims, broadcast.strides_b);
}

Error allow_in_place(StepBuilder& builder) {
  const TensorView& output = *builder.output(0);
  for (int32_t i = 0; i < 2; ++i) {
    const TensorView& input = *builder.input(i);
    if (input.is_constant() || input.bytes != output.bytes) continue;
    builder.allow_in_place(i);
    break;
  }
  return {};
}

}  // namespace

Error prepare_add(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 2)) return error;
  const TensorView& a = *builder.input(0);
  const TensorView& b = *builder.input(1);
  const TensorView& output = *builder.output(0);
  Broadcast broadcast;
  if (!read_broadcast(a.shape, b.shape, output.shape, broadcast))
    return builder.fail("needs shapes of rank 4 or less that broadcast to the output's");
  using B = StepBuilder;

  if (a.type == TensorType::FLOAT32 && b.type == TensorType::FLOAT32 &&
      output.type == TensorType::FLOAT32) {
    auto* params = builder.params<AddF32Params>();
    if (params == nullptr) return builder.no_memory();
    const auto range = activation_range_f32(op.options.activation);
    *params = {.broadcast = broadcast, .activation_min = range.min, .activation_max = range.max};
    if (Error error = builder.emit(KernelId::add_f32, params, {B::in(0), B::in(1), B::out(0)}))
      return error;
    return allow_in_place(builder);
  }

  if (is_per_tensor_s8(a) && is_per_tensor_s8(b) && is_per_tensor_s8(output)) {
    auto* params = builder.params<AddS8Params>();
    if (params == nullptr) return builder.no_memory();
    const double scale_a = a.quantization.scale[0];
    const double scale_b = b.quantization.scale[0];
    const double twice_max = 2 * (scale_a > scale_b ? scale_a : scale_b);
    const double output_scale = output.quantization.scale[0];
    const Requantization to_output =
        quantize_multiplier(twice_max / ((1 << kAddLeftShift) * output_scale));
    if (to_output.shift > 0)
      return builder.fail("has an output scale more than 2^19 times smaller than its inputs'");
    const auto range = activation_range_s8(op.options.activation, output.quantization.scale[0],
                                           zero_point_of(output));
    *params = {.broadcast = broadcast,
               .offset_a = -zero_point_of(a),
               .offset_b = -zero_point_of(b),
               .output_offset = zero_point_of(output),
               .requantization_a = quantize_multiplier(scale_a / twice_max),
               .requantization_b = quantize_multiplier(scale_b / twice_max),
               .requantization_output = to_output,
               .activation_min = range.min,
               .activation_max = range.max};
    if (Error error = builder.emit(KernelId::add_s8, params, {B::in(0), B::in(1), B::out(0)}))
      return error;
    return allow_in_place(builder);
  }
  return builder.fail("needs FLOAT32 throughout, or INT8 with valid quantization throughout");
}

}  // namespace solder
