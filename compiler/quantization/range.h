// From what was seen of a tensor to the range that its quantized values cover.
#pragma once

#include "compiler/quantization/calibration.h"

namespace solder::compiler {

// Real values; min <= 0 <= max.
struct Range {
  float min = 0, max = 0;

  bool operator==(const Range&) const = default;
};

enum class RangeMethod {
  kMinMax,        // everything that was seen
  kPercentile,    // without the 0.01 % of values furthest out on either side
  kLeastSquares,  // what makes the sum of squared errors smallest
};

// `statistics` has seen a value at least. Least squares are those of 256 levels for INT8, of 65536
// for INT16.
Range choose_range(const Statistics& statistics, RangeMethod method,
                   TensorType type = TensorType::INT8);

// The smallest range that holds both.
Range unite(const Range& a, const Range& b);

}  // namespace solder::compiler
