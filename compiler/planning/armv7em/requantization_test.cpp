#include "compiler/planning/armv7em/requantization.h"

#include <gtest/gtest.h>

#include <algorithm>
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

// Every sum that a channel of two weights and this bias can have.
void expect_same_scaled(const PackedRequantization& packed, const PackedRequantization& scaled,
                        int32_t shift, int32_t magnitude) {
  const int32_t zero_point = packed.rounding >> packed.right_shift;
  const int32_t factor = 1 << scaled.right_shift, added = scaled.bias - factor * packed.bias;
  for (int32_t twice = packed.bias - magnitude; twice <= packed.bias + magnitude; twice += 2) {
    const int32_t expected = std::max(solder::armv7em::requantize(twice, packed), zero_point);
    const int32_t product =
        dsp::smmla(factor * twice + added, scaled.multiplier, scaled.rounding) >> shift;
    ASSERT_EQ(std::max(dsp::ssat8(product), zero_point), expected)
        << "sum " << twice / 2 << ", multiplier " << packed.multiplier << ", shift "
        << packed.right_shift;
  }
}

TEST(Armv7emRequantization, ScaledIsTheSameOfEverySum) {
  constexpr int8_t kFilter[] = {127, -127};
  std::mt19937 random(2);
  for (const int32_t shift : {10, 13}) {
    int hits = 0;
    for (int32_t right_shift = 1; right_shift <= 22; ++right_shift) {
      for (int32_t i = 0; i < 20; ++i) {
        const Requantization r = {static_cast<int32_t>((1U << 30) | (random() & 0x3FFFFFFF)),
                                  -right_shift};
        auto packed = pack_requantization(r, static_cast<int32_t>(random() % 256) - 128);
        ASSERT_TRUE(packed);
        packed->bias = 2 * (static_cast<int32_t>(random() % 100000) - 50000);
        const auto scaled = scale_requantization({*packed}, shift, kFilter, 2);
        if (scaled) expect_same_scaled(*packed, (*scaled)[0], shift, 2 * 128 * 254);
        if (HasFatalFailure()) return;
        // Always when a scale makes up for the shift.
        if (right_shift < shift) {
          EXPECT_EQ(scaled.has_value(), shift - right_shift <= kMaxScale);
        }
        hits += scaled.has_value();
      }
    }
    EXPECT_GT(hits, 300);
  }
}

TEST(Armv7emRequantization, ScalesOnlyWhatFits) {
  const int8_t filter[] = {127, -127};
  const auto can_scale = [&](int32_t bias) {
    const PackedRequantization r = {bias, 1 << 30, 1 << 5, 6};
    return scale_requantization({r}, 13, filter, 2).has_value();
  };
  // 2 * 128 * 254 from the products, times 2^7.
  const int32_t largest = (1 << 24) - 1 - 2 * 128 * 254;
  EXPECT_TRUE(can_scale(-largest));
  EXPECT_FALSE(can_scale(largest + 1));
}

}  // namespace
}  // namespace solder::compiler::armv7em
