#include "compiler/quantization/affine.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace solder::compiler {
namespace {

size_t channel_of(const Shape& shape, int32_t axis, size_t index) {
  size_t inner = 1;
  for (int32_t i = axis + 1; i < shape.rank; ++i) inner *= static_cast<size_t>(shape.dims[i]);
  return index / inner % static_cast<size_t>(shape.dims[axis]);
}

template <class T>
std::vector<uint8_t> bytes_of(const std::vector<T>& values) {
  std::vector<uint8_t> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

template <class T>
std::vector<uint8_t> quantize_as(std::span<const float> values, const Quantization& quantization) {
  constexpr auto kMin = static_cast<float>(std::numeric_limits<T>::min());
  constexpr auto kMax = static_cast<float>(std::numeric_limits<T>::max());
  std::vector<T> result;
  for (const float value : values) {
    const float q =
        std::round(value / quantization.scale[0]) + static_cast<float>(quantization.zero_point[0]);
    result.push_back(static_cast<T>(std::clamp(q, kMin, kMax)));
  }
  return bytes_of(result);
}

// Integers of the bias stay below this.
double bias_limit(TensorType type) { return type == TensorType::INT64 ? 0x1p44 : 0x1p29; }

}  // namespace

Quantization int8_quantization(const Range& range) {
  const double min = range.min, max = range.max;
  // Denormal scales would make infinite factors.
  const auto scale = static_cast<float>((max - min) / 255);
  if (scale < 1e-30F) return {.scale = {1.0F}, .zero_point = {0}};
  const double zero_point = std::round(-128 - min / static_cast<double>(scale));
  return {.scale = {scale},
          .zero_point = {static_cast<int64_t>(std::clamp(zero_point, -128.0, 127.0))}};
}

Quantization int16_quantization(const Range& range) {
  const float scale = std::max(-range.min, range.max) / INT16_MAX;
  return {.scale = {scale < 1e-30F ? 1.0F : scale}, .zero_point = {0}};
}

std::vector<uint8_t> quantize_values(std::span<const float> values,
                                     const Quantization& quantization, TensorType type) {
  return type == TensorType::INT16 ? quantize_as<int16_t>(values, quantization)
                                   : quantize_as<int8_t>(values, quantization);
}

size_t scale_index(const Tensor& weights, size_t index) {
  const Quantization& q = weights.quantization;
  return q.scale.size() > 1 ? channel_of(weights.shape, q.axis, index) : 0;
}

Tensor quantize_weights(const Tensor& weights, std::optional<int32_t> axis,
                        const ScaleLimits& limits) {
  const auto values = weights.values<float>();
  const auto channels = static_cast<size_t>(axis ? weights.shape.dims[*axis] : 1);
  Tensor result{.name = weights.name, .type = TensorType::INT8, .shape = weights.shape};
  result.quantization = {.scale = std::vector<float>(channels),
                         .zero_point = std::vector<int64_t>(channels),
                         .axis = axis.value_or(0)};
  std::vector<float>& scale = result.quantization.scale;
  for (size_t i = 0; i < values.size(); ++i) {
    float& largest = scale[scale_index(result, i)];
    largest = std::max(largest, std::abs(values[i]));
  }
  for (size_t c = 0; c < channels; ++c) {
    scale[c] = std::max(std::min(scale[c] / 127, limits.highest),
                        limits.lowest.empty() ? 0.0F : limits.lowest[c]);
    if (scale[c] < 1e-30F) scale[c] = std::min(1.0F, limits.highest);
  }
  std::vector<int8_t> quantized(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const float q = std::round(values[i] / scale[scale_index(result, i)]);
    quantized[i] = static_cast<int8_t>(std::clamp(q, -127.0F, 127.0F));
  }
  result.data = bytes_of(quantized);
  return result;
}

std::vector<float> dequantize_weights(const Tensor& weights) {
  const auto quantized = weights.values<int8_t>();
  std::vector<float> values;
  for (size_t i = 0; i < quantized.size(); ++i) {
    const size_t c = scale_index(weights, i);
    values.push_back(weights.quantization.scale[c] *
                     static_cast<float>(quantized[i] - weights.quantization.zero_point[c]));
  }
  return values;
}

TensorType bias_type(TensorType activations) {
  return activations == TensorType::INT16 ? TensorType::INT64 : TensorType::INT32;
}

std::vector<float> lowest_weight_scales(std::span<const float> bias, float input_scale,
                                        bool per_channel, TensorType type) {
  std::vector<float> scales(per_channel ? bias.size() : 1);
  for (size_t c = 0; c < bias.size(); ++c) {
    float& scale = scales[per_channel ? c : 0];
    scale = std::max(scale, std::abs(bias[c]) / input_scale / static_cast<float>(bias_limit(type)));
  }
  return scales;
}

Tensor quantize_bias(std::string name, std::span<const float> bias, float input_scale,
                     const Quantization& weights, TensorType type) {
  Tensor result{
      .name = std::move(name), .type = type, .shape = {1, {static_cast<int32_t>(bias.size())}}};
  const double limit = 2 * bias_limit(type);
  std::vector<int64_t> quantized;
  for (size_t c = 0; c < bias.size(); ++c) {
    const float weight_scale = weights.scale[weights.scale.size() > 1 ? c : 0];
    if (c < weights.scale.size()) {
      result.quantization.scale.push_back(input_scale * weight_scale);
      result.quantization.zero_point.push_back(0);
    }
    const double q = static_cast<double>(bias[c]) /
                     (static_cast<double>(input_scale) * static_cast<double>(weight_scale));
    quantized.push_back(static_cast<int64_t>(std::round(std::clamp(q, -limit, limit))));
  }
  if (type == TensorType::INT64)
    result.data = bytes_of(quantized);
  else
    result.data = bytes_of(std::vector<int32_t>(quantized.begin(), quantized.end()));
  return result;
}

}  // namespace solder::compiler
