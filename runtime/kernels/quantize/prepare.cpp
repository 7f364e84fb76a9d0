#include "runtime/kernels/prepare.h"

#include "runtime/kernels/checks.h"

namespace solder {
namespace {

using B = StepBuilder;

struct ChangeOfScale {
  bool (*is_input)(const TensorView&);
  bool (*is_output)(const TensorView&);
  KernelId kernel;
};
constexpr ChangeOfScale kChangesOfScale[] = {
    {is_per_tensor_s8, is_per_tensor_s8, KernelId::quantize_s8_s8},
    {is_per_tensor_u8, is_per_tensor_s8, KernelId::quantize_u8_s8},
    {is_per_tensor_s8, is_per_tensor_u8, KernelId::quantize_s8_u8},
    {is_per_tensor_s8, is_per_tensor_s16, KernelId::quantize_s8_s16},
    {is_per_tensor_s16, is_per_tensor_s8, KernelId::quantize_s16_s8},
    {is_per_tensor_s16, is_per_tensor_s16, KernelId::quantize_s16_s16},
};

Error emit_change_of_scale(StepBuilder& builder, KernelId kernel) {
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  auto* params = builder.params<RequantizeParams>();
  if (params == nullptr) return builder.no_memory();
  const double factor = static_cast<double>(input.quantization.scale[0]) /
                        static_cast<double>(output.quantization.scale[0]);
  *params = {.elements = static_cast<int32_t>(input.shape.elements()),
             .input_zero_point = zero_point_of(input),
             .output_zero_point = zero_point_of(output),
             .requantization = quantize_multiplier(factor)};
  if (Error error = builder.emit(kernel, params, {B::in(0), B::out(0)})) return error;
  if (output.bytes <= input.bytes) builder.allow_in_place(0);
  return {};
}

Error emit_quantize_f32(StepBuilder& builder, KernelId kernel) {
  const TensorView& output = *builder.output(0);
  auto* params = builder.params<QuantizeF32Params>();
  if (params == nullptr) return builder.no_memory();
  *params = {.elements = static_cast<int32_t>(output.shape.elements()),
             .scale = output.quantization.scale[0],
             .zero_point = zero_point_of(output)};
  return builder.emit(kernel, params, {B::in(0), B::out(0)});
}

}  // namespace

Error prepare_quantize(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 1)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  if (!(input.shape == output.shape)) return builder.fail("needs an output of the input's shape");
  if (input.type == TensorType::FLOAT32 && is_per_tensor_s8(output))
    return emit_quantize_f32(builder, KernelId::quantize_f32_s8);
  if (input.type == TensorType::FLOAT32 && is_per_tensor_s16(output))
    return emit_quantize_f32(builder, KernelId::quantize_f32_s16);
  for (const ChangeOfScale& change : kChangesOfScale)
    if (change.is_input(input) && change.is_output(output))
      return emit_change_of_scale(builder, change.kernel);
  return builder.fail(
      "needs FLOAT32, INT8, INT16 of zero point 0, or UINT8 to or from INT8; integers with valid "
      "quantization");
}

Error prepare_dequantize(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 1)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  if (!(input.shape == output.shape)) return builder.fail("needs an output of the input's shape");
  const bool is_s8 = is_per_tensor_s8(input);
  if (!(is_s8 || is_per_tensor_s16(input)) || output.type != TensorType::FLOAT32)
    return builder.fail(
        "needs an INT8 input, or INT16 of zero point 0, with valid quantization, and a FLOAT32 "
        "output");
  auto* params = builder.params<DequantizeParams>();
  if (params == nullptr) return builder.no_memory();
  *params = {.elements = static_cast<int32_t>(input.shape.elements()),
             .scale = input.quantization.scale[0],
             .zero_point = zero_point_of(input)};
  const KernelId kernel = is_s8 ? KernelId::dequantize_s8_f32 : KernelId::dequantize_s16_f32;
  return builder.emit(kernel, params, {B::in(0), B::out(0)});
}

}  // namespace solder
