// Operators that move elements and compute nothing: PAD, TRANSPOSE, CONCATENATION (one step per
// input) and a RESHAPE that cannot be a mere view. Kernels are named by the element's width, b8 or
// b32; 16- and 64-bit elements count as two or eight of b8 along the innermost dimension.
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

// Output dimension i is input dimension permutation[i].
struct TransposeParams {
  int32_t output_dims[kShapeRank];
  int32_t input_strides[kShapeRank];  // in elements, of the input dimension that output dim i reads

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("output_dims", output_dims), v("input_strides", input_strides);
  }
};

// Copies `rows` runs of `row_bytes` bytes; input runs are adjacent, output runs lie
// `output_stride` bytes apart from `output_start`.
struct CopyParams {
  int32_t rows, row_bytes, output_start, output_stride;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("rows", rows), v("row_bytes", row_bytes), v("output_start", output_start);
    v("output_stride", output_stride);
  }
};

}  // namespace solder
