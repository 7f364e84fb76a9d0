#include "runtime/kernels/prepare.h"

#include <cmath>

#include "runtime/kernels/checks.h"

namespace solder {
namespace {

static_assert(kReduceRank == kMaxRank);

// The input's shape with ones in front, and the axes that the second input lists.
Error read_reduction(const StepBuilder& builder, ReduceParams& reduction) {
  const Shape& shape = builder.input(0)->shape;
  const TensorView& axes = *builder.input(1);
  if (!axes.is_constant() || axes.type != TensorType::INT32)
    return builder.fail("needs constant INT32 axes");
  reduction = {};
  const int32_t lead = kReduceRank - shape.rank;
  for (int32_t i = 0; i < kReduceRank; ++i) reduction.dims[i] = shape.dim_of(kReduceRank, i);
  const auto* axis = static_cast<const int32_t*>(axes.data);
  for (int64_t i = 0; i < axes.shape.elements(); ++i) {
    if (axis[i] < -shape.rank || axis[i] >= shape.rank)
      return builder.fail("has an axis outside its input's rank:", axis[i]);
    reduction.reduced[lead + (axis[i] < 0 ? axis[i] + shape.rank : axis[i])] = 1;
  }
  reduction.count = 1;
  for (int32_t i = 0; i < kReduceRank; ++i)
    if (reduction.reduced[i] != 0) reduction.count *= reduction.dims[i];
  return {};
}

// factor / count as TensorFlow Lite rounds it: the multiplier is divided as an integer that is
// shifted left as far as it goes.
Requantization divided(Requantization factor, int32_t count) {
  int32_t shift = 31 - __builtin_clz(static_cast<uint32_t>(count));
  if (shift > 31 + factor.shift) shift = 31 + factor.shift;
  return {.multiplier = static_cast<int32_t>((int64_t{factor.multiplier} << shift) / count),
          .shift = factor.shift - shift};
}

// The MEAN of UINT8 over height and width: zero points are not taken from the sum, but what they
// come to is added, cut off to an integer, behind.
Error set_mean_from_uint8(const StepBuilder& builder, const OperatorView& op, SumParams& params) {
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  const int32_t(&reduced)[kReduceRank] = params.reduction.reduced;
  if (!op.options.keep_dims || input.shape.rank != 4 || reduced[1] != 0 || reduced[2] != 1 ||
      reduced[3] != 1 || reduced[4] != 0)
    return builder.fail("was UINT8; then only height and width, kept as 1x1, can be averaged");
  const float input_scale = input.quantization.scale[0];
  const float output_scale = output.quantization.scale[0];
  const float shift =
      static_cast<float>(zero_point_of(input) - INT8_MIN) * input_scale / output_scale;
  const float factor = input_scale / (static_cast<float>(params.reduction.count) * output_scale);
  if (!(shift < 1 << 30) || !std::isfinite(factor))
    return builder.fail("has an output scale too small for its input's");
  params.input_zero_point = INT8_MIN;
  params.output_zero_point = zero_point_of(output) - static_cast<int32_t>(shift);
  params.requantization = quantize_multiplier(static_cast<double>(factor));
  return {};
}

template <class Params>
Error emit_reduction(StepBuilder& builder, KernelId kernel, const Params& values) {
  using B = StepBuilder;
  auto* params = builder.params<Params>();
  if (params == nullptr) return builder.no_memory();
  *params = values;
  return builder.emit(kernel, params, {B::in(0), B::out(0)});
}

struct ReductionKernels {
  KernelId f32, s8, s16;
};
ReductionKernels kernels_of(OperatorType type) {
  switch (type) {
    case OperatorType::REDUCE_MAX:
      return {KernelId::reduce_max_f32, KernelId::reduce_max_s8, KernelId::reduce_max_s16};
    case OperatorType::REDUCE_MIN:
      return {KernelId::reduce_min_f32, KernelId::reduce_min_s8, KernelId::reduce_min_s16};
    case OperatorType::SUM:
      return {KernelId::sum_f32, KernelId::sum_s8, KernelId::sum_s16};
    default:
      return {KernelId::mean_f32, KernelId::sum_s8, KernelId::sum_s16};
  }
}

}  // namespace

Error prepare_reduction(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 2)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  ReduceParams reduction;
  if (Error error = read_reduction(builder, reduction)) return error;
  if (output.shape.elements() * reduction.count != input.shape.elements())
    return builder.fail("has an output shape that does not follow from its input and axes");
  const ReductionKernels kernels = kernels_of(op.type);
  if (input.type == TensorType::FLOAT32 && output.type == TensorType::FLOAT32)
    return emit_reduction(builder, kernels.f32, reduction);

  const bool is_s8 = is_per_tensor_s8(input) && is_per_tensor_s8(output);
  if (!is_s8 && !(is_per_tensor_s16(input) && is_per_tensor_s16(output)))
    return builder.fail(
        "needs FLOAT32, INT8 or INT16 throughout, integers with valid quantization");
  const KernelId kernel = is_s8 ? kernels.s8 : kernels.s16;
  if (op.type == OperatorType::REDUCE_MAX || op.type == OperatorType::REDUCE_MIN) {
    if (!same_quantization(input, output))
      return builder.fail("needs the same scale and zero point in its input and output");
    return emit_reduction(builder, kernel, reduction);
  }
  // So many values keep their sum in 31 bits.
  if (reduction.count > (is_s8 ? 1 << 23 : 1 << 15))
    return builder.fail("adds up too many values; the most are 2^23 of INT8 and 2^15 of INT16:",
                        reduction.count);
  Requantization factor = quantize_multiplier(static_cast<double>(input.quantization.scale[0]) /
                                              static_cast<double>(output.quantization.scale[0]));
  if (op.type == OperatorType::MEAN) factor = divided(factor, reduction.count);
  SumParams params = {.reduction = reduction,
                      .input_zero_point = zero_point_of(input),
                      .output_zero_point = zero_point_of(output),
                      .requantization = factor};
  if (op.options.from_uint8 && op.type == OperatorType::MEAN)
    if (Error error = set_mean_from_uint8(builder, op, params)) return error;
  return emit_reduction(builder, kernel, params);
}

}  // namespace solder
