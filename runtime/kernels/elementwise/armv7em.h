#pragma once

#include <cstdint>

namespace solder {

// a + b of int8 by two tables of 256 words, the first for a and the second for b: what each value,
// taken as uint8, comes to in the sum, doubled. The sum is requantized as PackedRequantization
// does.
struct AddS8TableParams {
  int32_t count;
  int32_t multiplier, rounding, right_shift;
  int32_t activation_min, activation_max;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("count", count), v("multiplier", multiplier), v("rounding", rounding);
    v("right_shift", right_shift), v("activation_min", activation_min);
    v("activation_max", activation_max);
  }
};

}  // namespace solder
