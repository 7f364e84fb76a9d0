// SOFTMAX over the last dimension: input and output [rows, depth].
// f32: exp(beta * (x - max)) / sum. s8, s16: TensorFlow Lite's fixed-point algorithms; the output
// has scale 1/256 and zero point -128, or scale 1/32768 and zero point 0.
#pragma once

#include <cstdint>

#include "runtime/base/fixed_point.h"

namespace solder {

struct SoftmaxF32Params {
  int32_t rows, depth;
  float beta;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("rows", rows), v("depth", depth), v("beta", beta);
  }
};

struct SoftmaxS8Params {
  int32_t rows, depth;
  // Scales a difference of inputs to Q5.26: beta * input_scale * 2^26 = multiplier * 2^(shift-31),
  // shift >= 0.
  int32_t input_multiplier, input_shift;
  int32_t diff_min;  // smaller differences contribute nothing; <= 0

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("rows", rows), v("depth", depth), v("input_multiplier", input_multiplier);
    v("input_shift", input_shift), v("diff_min", diff_min);
  }
};

struct SoftmaxS16Params {
  int32_t rows, depth;          // depth <= 2^16
  Requantization input_factor;  // a difference of 65535 means 10: beta * input_scale * 65535 / 10

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("rows", rows), v("depth", depth), v("input_factor", input_factor);
  }
};

}  // namespace solder
