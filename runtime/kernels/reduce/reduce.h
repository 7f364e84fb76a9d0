// MEAN over any set of dimensions. The input is seen as [dims[0] .. dims[4]]; dimension i is
// averaged away where reduced[i] is 1. `count` is the product of the reduced dimensions.
#pragma once

#include <cstdint>

#include "runtime/base/fixed_point.h"

namespace solder {

inline constexpr int32_t kReduceRank = 5;

struct MeanF32Params {
  int32_t dims[kReduceRank], reduced[kReduceRank];
  int32_t count;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("dims", dims), v("reduced", reduced), v("count", count);
  }
};

// requantization: input scale / (output scale * count), applied to the sum of the inputs less
// count times their zero point.
struct MeanS8Params {
  int32_t dims[kReduceRank], reduced[kReduceRank];
  int32_t count;
  int32_t input_zero_point, output_zero_point;
  Requantization requantization;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("dims", dims), v("reduced", reduced), v("count", count);
    v("input_zero_point", input_zero_point), v("output_zero_point", output_zero_point);
    v("requantization", requantization);
  }
};

}  // namespace solder
