// MEAN, SUM, REDUCE_MAX and REDUCE_MIN over any set of dimensions. The input is seen as
// [dims[0] .. dims[4]]; dimension i is reduced away where reduced[i] is 1. `count` is the product
// of the reduced dimensions.
#pragma once

#include <cstdint>

#include "runtime/base/fixed_point.h"

namespace solder {

inline constexpr int32_t kReduceRank = 5;

struct ReduceParams {
  int32_t dims[kReduceRank], reduced[kReduceRank];
  int32_t count;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("dims", dims), v("reduced", reduced), v("count", count);
  }
};

// SUM and MEAN of integers: the sum of the inputs less count times their zero point, times
// input scale / output scale (/ count).
struct SumParams {
  ReduceParams reduction;
  int32_t input_zero_point, output_zero_point;
  Requantization requantization;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("reduction", reduction), v("input_zero_point", input_zero_point);
    v("output_zero_point", output_zero_point), v("requantization", requantization);
  }
};

}  // namespace solder
