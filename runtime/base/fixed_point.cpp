#include "runtime/base/fixed_point.h"

#include <cmath>

namespace solder {

Requantization quantize_multiplier(double factor) {
  constexpr Requantization kLargest = {.multiplier = INT32_MAX, .shift = 30};
  if (!(factor > 0)) return {};
  if (factor >= 0x1p30) return kLargest;  // infinity, too
  int exponent = 0;
  const double fraction = std::frexp(factor, &exponent);
  auto multiplier = static_cast<int64_t>(std::round(fraction * static_cast<double>(1LL << 31)));
  if (multiplier == (1LL << 31)) {
    multiplier /= 2;
    ++exponent;
  }
  if (exponent < -31) return {};
  if (exponent > 30) return kLargest;
  return {.multiplier = static_cast<int32_t>(multiplier), .shift = exponent};
}

}  // namespace solder
