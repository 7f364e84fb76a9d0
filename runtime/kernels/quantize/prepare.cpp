#include "runtime/kernels/prepare.h"

#include "runtime/kernels/checks.h"

namespace solder {
namespace {

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
  using B = StepBuilder;
  if (Error error = builder.emit(kernel, params, {B::in(0), B::out(0)})) return error;
  builder.allow_in_place(0);
  return {};
}

}  // namespace

Error prepare_quantize(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 1)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  if (!(input.shape == output.shape)) return builder.fail("needs an output of the input's shape");
  if (is_per_tensor_s8(input) && is_per_tensor_u8(output))
    return emit_change_of_scale(builder, KernelId::quantize_s8_u8);
  if (!is_per_tensor_s8(output))
    return builder.fail("needs an INT8 output with valid quantization, or UINT8 made of INT8");

  if (input.type == TensorType::FLOAT32) {
    auto* params = builder.params<QuantizeF32S8Params>();
    if (params == nullptr) return builder.no_memory();
    *params = {.elements = static_cast<int32_t>(input.shape.elements()),
               .scale = output.quantization.scale[0],
               .zero_point = zero_point_of(output)};
    using B = StepBuilder;
    return builder.emit(KernelId::quantize_f32_s8, params, {B::in(0), B::out(0)});
  }
  if (is_per_tensor_s8(input)) return emit_change_of_scale(builder, KernelId::quantize_s8_s8);
  if (is_per_tensor_u8(input)) return emit_change_of_scale(builder, KernelId::quantize_u8_s8);
  return builder.fail("needs an input of FLOAT32, or INT8 or UINT8 with valid quantization");
}

Error prepare_dequantize(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 1)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  if (!(input.shape == output.shape)) return builder.fail("needs an output of the input's shape");
  if (!is_per_tensor_s8(input) || output.type != TensorType::FLOAT32)
    return builder.fail("needs an INT8 input with valid quantization and a FLOAT32 output");
  auto* params = builder.params<DequantizeS8F32Params>();
  if (params == nullptr) return builder.no_memory();
  *params = {.elements = static_cast<int32_t>(input.shape.elements()),
             .scale = input.quantization.scale[0],
             .zero_point = zero_point_of(input)};
  using B = StepBuilder;
  return builder.emit(KernelId::dequantize_s8_f32, params, {B::in(0), B::out(0)});
}

}  // namespace solder
