// What operators that move elements and compute nothing have in common.
#pragma once

#include "runtime/kernels/checks.h"

namespace solder {

// Elements of `from` may become elements of `to` as they are: one type, of 1, 2 or 4 bytes, and
// where it is quantized one scale and zero point.
Error check_moves(const StepBuilder& builder, const TensorView& from, const TensorView& to);

// An axis in [-rank, rank) as one in [0, rank).
Error check_axis(const StepBuilder& builder, int32_t given, int32_t rank, int32_t& axis);

// The elements of a constant INT32 tensor of `count` of them, else null.
const int32_t* constant_int32(const TensorView& tensor, int64_t count);

// A block of elements, and where they lie in input and output: element (i, j, ...) at
// start + i * strides[0] + j * strides[1] + ..., all in elements; strides may be negative.
struct Block {
  int32_t rank = 0;
  int32_t dims[kMaxRank] = {};
  int32_t input_strides[kMaxRank] = {}, output_strides[kMaxRank] = {};
  int32_t input_start = 0, output_start = 0;
};

// The strides of a dense tensor.
void dense_strides(const Shape& shape, int32_t (&strides)[kMaxRank]);

// Appends the step that moves the elements of a block, which all lie inside input and output.
Error emit_copy(StepBuilder& builder, StepBuilder::Source from, StepBuilder::Source to,
                TensorType type, const Block& block);

}  // namespace solder
