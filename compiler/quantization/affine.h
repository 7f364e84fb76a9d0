// Scales, zero points and quantized constants, as TensorFlow Lite's specification of 8-bit
// quantization has them (https://www.tensorflow.org/lite/performance/quantization_spec).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/quantization/range.h"

namespace solder::compiler {

// 256 levels from -128 to 127 that cover `range`, one of them exactly zero. A range of zero width
// gets scale 1.
Quantization int8_quantization(const Range& range);

// clamp(round(x / scale) + zero point) of each value, for a `quantization` per tensor.
std::vector<int8_t> quantize_to_int8(std::span<const float> values,
                                     const Quantization& quantization);

// Constant FLOAT32 `weights` as INT8 in [-127, 127] with zero point 0 and scale max|w| / 127: one
// for each index of dimension `axis`, or one for all. `lowest_scale`, empty or one entry per scale:
// scales are at least this.
Tensor quantize_weights(const Tensor& weights, std::optional<int32_t> axis,
                        std::span<const float> lowest_scale = {});

// Real values of INT8 weights.
std::vector<float> dequantize_weights(const Tensor& weights);

// Lowest scales of the weights (one for each of `channels`, or a single one) with which
// `bias`, one for each output, stays below 2^29 as an INT32 of scale input_scale * weight scale: it
// leaves room for the sum of products.
std::vector<float> lowest_weight_scales(std::span<const float> bias, float input_scale,
                                        bool per_channel);

// `bias` as INT32 with scale input_scale * weight scale and zero point 0.
Tensor quantize_bias(std::string name, std::span<const float> bias, float input_scale,
                     const Quantization& weights);

// Which of `weights.scale` element `index` has.
size_t scale_index(const Tensor& weights, size_t index);

}  // namespace solder::compiler
