// Tensors as numbers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/plan/plan.h"

namespace solder::compiler {

// Real values of `elements` elements at `data`: quantized types become scale * (q - zero_point).
std::vector<float> real_values(const void* data, TensorType type, float scale, int32_t zero_point,
                               int64_t elements);
std::vector<float> real_values(const void* data, const TensorInfo& info);
// The inverse, rounded and clamped, into memory of info.bytes.
void store_real_values(std::span<const float> values, const TensorInfo& info, void* data);

// Index of the largest value, the first among equals.
size_t argmax(std::span<const float> values);

// "INT8 [1, 28, 28, 1]"
std::string describe(const TensorInfo& info);

}  // namespace solder::compiler
