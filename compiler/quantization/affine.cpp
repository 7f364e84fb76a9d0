#include "compiler/quantization/affine.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace solder::compiler {
namespace {

size_t channel_of(const Shape& shape, int32_t axis, size_t index) {
  size_t inner = 1;
  for (int32_t i = axis + 1; i < shape.rank; ++i) inner *= static_cast<size_t>(shape.dims[i]);
  return index / inner % static_cast<size_t>(shape.dims[axis]);
}

template <class T>
void store(Tensor& tensor, const std::vector<T>& values) {
  tensor.data.resize(values.size() * sizeof(T));
  std::memcpy(tensor.data.data(), values.data(), tensor.data.size());
}

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

std::vector<int8_t> quantize_to_int8(std::span<const float> values,
                                     const Quantization& quantization) {
  std::vector<int8_t> result;
  for (const float value : values) {
    const float q =
        std::round(value / quantization.scale[0]) + static_cast<float>(quantization.zero_point[0]);
    result.push_back(static_cast<int8_t>(std::clamp(q, -128.0F, 127.0F)));
  }
  return result;
}

size_t scale_index(const Tensor& weights, size_t index) {
  const Quantization& q = weights.quantization;
  return q.scale.size() > 1 ? channel_of(weights.shape, q.axis, index) : 0;
}

Tensor quantize_weights(const Tensor& weights, std::optional<int32_t> axis,
                        std::span<const float> lowest_scale) {
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
    scale[c] = std::max(scale[c] / 127, lowest_scale.empty() ? 0.0F : lowest_scale[c]);
    if (scale[c] < 1e-30F) scale[c] = 1.0F;
  }
  std::vector<int8_t> quantized(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const float q = std::round(values[i] / scale[scale_index(result, i)]);
    quantized[i] = static_cast<int8_t>(std::clamp(q, -127.0F, 127.0F));
  }
  store(result, quantized);
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

std::vector<float> lowest_weight_scales(std::span<const float> bias, float input_scale,
                                        bool per_channel) {
  std::vector<float> scales(per_channel ? bias.size() : 1);
  for (size_t c = 0; c < bias.size(); ++c) {
    float& scale = scales[per_channel ? c : 0];
    scale = std::max(scale, std::abs(bias[c]) / input_scale / (1 << 29));
  }
  return scales;
}

Tensor quantize_bias(std::string name, std::span<const float> bias, float input_scale,
                     const Quantization& weights) {
  Tensor result{.name = std::move(name),
                .type = TensorType::INT32,
                .shape = {1, {static_cast<int32_t>(bias.size())}}};
  std::vector<int32_t> quantized;
  for (size_t c = 0; c < bias.size(); ++c) {
    const float weight_scale = weights.scale[weights.scale.size() > 1 ? c : 0];
    if (c < weights.scale.size()) {
      result.quantization.scale.push_back(input_scale * weight_scale);
      result.quantization.zero_point.push_back(0);
    }
    const double q = static_cast<double>(bias[c]) /
                     (static_cast<double>(input_scale) * static_cast<double>(weight_scale));
    quantized.push_back(static_cast<int32_t>(std::round(std::clamp(q, -0x1p30, 0x1p30))));
  }
  store(result, quantized);
  return result;
}

}  // namespace solder::compiler
