#include "runtime/kernels/prepare.h"

#include <cmath>

#include "runtime/kernels/activation/functions.h"
#include "runtime/kernels/activation/lookup_table.h"
#include "runtime/kernels/checks.h"

namespace solder {
namespace {

struct Tensors {
  const TensorView& input;
  const TensorView& output;

  int32_t elements() const { return static_cast<int32_t>(input.shape.elements()); }
  float input_scale() const { return input.quantization.scale[0]; }
  float output_scale() const { return output.quantization.scale[0]; }
};

// One step from input to output, with a table if there is one, that may run in place.
template <class Params>
Error emit_unary(StepBuilder& builder, KernelId kernel, const Params& values,
                 const int8_t* table = nullptr) {
  using B = StepBuilder;
  auto* params = builder.params<Params>();
  if (params == nullptr) return builder.no_memory();
  *params = values;
  const Error error = table == nullptr
                          ? builder.emit(kernel, params, {B::in(0), B::out(0)})
                          : builder.emit(kernel, params, {B::in(0), B::from(table), B::out(0)});
  if (error) return error;
  builder.allow_in_place(0);
  return {};
}

Error emit_f32(const OperatorView& op, StepBuilder& builder, const Tensors& tensors) {
  const UnaryParams params = {.elements = tensors.elements()};
  const auto emit = [&](KernelId kernel) { return emit_unary(builder, kernel, params); };
  switch (op.type) {
    case OperatorType::LOGISTIC:
      return emit(KernelId::logistic_f32);
    case OperatorType::TANH:
      return emit(KernelId::tanh_f32);
    case OperatorType::ELU:
      return emit(KernelId::elu_f32);
    case OperatorType::GELU:
      return emit(op.options.approximate ? KernelId::approximate_gelu_f32 : KernelId::gelu_f32);
    case OperatorType::HARD_SWISH:
      return emit(KernelId::hard_swish_f32);
    case OperatorType::ABS:
      return emit(KernelId::abs_f32);
    case OperatorType::EXP:
      return emit(KernelId::exp_f32);
    case OperatorType::LOG:
      return emit(KernelId::log_f32);
    case OperatorType::SQRT:
      return emit(KernelId::sqrt_f32);
    case OperatorType::RSQRT:
      return emit(KernelId::rsqrt_f32);
    case OperatorType::SQUARE:
      return emit(KernelId::square_f32);
    case OperatorType::LEAKY_RELU:
      return emit_unary(builder, KernelId::leaky_relu_f32,
                        LeakyReluF32Params{tensors.elements(), op.options.alpha});
    default: {
      const ActivationRangeF32 range = activation_range_f32(clamp_of(op.type));
      return emit_unary(builder, KernelId::relu_f32,
                        ReluF32Params{tensors.elements(), range.min, range.max});
    }
  }
}

Requantization negated(Requantization r) { return {.multiplier = -r.multiplier, .shift = r.shift}; }

bool is_piecewise_linear(OperatorType type) {
  return type == OperatorType::LEAKY_RELU || type == OperatorType::ABS ||
         clamp_of(type) != Activation::NONE;
}

PiecewiseLinear piecewise_linear_of(const OperatorView& op, const Tensors& tensors) {
  const int32_t zero_point = zero_point_of(tensors.output);
  const Activation activation = clamp_of(op.type);
  const IntegerRange range =
      tensors.output.type == TensorType::INT16
          ? activation_range_s16(activation, tensors.output_scale())
          : activation_range_s8(activation, tensors.output_scale(), zero_point);
  const Requantization factor =
      quantize_multiplier(double{tensors.input_scale()} / double{tensors.output_scale()});
  PiecewiseLinear function = {.input_offset = -zero_point_of(tensors.input),
                              .output_offset = zero_point,
                              .negative = factor,
                              .positive = factor,
                              .activation_min = range.min,
                              .activation_max = range.max};
  if (op.type == OperatorType::ABS) function.negative = negated(factor);
  if (op.type == OperatorType::LEAKY_RELU) {
    // In float, as TensorFlow Lite computes them.
    const float positive = tensors.input_scale() / tensors.output_scale();
    const float negative = tensors.input_scale() * op.options.alpha / tensors.output_scale();
    function.positive = quantize_multiplier(double{positive});
    function.negative = quantize_multiplier(std::fabs(double{negative}));
    if (negative < 0) function.negative = negated(function.negative);
  }
  return function;
}

Error emit_s8(const OperatorView& op, StepBuilder& builder, const Tensors& tensors) {
  const auto& [input, output] = tensors;
  const int32_t zero_point = zero_point_of(output);
  const int8_t* table = nullptr;
  switch (op.type) {
    case OperatorType::LOGISTIC:
      if (tensors.output_scale() != 1.0F / 256 || zero_point != -128)
        return builder.fail("needs an INT8 output with scale 1/256 and zero point -128");
      table = logistic_table(builder, input);
      break;
    case OperatorType::TANH:
      if (tensors.output_scale() != 1.0F / 128 || zero_point != 0)
        return builder.fail("needs an INT8 output with scale 1/128 and zero point 0");
      table = tanh_table(builder, input);
      break;
    case OperatorType::HARD_SWISH:
      if (tensors.input_scale() / 128 >= tensors.output_scale())
        return builder.fail("has an INT8 output scale that is not above 1/128 of its input's");
      table = hard_swish_table(builder, input, output);
      break;
    case OperatorType::ELU:
      table = real_table(builder, input, output,
                         [](float x) { return x < 0 ? std::exp(x) - 1.0F : x; });
      break;
    case OperatorType::GELU:
      table = real_table(builder, input, output, op.options.approximate ? approximate_gelu : gelu);
      break;
    case OperatorType::EXP:
      table = real_table(builder, input, output, [](float x) { return std::exp(x); });
      break;
    default:
      if (!is_piecewise_linear(op.type)) return builder.fail("needs FLOAT32 throughout");
      table = piecewise_linear_table(builder, piecewise_linear_of(op, tensors));
  }
  if (table == nullptr) return builder.no_memory();
  return emit_unary(builder, KernelId::lookup_s8, UnaryParams{tensors.elements()}, table);
}

// x * multiplier / 2^shift of an input in 1/(3 * 4096): exact for scales 1/4096 (and 1/2048 for
// TANH), to 15 bits for others. False for scales above 2.6.
bool sigmoid_scale(OperatorType type, float scale, SigmoidS16Params& params) {
  // 2 to the power of minus and plus 0.001; a logarithm would cost a board a kilobyte.
  constexpr double kLow = 0.99930709300, kHigh = 1.00069338746;
  const auto is_close_to = [scale](double wanted) {
    return scale > kLow * wanted && scale < kHigh * wanted;
  };
  if (is_close_to(0x1p-12) || (type == OperatorType::TANH && is_close_to(0x1p-11))) {
    params.multiplier = is_close_to(0x1p-12) ? 3 : 6;
    return true;
  }
  double multiplier = double{scale} * 4096 * 3;
  while (multiplier <= 32767.0 / 2 && params.shift <= 30) {
    ++params.shift;
    multiplier *= 2;
  }
  if (multiplier > INT16_MAX) return false;
  params.multiplier = static_cast<int32_t>(multiplier);
  return params.multiplier > 0;
}

Error emit_s16(const OperatorView& op, StepBuilder& builder, const Tensors& tensors) {
  if (is_piecewise_linear(op.type))
    return emit_unary(builder, KernelId::piecewise_linear_s16,
                      PiecewiseLinearParams{tensors.elements(), piecewise_linear_of(op, tensors)});
  if (op.type != OperatorType::LOGISTIC && op.type != OperatorType::TANH)
    return builder.fail("needs FLOAT32 or INT8 throughout");
  if (tensors.output_scale() != 1.0F / 32768)
    return builder.fail("needs an INT16 output with scale 1/32768");
  SigmoidS16Params params = {.elements = tensors.elements(), .multiplier = 0, .shift = 0};
  if (!sigmoid_scale(op.type, tensors.input_scale(), params))
    return builder.fail("has an INT16 input scale out of range");
  const bool is_tanh = op.type == OperatorType::TANH;
  return emit_unary(builder, is_tanh ? KernelId::tanh_s16 : KernelId::logistic_s16, params);
}

}  // namespace

Error prepare_unary(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 1)) return error;
  const Tensors tensors = {*builder.input(0), *builder.output(0)};
  const auto& [input, output] = tensors;
  if (!(input.shape == output.shape)) return builder.fail("needs an output of the input's shape");
  if (!std::isfinite(op.options.alpha)) return builder.fail("has an alpha that is not finite");

  if (input.type == TensorType::FLOAT32 && output.type == TensorType::FLOAT32)
    return emit_f32(op, builder, tensors);
  if (is_per_tensor_s8(input) && is_per_tensor_s8(output)) return emit_s8(op, builder, tensors);
  if (is_per_tensor_s16(input) && is_per_tensor_s16(output)) return emit_s16(op, builder, tensors);
  return builder.fail("needs FLOAT32, INT8 or INT16 throughout, integers with valid quantization");
}

}  // namespace solder
