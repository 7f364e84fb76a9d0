// Which taps of a filter window lie inside the input, along one axis.
#pragma once

#include <cstdint>

namespace solder {

struct TapRange {
  int32_t begin, end;  // begin <= end

  constexpr int32_t count() const { return end - begin; }
  constexpr bool operator==(const TapRange&) const = default;
};

// Tap k of `taps` lies at origin + k * dilation; inside is [0, size).
constexpr TapRange taps_inside(int32_t origin, int32_t dilation, int32_t taps, int32_t size) {
  TapRange range = {0, taps};
  if (origin < 0) range.begin = (dilation - 1 - origin) / dilation;
  if (origin + (taps - 1) * dilation >= size) range.end = (size - origin + dilation - 1) / dilation;
  if (range.end < range.begin) range.end = range.begin;
  return range;
}

}  // namespace solder
