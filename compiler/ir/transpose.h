// Permuting the dimensions of shapes and constants.
#pragma once

#include <span>
#include <vector>

#include "compiler/ir/graph.h"

namespace solder::compiler {

// In all of these, dimension i of the result is dimension permutation[i] of `shape`; `permutation`
// holds each of 0 .. shape.rank - 1 once.
Shape transposed(const Shape& shape, std::span<const int32_t> permutation);

// Row-major elements of `element_bytes` each, in their new order.
std::vector<uint8_t> transposed(std::span<const uint8_t> data, const Shape& shape,
                                std::span<const int32_t> permutation, int32_t element_bytes);

// Whether the elements keep their order in memory, because only dimensions of size 1 move.
bool keeps_memory_order(const Shape& shape, std::span<const int32_t> permutation);

bool is_permutation(std::span<const int32_t> values, int32_t rank);

}  // namespace solder::compiler
