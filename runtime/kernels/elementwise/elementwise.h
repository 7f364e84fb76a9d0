// ADD of two tensors with broadcasting. The output is [dims[0] .. dims[3]]; element (i, j, k, l) of
// an input lies at the dot product of the index with its strides, which are 0 where it broadcasts.
#pragma once

#include <cstdint>

#include "runtime/base/fixed_point.h"

namespace solder {

struct Broadcast {
  int32_t dims[4];
  int32_t strides_a[4], strides_b[4];
  int32_t elementwise;  // 1 when both inputs have the output's shape

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("dims", dims), v("strides_a", strides_a), v("strides_b", strides_b);
    v("elementwise", elementwise);
  }
};

struct AddF32Params {
  Broadcast broadcast;
  float activation_min, activation_max;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("broadcast", broadcast), v("activation_min", activation_min);
    v("activation_max", activation_max);
  }
};

// Both inputs, shifted left by kAddLeftShift, are brought to twice the larger input scale, added,
// and brought to the output scale.
inline constexpr int32_t kAddLeftShift = 20;

struct AddS8Params {
  Broadcast broadcast;
  int32_t offset_a, offset_b;  // minus the zero points, in [-127, 128]
  int32_t output_offset;       // the output's zero point
  Requantization requantization_a, requantization_b, requantization_output;
  int32_t activation_min, activation_max;  // in [-128, 127]

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("broadcast", broadcast), v("offset_a", offset_a), v("offset_b", offset_b);
    v("output_offset", output_offset), v("requantization_a", requantization_a);
    v("requantization_b", requantization_b), v("requantization_output", requantization_output);
    v("activation_min", activation_min), v("activation_max", activation_max);
  }
};

}  // namespace solder
