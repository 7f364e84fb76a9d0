#pragma once

#include "runtime/kernels/armv7em/dsp.h"
#include "runtime/kernels/armv7em/packed.h"

namespace solder::armv7em {

// `twice`: 2 * (sum of products + bias).
inline int32_t requantize(int32_t twice, const PackedRequantization& r) {
  const int32_t rounded = dsp::smmlar(twice, r.multiplier, r.rounding + (twice >> 31));
  return dsp::ssat8(rounded >> r.right_shift);
}

}  // namespace solder::armv7em
