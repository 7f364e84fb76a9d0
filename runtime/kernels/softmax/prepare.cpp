#include "runtime/kernels/prepare.h"

#include <cmath>

#include "runtime/kernels/checks.h"

namespace solder {
namespace {

// Differences of inputs are held in Q5.26.
constexpr int kIntegerBits = 5;

bool has_softmax_output_quantization(const TensorView& output) {
  return output.quantization.scale[0] == 1.0F / 256 && zero_point_of(output) == -128;
}

}  // namespace

Error prepare_softmax(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 1)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  if (input.shape.rank < 1 || !(input.shape == output.shape))
    return builder.fail("needs an input of rank 1 or more and an output of the same shape");
  const int32_t depth = input.shape.dims[input.shape.rank - 1];
  const auto rows = static_cast<int32_t>(input.shape.elements() / depth);
  const float beta = op.options.beta;
  if (!std::isfinite(beta) || beta <= 0) return builder.fail("has a beta that is not positive");
  using B = StepBuilder;

  if (input.type == TensorType::FLOAT32 && output.type == TensorType::FLOAT32) {
    auto* params = builder.params<SoftmaxF32Params>();
    if (params == nullptr) return builder.no_memory();
    *params = {.rows = rows, .depth = depth, .beta = beta};
    if (Error error = builder.emit(KernelId::softmax_f32, params, {B::in(0), B::out(0)}))
      return error;
    builder.allow_in_place(0);
    return {};
  }

  if (is_per_tensor_s8(input) && is_per_tensor_s8(output)) {
    if (!has_softmax_output_quantization(output))
      return builder.fail("needs an INT8 output with scale 1/256 and zero point -128");
    // Sums of exponentials are kept in 12 integer bits.
    if (depth > 4096) return builder.fail("has more than 4096 INT8 classes; it has", depth);
    auto* params = builder.params<SoftmaxS8Params>();
    if (params == nullptr) return builder.no_memory();
    const double scaled = double{beta} * static_cast<double>(input.quantization.scale[0]) *
                          (1 << (31 - kIntegerBits));
    constexpr double kMax = (1LL << 31) - 1.0;
    const Requantization factor = quantize_multiplier(scaled < kMax ? scaled : kMax);
    if (factor.shift < 0) return builder.fail("has an input scale too small for INT8");
    // The largest difference whose scaled value fits Q5.26.
    const double radius = ((1 << kIntegerBits) - 1) * double(1LL << (31 - kIntegerBits)) /
                          double(1LL << factor.shift);
    *params = {.rows = rows,
               .depth = depth,
               .input_multiplier = factor.multiplier,
               .input_shift = factor.shift,
               .diff_min = -static_cast<int32_t>(std::floor(radius))};
    if (Error error = builder.emit(KernelId::softmax_s8, params, {B::in(0), B::out(0)}))
      return error;
    builder.allow_in_place(0);
    return {};
  }
  if (is_per_tensor_s16(input) && is_per_tensor_s16(output)) {
    constexpr float kScale = 1.0F / 32768;
    if (std::abs(output.quantization.scale[0] - kScale) > 0.001F * kScale)
      return builder.fail("needs an INT16 output with scale 1/32768");
    // Sums of exponentials stay below 2^31.
    if (depth > 1 << 16) return builder.fail("has more than 65536 INT16 classes; it has", depth);
    auto* params = builder.params<SoftmaxS16Params>();
    if (params == nullptr) return builder.no_memory();
    const double factor = static_cast<double>(input.quantization.scale[0]) *
                          static_cast<double>(beta) / (10.0 / 65535.0);
    *params = {.rows = rows, .depth = depth, .input_factor = quantize_multiplier(factor)};
    if (Error error = builder.emit(KernelId::softmax_s16, params, {B::in(0), B::out(0)}))
      return error;
    builder.allow_in_place(0);
    return {};
  }
  return builder.fail(
      "needs FLOAT32, INT8 or INT16 throughout, integers with valid quantization, INT16 with zero "
      "point 0");
}

}  // namespace solder
