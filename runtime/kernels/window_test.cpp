#include "runtime/kernels/window.h"

#include <gtest/gtest.h>

namespace solder {
namespace {

TEST(Window, HoldsExactlyTheTapsInside) {
  for (int32_t origin = -9; origin <= 9; ++origin) {
    for (int32_t dilation = 1; dilation <= 4; ++dilation) {
      for (int32_t taps = 1; taps <= 5; ++taps) {
        for (int32_t size = 1; size <= 6; ++size) {
          const TapRange range = taps_inside(origin, dilation, taps, size);
          ASSERT_GE(range.count(), 0);
          for (int32_t tap = 0; tap < taps; ++tap) {
            const int32_t at = origin + tap * dilation;
            ASSERT_EQ(tap >= range.begin && tap < range.end, at >= 0 && at < size)
                << origin << " " << dilation << " " << taps << " " << size;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace solder
