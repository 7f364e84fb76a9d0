// Functions of two tensors with broadcasting: ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM,
// SQUARED_DIFFERENCE and PRELU.
#pragma once

#include <cstdint>

#include "runtime/base/fixed_point.h"

namespace solder {

inline constexpr int32_t kBroadcastRank = 4;

// The output is seen as [dims[0] .. dims[3]], where neighbouring dimensions that broadcast alike
// are one; element (i, j, k, l) of an input lies at the dot product of the index with its strides,
// which are 0 where it broadcasts.
struct Broadcast {
  int32_t dims[kBroadcastRank];
  int32_t strides_a[kBroadcastRank], strides_b[kBroadcastRank];

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("dims", dims), v("strides_a", strides_a), v("strides_b", strides_b);
  }
};

struct ArithmeticF32Params {
  Broadcast broadcast;
  float activation_min, activation_max;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("broadcast", broadcast), v("activation_min", activation_min);
    v("activation_max", activation_max);
  }
};

// ADD, SUB and SQUARED_DIFFERENCE of integers: both inputs, shifted left, are brought to twice the
// larger input scale, combined, and brought to the output scale.
struct AddParams {
  Broadcast broadcast;
  int32_t offset_a, offset_b;                         // minus the zero points, in [-127, 128]
  int32_t output_offset;                              // the output's zero point
  int32_t left_shift;                                 // keeps a shifted input below 2^30
  Requantization requantization_a, requantization_b;  // factors of at most 1/2
  Requantization requantization_output;
  int32_t activation_min, activation_max;  // in the range of the type

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("broadcast", broadcast), v("offset_a", offset_a), v("offset_b", offset_b);
    v("output_offset", output_offset), v("left_shift", left_shift);
    v("requantization_a", requantization_a), v("requantization_b", requantization_b);
    v("requantization_output", requantization_output);
    v("activation_min", activation_min), v("activation_max", activation_max);
  }
};

struct MulParams {
  Broadcast broadcast;
  int32_t offset_a, offset_b;              // minus the zero points, in [-127, 128]
  int32_t output_offset;                   // the output's zero point
  Requantization requantization;           // scale of a * scale of b / output scale
  int32_t activation_min, activation_max;  // in the range of the type

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("broadcast", broadcast), v("offset_a", offset_a), v("offset_b", offset_b);
    v("output_offset", output_offset), v("requantization", requantization);
    v("activation_min", activation_min), v("activation_max", activation_max);
  }
};

// a is the input, b is alpha.
struct PreluParams {
  Broadcast broadcast;
  int32_t offset_a, offset_b;  // minus the zero points, in [-127, 128]
  int32_t output_offset;       // the output's zero point
  Requantization positive;     // input scale / output scale
  Requantization negative;     // input scale * alpha scale / output scale

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("broadcast", broadcast), v("offset_a", offset_a), v("offset_b", offset_b);
    v("output_offset", output_offset), v("positive", positive), v("negative", negative);
  }
};

}  // namespace solder
