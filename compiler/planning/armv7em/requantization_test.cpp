#include "compiler/planning/armv7em/requantization.h"

#include <gtest/gtest.h>

#include <random>

#include "runtime/kernels/armv7em/requantize.h"

namespace solder::compiler::armv7em {
namespace {

TEST(Armv7emRequantization, RoundsAsTheReferenceDoes) {
  std::mt19937 random(1);
  for (int32_t shift = -22; shift <= -1; ++shift) {
    for (int32_t i = 0; i < 3000; ++i) {
      const auto multiplier = static_cast<int32_t>((1U << 30) | (random() & 0x3FFFFFFF));
      const Requantization r = {i % 100 == 0 ? 1 << 30 : multiplier, shift};
      const int32_t zero_point = static_cast<int32_t>(random() % 256) - 128;
      const auto packed = pack_requantization(r, zero_point);
      ASSERT_TRUE(packed);
      // Small ones, where rounding shows, and all that may be doubled.
      const int32_t sum = static_cast<int32_t>(random()) >> (1 + random() % 30);
      const int32_t expected = clamp(requantize(sum, r) + zero_point, -128, 127);
      EXPECT_EQ(solder::armv7em::requantize(2 * sum, *packed), expected)
          << "sum " << sum << ", multiplier " << r.multiplier << ", shift " << shift;
    }
  }
}

TEST(Armv7emRequantization, RefusesWhatItCannotExpress) {
  EXPECT_FALSE(pack_requantization({1 << 30, 0}, 0));
  EXPECT_FALSE(pack_requantization({1 << 30, -23}, 0));
  EXPECT_TRUE(pack_requantization({0, -31}, 5));
  const Requantization r = {1 << 30, -5};
  const int8_t filter[] = {127, -127};
  // 128 * 254 from the products, and twice the sum has to fit.
  const int32_t largest = (1 << 30) - 128 * 254 - 1;
  const int32_t bias[] = {largest, largest + 1};
  EXPECT_TRUE(pack_requantization({&bias[0], &r, 0, 0, 0}, filter, 1, 2));
  EXPECT_FALSE(pack_requantization({&bias[1], &r, 0, 0, 0}, filter, 1, 2));
}

}  // namespace
}  // namespace solder::compiler::armv7em
