#include "runtime/kernels/prepare.h"

#include "runtime/kernels/checks.h"

namespace solder {
namespace {

struct Operands {
  const TensorView& a;
  const TensorView& b;
  const TensorView& output;
  Broadcast broadcast;
};

// Whether the shapes broadcast to the output's, and how: going outwards, a dimension that
// broadcasts as the one within it joins it.
bool read_broadcast(const Shape& a, const Shape& b, const Shape& output, Broadcast& broadcast) {
  broadcast = {{1, 1, 1, 1}, {}, {}};
  int32_t at = kBroadcastRank, stride_a = 1, stride_b = 1;
  bool repeats_a = false, repeats_b = false;
  for (int32_t i = kMaxRank - 1; i >= 0; --i) {
    const int32_t size_a = a.dim_of(kMaxRank, i), size_b = b.dim_of(kMaxRank, i);
    const int32_t size = output.dim_of(kMaxRank, i);
    if ((size_a != size && size_a != 1) || (size_b != size && size_b != 1)) return false;
    if (size != (size_a > size_b ? size_a : size_b)) return false;
    if (size == 1) continue;
    if (at == kBroadcastRank || repeats_a != (size_a == 1) || repeats_b != (size_b == 1)) {
      if (--at < 0) return false;
      repeats_a = size_a == 1;
      repeats_b = size_b == 1;
      broadcast.strides_a[at] = repeats_a ? 0 : stride_a;
      broadcast.strides_b[at] = repeats_b ? 0 : stride_b;
    }
    broadcast.dims[at] *= size;
    stride_a *= size_a;
    stride_b *= size_b;
  }
  return true;
}

template <class Params>
Error emit_binary(StepBuilder& builder, KernelId kernel, const Params& values) {
  using B = StepBuilder;
  auto* params = builder.params<Params>();
  if (params == nullptr) return builder.no_memory();
  *params = values;
  if (Error error = builder.emit(kernel, params, {B::in(0), B::in(1), B::out(0)})) return error;
  const TensorView& output = *builder.output(0);
  for (int32_t i = 0; i < 2; ++i) {
    const TensorView& input = *builder.input(i);
    if (input.is_constant() || input.bytes != output.bytes) continue;
    builder.allow_in_place(i);
    break;
  }
  return {};
}

IntegerRange activation_range(Activation activation, const TensorView& output) {
  return output.type == TensorType::INT16
             ? activation_range_s16(activation, output.quantization.scale[0])
             : activation_range_s8(activation, output.quantization.scale[0], zero_point_of(output));
}

// Factors as TensorFlow Lite Micro computes them: those of SUB in float.
struct AddFactors {
  double a, b, output;
};
AddFactors add_factors(OperatorType type, const Operands& operands, int32_t left_shift) {
  const float scale_a = operands.a.quantization.scale[0];
  const float scale_b = operands.b.quantization.scale[0];
  const float scale_output = operands.output.quantization.scale[0];
  const float larger = scale_a > scale_b ? scale_a : scale_b;
  if (type == OperatorType::SUB) {
    const float twice = 2 * larger;
    const float one = static_cast<float>(1 << left_shift) * scale_output;
    return {double{scale_a / twice}, double{scale_b / twice}, double{twice / one}};
  }
  const double twice = 2 * static_cast<double>(larger);
  const double one = (1 << left_shift) * static_cast<double>(scale_output);
  const double output =
      type == OperatorType::ADD ? twice / one : twice * twice / ((1 << left_shift) * one);
  return {double{scale_a} / twice, double{scale_b} / twice, output};
}

Error emit_add(const OperatorView& op, StepBuilder& builder, const Operands& operands) {
  const bool is_s16 = operands.output.type == TensorType::INT16;
  const bool is_squared = op.type == OperatorType::SQUARED_DIFFERENCE;
  // The square of a difference has twice as many bits.
  const int32_t left_shift = is_squared ? (is_s16 ? 0 : 7) : (is_s16 ? 15 : 20);
  const AddFactors factors = add_factors(op.type, operands, left_shift);
  const Requantization to_output = quantize_multiplier(factors.output);
  if (!is_squared && to_output.shift > 0)
    return builder.fail("has an output scale too small for its inputs' scales");
  const IntegerRange range = activation_range(op.options.activation, operands.output);
  const AddParams params = {.broadcast = operands.broadcast,
                            .offset_a = -zero_point_of(operands.a),
                            .offset_b = -zero_point_of(operands.b),
                            .output_offset = zero_point_of(operands.output),
                            .left_shift = left_shift,
                            .requantization_a = quantize_multiplier(factors.a),
                            .requantization_b = quantize_multiplier(factors.b),
                            .requantization_output = to_output,
                            .activation_min = range.min,
                            .activation_max = range.max};
  const auto choose = [&](KernelId s8, KernelId s16) { return is_s16 ? s16 : s8; };
  const KernelId kernel =
      is_squared ? choose(KernelId::squared_difference_s8, KernelId::squared_difference_s16)
      : op.type == OperatorType::SUB ? choose(KernelId::sub_s8, KernelId::sub_s16)
                                     : choose(KernelId::add_s8, KernelId::add_s16);
  return emit_binary(builder, kernel, params);
}

Error emit_mul(const OperatorView& op, StepBuilder& builder, const Operands& operands) {
  const IntegerRange range = activation_range(op.options.activation, operands.output);
  const double factor = static_cast<double>(operands.a.quantization.scale[0]) *
                        static_cast<double>(operands.b.quantization.scale[0]) /
                        static_cast<double>(operands.output.quantization.scale[0]);
  const MulParams params = {.broadcast = operands.broadcast,
                            .offset_a = -zero_point_of(operands.a),
                            .offset_b = -zero_point_of(operands.b),
                            .output_offset = zero_point_of(operands.output),
                            .requantization = quantize_multiplier(factor),
                            .activation_min = range.min,
                            .activation_max = range.max};
  const bool is_s16 = operands.output.type == TensorType::INT16;
  return emit_binary(builder, is_s16 ? KernelId::mul_s16 : KernelId::mul_s8, params);
}

Error emit_selection(const OperatorView& op, StepBuilder& builder, const Operands& operands) {
  if (!same_quantization(operands.a, operands.output) ||
      !same_quantization(operands.b, operands.output))
    return builder.fail("needs the same scale and zero point in its inputs and output");
  const bool is_maximum = op.type == OperatorType::MAXIMUM;
  const KernelId s8 = is_maximum ? KernelId::maximum_s8 : KernelId::minimum_s8;
  const KernelId s16 = is_maximum ? KernelId::maximum_s16 : KernelId::minimum_s16;
  return emit_binary(builder, operands.output.type == TensorType::INT16 ? s16 : s8,
                     operands.broadcast);
}

Error emit_prelu(StepBuilder& builder, const Operands& operands) {
  const double factor = static_cast<double>(operands.a.quantization.scale[0]) /
                        static_cast<double>(operands.output.quantization.scale[0]);
  const double alpha_factor = static_cast<double>(operands.a.quantization.scale[0]) *
                              static_cast<double>(operands.b.quantization.scale[0]) /
                              static_cast<double>(operands.output.quantization.scale[0]);
  const PreluParams params = {.broadcast = operands.broadcast,
                              .offset_a = -zero_point_of(operands.a),
                              .offset_b = -zero_point_of(operands.b),
                              .output_offset = zero_point_of(operands.output),
                              .positive = quantize_multiplier(factor),
                              .negative = quantize_multiplier(alpha_factor)};
  const bool is_s16 = operands.output.type == TensorType::INT16;
  return emit_binary(builder, is_s16 ? KernelId::prelu_s16 : KernelId::prelu_s8, params);
}

Error emit_f32(const OperatorView& op, StepBuilder& builder, const Operands& operands) {
  const ActivationRangeF32 range = activation_range_f32(op.options.activation);
  const ArithmeticF32Params arithmetic = {operands.broadcast, range.min, range.max};
  switch (op.type) {
    case OperatorType::SUB:
      return emit_binary(builder, KernelId::sub_f32, arithmetic);
    case OperatorType::MUL:
      return emit_binary(builder, KernelId::mul_f32, arithmetic);
    case OperatorType::DIV:
      return emit_binary(builder, KernelId::div_f32, arithmetic);
    case OperatorType::MAXIMUM:
      return emit_binary(builder, KernelId::maximum_f32, operands.broadcast);
    case OperatorType::MINIMUM:
      return emit_binary(builder, KernelId::minimum_f32, operands.broadcast);
    case OperatorType::SQUARED_DIFFERENCE:
      return emit_binary(builder, KernelId::squared_difference_f32, operands.broadcast);
    case OperatorType::PRELU:
      return emit_binary(builder, KernelId::prelu_f32, operands.broadcast);
    default:
      return emit_binary(builder, KernelId::add_f32, arithmetic);
  }
}

Error emit_integer(const OperatorView& op, StepBuilder& builder, const Operands& operands) {
  switch (op.type) {
    case OperatorType::MUL:
      return emit_mul(op, builder, operands);
    case OperatorType::MAXIMUM:
    case OperatorType::MINIMUM:
      return emit_selection(op, builder, operands);
    case OperatorType::PRELU:
      return emit_prelu(builder, operands);
    default:
      return emit_add(op, builder, operands);
  }
}

}  // namespace

Error prepare_binary(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 2)) return error;
  Operands operands = {*builder.input(0), *builder.input(1), *builder.output(0), {}};
  const auto& [a, b, output, broadcast] = operands;
  if (!read_broadcast(a.shape, b.shape, output.shape, operands.broadcast))
    return builder.fail("needs shapes that broadcast to the output's, in at most 4 steps");

  if (a.type == TensorType::FLOAT32 && b.type == TensorType::FLOAT32 &&
      output.type == TensorType::FLOAT32)
    return emit_f32(op, builder, operands);
  if (op.type == OperatorType::DIV) return builder.fail("needs FLOAT32 throughout");

  const bool is_s8 = is_per_tensor_s8(a) && is_per_tensor_s8(b) && is_per_tensor_s8(output);
  const bool has_b_of_s16 =
      op.type == OperatorType::PRELU ? is_per_tensor_s8(b) : is_per_tensor_s16(b);
  const bool is_s16 = is_per_tensor_s16(a) && has_b_of_s16 && is_per_tensor_s16(output);
  if (is_s8 || is_s16) return emit_integer(op, builder, operands);
  return builder.fail(op.type == OperatorType::PRELU
                          ? "needs FLOAT32 throughout, or INT8 or INT16 with an INT8 alpha, with "
                            "valid quantization"
                          : "needs FLOAT32, INT8 or INT16 throughout, integers with valid "
                            "quantization");
}

}  // namespace solder
