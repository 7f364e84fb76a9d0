#include "runtime/kernels/checks.h"

#include <cfloat>
#include <cmath>

namespace solder {
namespace {

bool is_scale(float scale) { return std::isfinite(scale) && scale > 0; }

// With `count` scales, and zero points that the type can have.
bool is_quantized_with(const TensorView& tensor, int32_t count) {
  const bool is_s16 = tensor.type == TensorType::INT16;
  const int64_t lowest = is_s16 || tensor.type == TensorType::UINT8 ? 0 : -128;
  const int64_t highest = is_s16 ? 0 : lowest + 255;
  const Quantization& q = tensor.quantization;
  if (q.scale == nullptr || q.zero_point == nullptr || q.count != count) return false;
  for (int32_t i = 0; i < count; ++i)
    if (!is_scale(q.scale[i]) || q.zero_point[i] < lowest || q.zero_point[i] > highest)
      return false;
  return true;
}

IntegerRange quantized(ActivationRangeF32 real, float scale, int32_t zero_point,
                       IntegerRange type) {
  const auto quantize = [&](float value) {
    const float q = static_cast<float>(zero_point) + std::round(value / scale);
    if (value == -FLT_MAX || q < static_cast<float>(type.min)) return type.min;
    if (value == FLT_MAX || q > static_cast<float>(type.max)) return type.max;
    return static_cast<int32_t>(q);
  };
  return {quantize(real.min), quantize(real.max)};
}

}  // namespace

ActivationRangeF32 activation_range_f32(Activation activation) {
  switch (activation) {
    case Activation::RELU:
      return {0.0F, FLT_MAX};
    case Activation::RELU_N1_TO_1:
      return {-1.0F, 1.0F};
    case Activation::RELU6:
      return {0.0F, 6.0F};
    case Activation::NONE:
      break;
  }
  return {-FLT_MAX, FLT_MAX};
}

IntegerRange activation_range_s8(Activation activation, float scale, int32_t zero_point) {
  return quantized(activation_range_f32(activation), scale, zero_point, {INT8_MIN, INT8_MAX});
}

IntegerRange activation_range_s16(Activation activation, float scale) {
  return quantized(activation_range_f32(activation), scale, 0, {INT16_MIN, INT16_MAX});
}

Error check_arity(const StepBuilder& builder, const OperatorView& op, int32_t inputs,
                  int32_t outputs) {
  if (op.output_count != outputs)
    return builder.fail(
        outputs == 1 ? "needs exactly one output; it has" : "has not as many outputs as parts:",
        op.output_count);
  for (int32_t i = 0; i < outputs; ++i)
    if (builder.output(i) == nullptr) return builder.fail("lacks the output number", i);
  if (op.input_count < inputs) return builder.fail("has too few inputs; it has", op.input_count);
  for (int32_t i = 0; i < inputs; ++i)
    if (builder.input(i) == nullptr) return builder.fail("lacks the required input number", i);
  return {};
}

bool is_per_tensor_s8(const TensorView& tensor) {
  return tensor.type == TensorType::INT8 && is_quantized_with(tensor, 1);
}

bool is_per_tensor_s16(const TensorView& tensor) {
  return tensor.type == TensorType::INT16 && is_quantized_with(tensor, 1);
}

bool is_per_tensor_u8(const TensorView& tensor) {
  return tensor.type == TensorType::UINT8 && is_quantized_with(tensor, 1);
}

bool is_filter_s8(const TensorView& tensor, int32_t axis) {
  const Quantization& q = tensor.quantization;
  if (tensor.type != TensorType::INT8 || axis >= tensor.shape.rank) return false;
  const bool per_channel = q.count == tensor.shape.dims[axis] && q.axis == axis;
  if (!(q.count == 1 || per_channel) || !is_quantized_with(tensor, q.count)) return false;
  for (int32_t i = 0; i < q.count; ++i)
    if (q.zero_point[i] != 0) return false;
  return true;
}

bool is_bias(const TensorView* tensor, TensorType type, int32_t channels) {
  return tensor == nullptr ||
         (tensor->is_constant() && tensor->type == type && tensor->shape.elements() == channels);
}

const Requantization* requantization_per_channel(StepBuilder& builder, const TensorView& input,
                                                 const TensorView& filter, const TensorView& output,
                                                 int32_t channels, bool as_floats) {
  auto* table = builder.table<Requantization>(channels);
  if (table == nullptr) return nullptr;
  const float input_scale = input.quantization.scale[0];
  const double output_scale = output.quantization.scale[0];
  for (int32_t c = 0; c < channels; ++c) {
    const float filter_scale = filter.quantization.scale[filter.quantization.count == 1 ? 0 : c];
    const double product = as_floats ? static_cast<double>(input_scale * filter_scale)
                                     : static_cast<double>(input_scale) * double{filter_scale};
    table[c] = quantize_multiplier(product / output_scale);
  }
  return table;
}

Error check_sum_s16(StepBuilder& builder, int64_t depth, int32_t channels,
                    const Requantization* factors, int32_t count, SumS16& sum, int32_t bias_input) {
  if (depth > kMaxAccumulationDepthS16)
    return builder.fail("sums up more than 2^24 products for an INT16 output; it sums", depth);
  for (int32_t i = 0; i < count; ++i)
    if (factors[i].shift > kMaxWideShift)
      return builder.fail("has an INT16 output whose scale is too small for its input and filter");
  const TensorView* bias = builder.input(bias_input);
  sum = {.bias = StepBuilder::in(bias_input), .bits = 32};
  if (bias == nullptr) return {};
  if (is_bias(bias, TensorType::INT64, channels)) {
    constexpr int64_t kLimit = int64_t{1} << 46;
    const auto* values = static_cast<const int64_t*>(bias->data);
    for (int32_t i = 0; i < channels; ++i)
      if (values[i] <= -kLimit || values[i] >= kLimit)
        return builder.fail("has a bias of 2^46 or more; it is", values[i]);
    sum.bits = 64;
    return {};
  }
  if (!is_bias(bias, TensorType::INT32, channels))
    return builder.fail("needs a constant INT64 or INT32 bias, one per output channel");
  auto* widened = builder.table<int64_t>(channels);
  if (widened == nullptr) return builder.no_memory();
  for (int32_t i = 0; i < channels; ++i) widened[i] = static_cast<const int32_t*>(bias->data)[i];
  sum.bias = StepBuilder::from(widened);
  return {};
}

const float* scale_per_channel(StepBuilder& builder, const TensorView& filter, int32_t channels) {
  auto* table = builder.table<float>(channels);
  if (table == nullptr) return nullptr;
  for (int32_t c = 0; c < channels; ++c)
    table[c] = filter.quantization.scale[filter.quantization.count == 1 ? 0 : c];
  return table;
}

Window slide_window(Padding padding, int32_t input_size, int32_t filter_size, int32_t stride,
                    int32_t dilation) {
  const int64_t reach = (int64_t{filter_size} - 1) * dilation + 1;
  if (padding == Padding::VALID) {
    if (input_size < reach) return {};
    return {.output_size = static_cast<int32_t>((input_size - reach + stride) / stride)};
  }
  const int64_t output_size = (int64_t{input_size} + stride - 1) / stride;
  const int64_t total = (output_size - 1) * stride + reach - input_size;
  return {.output_size = static_cast<int32_t>(output_size),
          .pad_before = static_cast<int32_t>(total > 0 ? total / 2 : 0)};
}

bool is_window_output(const Shape& output, const Shape& whole, const Options& options) {
  if (!options.cropped) return output == whole;
  return output.rank == 4 && output.dims[0] == whole.dims[0] && output.dims[1] <= whole.dims[1] &&
         output.dims[2] <= whole.dims[2] && output.dims[3] == whole.dims[3];
}

bool has_sane_strides(const Options& options) {
  constexpr int32_t kMax = 1 << 15;
  for (int32_t value : {options.stride_h, options.stride_w, options.dilation_h, options.dilation_w})
    if (value < 1 || value > kMax) return false;
  return true;
}

}  // namespace solder
