#include "runtime/kernels/prepare.h"

#include <cmath>

#include "runtime/kernels/checks.h"

namespace solder {
namespace {

// LOGISTIC scales its input to Q4.27.
constexpr int kIntegerBits = 4;

Activation activation_of(OperatorType type) {
  switch (type) {
    case OperatorType::RELU6:
      return Activation::RELU6;
    case OperatorType::RELU_N1_TO_1:
      return Activation::RELU_N1_TO_1;
    default:
      return Activation::RELU;
  }
}

Error check_same_shape(const OperatorView& op, const StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 1)) return error;
  if (!(builder.input(0)->shape == builder.output(0)->shape))
    return builder.fail("needs an output of the input's shape");
  return {};
}

// One step from input to output that may run in place.
Error emit_unary(StepBuilder& builder, KernelId kernel, const void* params) {
  using B = StepBuilder;
  if (Error error = builder.emit(kernel, params, {B::in(0), B::out(0)})) return error;
  builder.allow_in_place(0);
  return {};
}

}  // namespace

Error prepare_activation(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_same_shape(op, builder)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  const auto elements = static_cast<int32_t>(input.shape.elements());

  if (input.type == TensorType::FLOAT32 && output.type == TensorType::FLOAT32) {
    auto* params = builder.params<ReluF32Params>();
    if (params == nullptr) return builder.no_memory();
    const auto range = activation_range_f32(activation_of(op.type));
    *params = {.elements = elements, .activation_min = range.min, .activation_max = range.max};
    return emit_unary(builder, KernelId::relu_f32, params);
  }

  if (is_per_tensor_s8(input) && is_per_tensor_s8(output)) {
    auto* params = builder.params<ReluS8Params>();
    if (params == nullptr) return builder.no_memory();
    const auto range = activation_range_s8(activation_of(op.type), output.quantization.scale[0],
                                           zero_point_of(output));
    const double factor = static_cast<double>(input.quantization.scale[0]) /
                          static_cast<double>(output.quantization.scale[0]);
    *params = {.elements = elements,
               .input_offset = -zero_point_of(input),
               .output_offset = zero_point_of(output),
               .requantization = quantize_multiplier(factor),
               .activation_min = range.min,
               .activation_max = range.max};
    return emit_unary(builder, KernelId::relu_s8, params);
  }
  return builder.fail("needs FLOAT32 throughout, or INT8 with valid quantization throughout");
}

Error prepare_logistic(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_same_shape(op, builder)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  const auto elements = static_cast<int32_t>(input.shape.elements());

  if (input.type == TensorType::FLOAT32 && output.type == TensorType::FLOAT32) {
    auto* params = builder.params<LogisticF32Params>();
    if (params == nullptr) return builder.no_memory();
    *params = {.elements = elements};
    return emit_unary(builder, KernelId::logistic_f32, params);
  }

  if (is_per_tensor_s8(input) && is_per_tensor_s8(output)) {
    if (output.quantization.scale[0] != 1.0F / 256 || zero_point_of(output) != -128)
      return builder.fail("needs an INT8 output with scale 1/256 and zero point -128");
    auto* params = builder.params<LogisticS8Params>();
    if (params == nullptr) return builder.no_memory();
    const double scaled = static_cast<double>(input.quantization.scale[0]) *
                          static_cast<double>(1 << (31 - kIntegerBits));
    const Requantization factor = quantize_multiplier(scaled);
    if (factor.shift < 0) return builder.fail("has an input scale too small for INT8");
    const double radius = ((1 << kIntegerBits) - 1) * double(1LL << (31 - kIntegerBits)) /
                          double(1LL << factor.shift);
    *params = {.elements = elements,
               .input_zero_point = zero_point_of(input),
               .input_range_radius = static_cast<int32_t>(std::floor(radius)),
               .input_multiplier = factor.multiplier,
               .input_shift = factor.shift};
    return emit_unary(builder, KernelId::logistic_s8, params);
  }
  return builder.fail("needs FLOAT32 throughout, or INT8 with valid quantization throughout");
}

}  // namespace solder
