// QUANTIZE and DEQUANTIZE between float32 and int8 or int16, and QUANTIZE among integers (a change
// of scale, or of the zero point alone). From float32: clamp(round(x / scale) + zero_point), halves
// away from zero, NaN as 0.
#pragma once

#include <cstdint>

#include "runtime/base/fixed_point.h"

namespace solder {

struct QuantizeF32Params {
  int32_t elements;
  float scale;
  int32_t zero_point;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("elements", elements), v("scale", scale), v("zero_point", zero_point);
  }
};

struct RequantizeParams {
  int32_t elements;
  int32_t input_zero_point, output_zero_point;  // each in the range of its type
  Requantization requantization;                // input scale / output scale

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("elements", elements), v("input_zero_point", input_zero_point);
    v("output_zero_point", output_zero_point), v("requantization", requantization);
  }
};

struct DequantizeParams {
  int32_t elements;
  float scale;
  int32_t zero_point;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("elements", elements), v("scale", scale), v("zero_point", zero_point);
  }
};

}  // namespace solder
