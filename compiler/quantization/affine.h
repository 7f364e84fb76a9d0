// Scales, zero points and quantized constants, as TensorFlow Lite's specification of quantization
// has them (https://www.tensorflow.org/lite/performance/quantization_spec).
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/quantization/range.h"

namespace solder::compiler {

// 256 levels from -128 to 127 that cover `range`, one of them exactly zero. A range of zero width
// gets scale 1.
Quantization int8_quantization(const Range& range);
// 65535 levels around zero, from -32767 to 32767, that cover `range`, with the same exception.
Quantization int16_quantization(const Range& range);

// clamp(round(x / scale) + zero point) of each value, for a `quantization` per tensor: elements of
// INT8 or INT16.
std::vector<uint8_t> quantize_values(std::span<const float> values,
                                     const Quantization& quantization, TensorType type);

// What scales of weights must keep to. Beyond `highest`, weights are clipped.
struct ScaleLimits {
  std::vector<float> lowest = {};  // empty, or one for each scale
  float highest = std::numeric_limits<float>::max();
};

// Constant FLOAT32 `weights` as INT8 in [-127, 127] with zero point 0 and scale max|w| / 127: one
// for each index of dimension `axis`, or one for all.
Tensor quantize_weights(const Tensor& weights, std::optional<int32_t> axis,
                        const ScaleLimits& limits = {});

// Real values of INT8 weights.
std::vector<float> dequantize_weights(const Tensor& weights);

// INT32 for INT8 activations, INT64 for INT16.
TensorType bias_type(TensorType activations);

// Lowest scales of the weights (one for each of `channels`, or a single one) with which
// `bias`, one for each output, as integers of `type` and scale input_scale * weight scale, stays
// below 2^29 (INT32) or 2^44 (INT64): it leaves room for the sum of products.
std::vector<float> lowest_weight_scales(std::span<const float> bias, float input_scale,
                                        bool per_channel, TensorType type);

// `bias` as `type`, INT32 or INT64, with scale input_scale * weight scale and zero point 0.
Tensor quantize_bias(std::string name, std::span<const float> bias, float input_scale,
                     const Quantization& weights, TensorType type);

// Which of `weights.scale` element `index` has.
size_t scale_index(const Tensor& weights, size_t index);

}  // namespace solder::compiler
