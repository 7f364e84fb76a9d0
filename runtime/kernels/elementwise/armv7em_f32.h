// ADD in float32 of two tensors of one shape.
#pragma once

#include <cstdint>

namespace solder {

struct AddF32DenseParams {
  int32_t count;
  float activation_min, activation_max;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("count", count), v("activation_min", activation_min), v("activation_max", activation_max);
  }
};

}  // namespace solder
