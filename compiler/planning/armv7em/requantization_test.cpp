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
  for (const int32_t shift : {10, 12}) {
    int hits = 0;
    for (int32_t right_shift = 1; right_shift <= 22; ++right_shift) {
      for (int32_t i = 0; i < 20; ++i) {
        const Requantization r = {static_cast<int32_t>((1U << 30) | (random() & 0x3FFFFFFF)),
                                  -right_shift};
        auto packed = pack_requantization(r, static_cast<int32_t>(random() % 256) - 128);
        ASSERT_TRUE(packed);
        packed->bias = 2 * (static_cast<int32_t>(random() % 100000) - 50000);
        const auto scaled = scale_requantization({*packed}, shift, kFilter, 2);
        // Inputs are from -128 to 127.
        if (scaled) expect_same_scaled(*packed, (*scaled)[0], shift, 2 * 127 * (128 + 127));
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

// What the kernel makes of 576 times a sum without bias.
int32_t winograd_4x4(int32_t sum, const Winograd4x4Requantization& r) {
  const uint32_t product = 576 * static_cast<uint32_t>(sum) + static_cast<uint32_t>(r.bias);
  const auto v = static_cast<int32_t>(product * static_cast<uint32_t>(r.inverse));
  const int32_t rounding = r.rounding + (v < 0 ? r.below_zero : 0);
  return dsp::ssat8(dsp::smmla(v, r.multiplier, rounding) >> r.right_shift);
}

// Around every sum where the output changes, and at the largest.
TEST(Armv7emRequantization, Winograd4x4RoundsAsTheReferenceDoes) {
  constexpr int32_t kLargest = (1 << 25) - 1;  // times 2^6 it fits
  std::mt19937 random(3);
  int fastest = 0;
  for (int32_t i = 0; i < 17 * 40; ++i) {
    const int32_t shift = 1 + i % 17;
    const Requantization r = {
        i < 17 ? 1 << 30 : static_cast<int32_t>((1U << 30) | (random() & 0x3FFFFFFF)), -shift};
    const int32_t zero_point = static_cast<int32_t>(random() % 256) - 128;
    auto packed = pack_requantization(r, zero_point);
    ASSERT_TRUE(packed);
    const int32_t bias = static_cast<int32_t>(random() % 20001) - 10000;
    packed->bias = 2 * bias;
    const int32_t largest = random() % 2 == 0 ? kLargest : std::min(kLargest, 2048 << shift);
    const auto any = winograd_4x4_requantization(*packed, largest, false);
    const auto relu = winograd_4x4_requantization(*packed, largest, true);
    ASSERT_TRUE(any && relu);
    fastest += any->right_shift == winograd::kRightShift4x4;
    const auto check = [&](int64_t sum) {
      sum = std::clamp<int64_t>(sum, -largest, largest);
      const auto with_bias = static_cast<int32_t>(sum);
      const int32_t expected = clamp(requantize(with_bias, r) + zero_point, -128, 127);
      ASSERT_EQ(winograd_4x4(with_bias - bias, *any), expected)
          << "sum " << sum << ", multiplier " << r.multiplier << ", shift " << shift;
      ASSERT_EQ(std::max(winograd_4x4(with_bias - bias, *relu), zero_point),
                std::max(expected, zero_point))
          << "sum " << sum << ", multiplier " << r.multiplier << ", shift " << shift;
    };
    for (int64_t output = -257; output <= 257; ++output) {
      const int64_t step = ((2 * output + 1) << (30 + shift)) / r.multiplier;
      for (int32_t near = -3; near <= 3; ++near) check(step + near);
    }
    check(largest), check(-int64_t{largest});
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(fastest, 200);
}

TEST(Armv7emRequantization, Winograd4x4RefusesLargeShifts) {
  EXPECT_TRUE(winograd_4x4_requantization({0, 1 << 30, 0, 17}, 1, false));
  EXPECT_FALSE(winograd_4x4_requantization({0, 1 << 30, 0, 18}, 1, false));
}

}  // namespace
}  // namespace solder::compiler::armv7em
