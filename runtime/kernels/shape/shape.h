// Kernels that move elements and compute nothing, for the operators of the folders shape, slice and
// split. They are named by the element's width: b8, b16 or b32.
#pragma once

#include <cstdint>

namespace solder {

inline constexpr int32_t kShapeRank = 5;

struct PadParams {
  int32_t input_dims[kShapeRank];
  int32_t before[kShapeRank], after[kShapeRank];  // elements added on each side, >= 0
  int32_t value;                                  // bits of the padding element

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("input_dims", input_dims), v("before", before), v("after", after), v("value", value);
  }
};

// Element (i, j, ...) of a block of `dims` moves from input_start + i * input_strides[0] + ... to
// output_start + i * output_strides[0] + ...; all in elements, strides may be negative.
struct StridedCopyParams {
  int32_t dims[kShapeRank];
  int32_t input_strides[kShapeRank], output_strides[kShapeRank];
  int32_t input_start, output_start;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("dims", dims), v("input_strides", input_strides), v("output_strides", output_strides);
    v("input_start", input_start), v("output_start", output_start);
  }
};

// The same for `rows` runs of `row_bytes` adjacent bytes; all in bytes.
struct CopyParams {
  int32_t rows, row_bytes, input_start, input_stride, output_start, output_stride;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("rows", rows), v("row_bytes", row_bytes), v("input_start", input_start);
    v("input_stride", input_stride), v("output_start", output_start);
    v("output_stride", output_stride);
  }
};

}  // namespace solder
