#include "runtime/kernels/prepare.h"

#include <cmath>

#include "runtime/kernels/checks.h"

namespace solder {
namespace {

static_assert(kReduceRank == kMaxRank);

// Sets reduced[] for the axes that the second input lists; dims[] is the input's shape with ones
// in front.
Error read_axes(const StepBuilder& builder, int32_t (&dims)[kReduceRank],
                int32_t (&reduced)[kReduceRank], int32_t& count) {
  const Shape& shape = builder.input(0)->shape;
  const TensorView& axes = *builder.input(1);
  if (!axes.is_constant() || axes.type != TensorType::INT32)
    return builder.fail("needs constant INT32 axes");
  const int32_t lead = kReduceRank - shape.rank;
  for (int32_t i = 0; i < kReduceRank; ++i) dims[i] = i < lead ? 1 : shape.dims[i - lead];
  const auto* axis = static_cast<const int32_t*>(axes.data);
  for (int64_t i = 0; i < axes.shape.elements(); ++i) {
    if (axis[i] < -shape.rank || axis[i] >= shape.rank)
      return builder.fail("has an axis outside its input's rank:", axis[i]);
    reduced[lead + (axis[i] < 0 ? axis[i] + shape.rank : axis[i])] = 1;
  }
  count = 1;
  for (int32_t i = 0; i < kReduceRank; ++i)
    if (reduced[i] != 0) count *= dims[i];
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
Error set_mean_from_uint8(const StepBuilder& builder, const OperatorView& op,
                          const int32_t (&reduced)[kReduceRank], MeanS8Params& params) {
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  if (!op.options.keep_dims || input.shape.rank != 4 || reduced[1] != 0 || reduced[2] != 1 ||
      reduced[3] != 1 || reduced[4] != 0)
    return builder.fail("was UINT8; then only height and width, kept as 1x1, can be averaged");
  const float input_scale = input.quantization.scale[0];
  const float output_scale = output.quantization.scale[0];
  const float shift =
      static_cast<float>(zero_point_of(input) - INT8_MIN) * input_scale / output_scale;
  const float factor = input_scale / (static_cast<float>(params.count) * output_scale);
  if (!(shift < 1 << 30) || !std::isfinite(factor))
    return builder.fail("has an output scale too small for its input's");
  params.input_zero_point = INT8_MIN;
  params.output_zero_point = zero_point_of(output) - static_cast<int32_t>(shift);
  params.requantization = quantize_multiplier(static_cast<double>(factor));
  return {};
}

}  // namespace

Error prepare_mean(const OperatorView& op, StepBuilder& builder) {
  if (Error error = check_arity(builder, op, 2)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  int32_t dims[kReduceRank] = {}, reduced[kReduceRank] = {}, count = 1;
  if (Error error = read_axes(builder, dims, reduced, count)) return error;
  if (output.shape.elements() * count != input.shape.elements())
    return builder.fail("has an output shape that does not follow from its input and axes");
  // 2^23 values of 8 bits keep their sum in 31 bits.
  if (count > 1 << 23) return builder.fail("averages more than 2^23 values:", count);
  using B = StepBuilder;

  const auto copy_dims = [&](auto* params) {
    for (int32_t i = 0; i < kReduceRank; ++i) {
      params->dims[i] = dims[i];
      params->reduced[i] = reduced[i];
    }
    params->count = count;
  };
  if (input.type == TensorType::FLOAT32 && output.type == TensorType::FLOAT32) {
    auto* params = builder.params<MeanF32Params>();
    if (params == nullptr) return builder.no_memory();
    copy_dims(params);
    return builder.emit(KernelId::mean_f32, params, {B::in(0), B::out(0)});
  }
  if (is_per_tensor_s8(input) && is_per_tensor_s8(output)) {
    auto* params = builder.params<MeanS8Params>();
    if (params == nullptr) return builder.no_memory();
    copy_dims(params);
    params->input_zero_point = zero_point_of(input);
    params->output_zero_point = zero_point_of(output);
    params->requantization =
        divided(quantize_multiplier(static_cast<double>(input.quantization.scale[0]) /
                                    static_cast<double>(output.quantization.scale[0])),
                count);
    if (op.options.from_uint8)
      if (Error error = set_mean_from_uint8(builder, op, reduced, *params)) return error;
    return builder.emit(KernelId::mean_s8, params, {B::in(0), B::out(0)});
  }
  return builder.fail("needs FLOAT32 throughout, or INT8 with valid quantization throughout");
}

}  // namespace solder
