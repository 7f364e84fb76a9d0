// Functions of one tensor, element by element: activations that stand alone, and ABS, EXP and the
// like. Of INT8, every function is a table.
#pragma once

#include <cstdint>

#include "runtime/base/fixed_point.h"

namespace solder {

struct UnaryParams {
  int32_t elements;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("elements", elements);
  }
};

// RELU, RELU_N1_TO_1 and RELU6.
struct ReluF32Params {
  int32_t elements;
  float activation_min, activation_max;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("elements", elements), v("activation_min", activation_min);
    v("activation_max", activation_max);
  }
};

struct LeakyReluF32Params {
  int32_t elements;
  float alpha;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("elements", elements), v("alpha", alpha);
  }
};

// What RELU and its like, LEAKY_RELU and ABS do to integers: a factor (input scale / output scale,
// times the slope) on either side of zero. Multipliers may be negative here.
struct PiecewiseLinear {
  int32_t input_offset;   // minus the input's zero point
  int32_t output_offset;  // the output's zero point
  Requantization negative, positive;
  int32_t activation_min, activation_max;  // in the range of the type

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("input_offset", input_offset), v("output_offset", output_offset);
    v("negative", negative), v("positive", positive);
    v("activation_min", activation_min), v("activation_max", activation_max);
  }
};

constexpr int32_t piecewise_linear(const PiecewiseLinear& p, int32_t x) {
  x += p.input_offset;
  const int32_t value = requantize(x, x < 0 ? p.negative : p.positive);
  return clamp(wrapping_add(value, p.output_offset), p.activation_min, p.activation_max);
}

struct PiecewiseLinearParams {
  int32_t elements;
  PiecewiseLinear function;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("elements", elements), v("function", function);
  }
};

// LOGISTIC and TANH of INT16: x * multiplier / 2^shift, rounded, counts 1/(3 * 4096). The output
// has scale 1/32768.
struct SigmoidS16Params {
  int32_t elements;
  int32_t multiplier;  // in [1, 32767]
  int32_t shift;       // in [0, 31]

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("elements", elements), v("multiplier", multiplier), v("shift", shift);
  }
};

}  // namespace solder
