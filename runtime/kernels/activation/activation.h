// Activations that stand alone: RELU, RELU_N1_TO_1, RELU6 (all of them a clamp) and LOGISTIC.
#pragma once

#include <cstdint>

#include "runtime/base/fixed_point.h"

namespace solder {

struct ReluF32Params {
  int32_t elements;
  float activation_min, activation_max;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("elements", elements), v("activation_min", activation_min);
    v("activation_max", activation_max);
  }
};

struct ReluS8Params {
  int32_t elements;
  int32_t input_offset;                    // minus the input's zero point, in [-127, 128]
  int32_t output_offset;                   // the output's zero point
  Requantization requantization;           // input scale / output scale
  int32_t activation_min, activation_max;  // in [-128, 127]

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("elements", elements), v("input_offset", input_offset), v("output_offset", output_offset);
    v("requantization", requantization), v("activation_min", activation_min);
    v("activation_max", activation_max);
  }
};

struct LogisticF32Params {
  int32_t elements;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("elements", elements);
  }
};

// The output has scale 1/256 and zero point -128. Inputs further than `input_range_radius` from
// the zero point saturate; the rest is scaled to Q4.27 by `input_multiplier` * 2^`input_shift`.
struct LogisticS8Params {
  int32_t elements;
  int32_t input_zero_point, input_range_radius;
  int32_t input_multiplier, input_shift;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("elements", elements), v("input_zero_point", input_zero_point);
    v("input_range_radius", input_range_radius), v("input_multiplier", input_multiplier);
    v("input_shift", input_shift);
  }
};

}  // namespace solder
