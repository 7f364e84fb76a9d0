#include "runtime/base/fixed_point.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "runtime/base/fixed_point_exp.h"

namespace solder {
namespace {

// The definitions by gemmlowp and TensorFlow Lite, spelled out.

int32_t doubling_high_mul(int32_t a, int32_t b) {
  const bool overflow = a == INT32_MIN && b == INT32_MIN;
  const int64_t product = int64_t{a} * b;
  const int64_t nudge = product >= 0 ? int64_t{1} << 30 : 1 - (int64_t{1} << 30);
  return overflow ? INT32_MAX : static_cast<int32_t>((product + nudge) / (int64_t{1} << 31));
}

int32_t divide_by_pot(int32_t x, int32_t exponent) {
  return static_cast<int32_t>(std::round(std::ldexp(static_cast<double>(x), -exponent)));
}

int32_t multiply_by_quantized_multiplier(int32_t x, Requantization r) {
  const int32_t left = r.shift > 0 ? r.shift : 0;
  const int32_t right = r.shift > 0 ? 0 : -r.shift;
  const auto shifted =
      static_cast<int32_t>(static_cast<uint32_t>(int64_t{x} * (int64_t{1} << left)));
  return divide_by_pot(doubling_high_mul(shifted, r.multiplier), right);
}

// Powers of two and their neighbours, both signs, and random values.
std::vector<int32_t> interesting_values() {
  std::vector<int32_t> values = {0, INT32_MIN, INT32_MIN + 1, INT32_MAX, INT32_MAX - 1};
  for (int32_t bit = 0; bit < 31; ++bit) {
    for (int32_t near = -1; near <= 1; ++near) {
      values.push_back((int32_t{1} << bit) + (bit < 30 ? near : 0));
      values.push_back(-(int32_t{1} << bit) + near);
      values.push_back(static_cast<int32_t>(3 * (int64_t{1} << bit) / 2) + near);
    }
  }
  std::mt19937 random(1);
  for (int32_t i = 0; i < 100; ++i) values.push_back(static_cast<int32_t>(random()));
  return values;
}

TEST(FixedPoint, WrapsAround) {
  EXPECT_EQ(wrapping_add(INT32_MAX, 1), INT32_MIN);
  EXPECT_EQ(wrapping_sub(INT32_MIN, 1), INT32_MAX);
  EXPECT_EQ(wrapping_mul(65536, 65537), 65536);
  EXPECT_EQ(wrapping_shift_left(-3, 30), 0x40000000);
}

TEST(FixedPoint, Clamps) {
  EXPECT_EQ(clamp(-129, -128, 127), -128);
  EXPECT_EQ(clamp(128, -128, 127), 127);
  EXPECT_EQ(clamp(5, -128, 127), 5);
  EXPECT_EQ(clamp(7.0F, 0.0F, 6.0F), 6.0F);
  EXPECT_EQ(clamp(-7.0F, 0.0F, 6.0F), 0.0F);
  EXPECT_TRUE(std::isnan(clamp(NAN, 0.0F, 6.0F)));
}

TEST(FixedPoint, HighMulRoundsHalvesUpwards) {
  EXPECT_EQ(saturating_rounding_doubling_high_mul(1, 1 << 30), 1);
  EXPECT_EQ(saturating_rounding_doubling_high_mul(-1, 1 << 30), 0);
  EXPECT_EQ(saturating_rounding_doubling_high_mul(-3, 1 << 30), -1);
  EXPECT_EQ(saturating_rounding_doubling_high_mul(INT32_MIN, INT32_MIN), INT32_MAX);
  EXPECT_EQ(saturating_rounding_doubling_high_mul(INT32_MIN, INT32_MAX), -INT32_MAX);
}

TEST(FixedPoint, DivisionRoundsHalvesAwayFromZero) {
  EXPECT_EQ(rounding_divide_by_pot(3, 1), 2);
  EXPECT_EQ(rounding_divide_by_pot(-3, 1), -2);
  EXPECT_EQ(rounding_divide_by_pot(5, 2), 1);
  EXPECT_EQ(rounding_divide_by_pot(6, 2), 2);
  EXPECT_EQ(rounding_divide_by_pot(-6, 2), -2);
  EXPECT_EQ(rounding_divide_by_pot(-7, 0), -7);
  EXPECT_EQ(rounding_divide_by_pot(INT32_MIN, 31), -1);
  EXPECT_EQ(rounding_divide_by_pot(INT32_MAX, 31), 1);
}

TEST(FixedPoint, MatchesTheDefinitionsEverywhere) {
  const std::vector<int32_t> values = interesting_values();
  for (const int32_t a : values) {
    for (const int32_t b : values) {
      ASSERT_EQ(saturating_rounding_doubling_high_mul(a, b), doubling_high_mul(a, b))
          << a << " * " << b;
    }
    for (int32_t exponent = 0; exponent <= 31; ++exponent) {
      ASSERT_EQ(rounding_divide_by_pot(a, exponent), divide_by_pot(a, exponent))
          << a << " / 2^" << exponent;
    }
  }
}

TEST(FixedPoint, RequantizesAsTensorFlowLite) {
  const std::vector<int32_t> values = interesting_values();
  for (const int32_t x : values) {
    for (const int32_t multiplier : values) {
      if (multiplier < 0) continue;
      for (int32_t shift = -31; shift <= 30; ++shift) {
        const Requantization r = {multiplier, shift};
        ASSERT_EQ(requantize(x, r), multiply_by_quantized_multiplier(x, r))
            << x << " * " << multiplier << " * 2^" << shift;
      }
    }
  }
}

TEST(FixedPoint, RequantizationTies) {
  const Requantization quarter = {1 << 30, -1};
  EXPECT_EQ(requantize(2, quarter), 1);    // 0.5
  EXPECT_EQ(requantize(-2, quarter), -1);  // -0.5
  EXPECT_EQ(requantize(6, quarter), 2);    // 1.5
  EXPECT_EQ(requantize(-6, quarter), -2);  // -1.5
  EXPECT_EQ(requantize(1, quarter), 1);    // 0.25 is rounded twice: 0.5, then 1
  EXPECT_EQ(requantize(-1, quarter), 0);   // -0.25: -0.5 is rounded up first
}

TEST(FixedPoint, FindsMultipliers) {
  const auto expect = [](double factor, int32_t multiplier, int32_t shift) {
    const Requantization r = quantize_multiplier(factor);
    EXPECT_EQ(r.multiplier, multiplier) << factor;
    EXPECT_EQ(r.shift, shift) << factor;
  };
  expect(0, 0, 0);
  expect(-1, 0, 0);
  expect(NAN, 0, 0);
  expect(1, 1 << 30, 1);
  expect(0.5, 1 << 30, 0);
  expect(0.75, 3 << 29, 0);
  expect(1 - 0x1p-40, 1 << 30, 1);  // rounds up to 1
  expect(0x1p-32, 1 << 30, -31);
  expect(0x1p-33, 0, 0);
  expect(0x1p29, 1 << 30, 30);
  expect(0x1p40, INT32_MAX, 30);

  std::mt19937 random(2);
  for (int32_t i = 0; i < 1000; ++i) {
    const double factor = std::ldexp(1.0 + static_cast<double>(random()) / 0x1p32,
                                     static_cast<int32_t>(random() % 50) - 25);
    const Requantization r = quantize_multiplier(factor);
    EXPECT_NEAR(std::ldexp(r.multiplier, r.shift - 31) / factor, 1, 0x1p-31);
  }
}

struct Pair {
  int32_t x, y;
};

// From an implementation of gemmlowp's formulas in arbitrary-precision integers.
TEST(FixedPointExp, KnownBits) {
  for (const Pair& p : {Pair{-1, 2147483124},
                        {-12345, 2147088157},
                        {-16777216, 1672462419},
                        {-16777217, 1672461539},
                        {-67108864, 790015308},
                        {-(1 << 25) - (1 << 23), 1149465166},
                        {-(1 << 27) - (1 << 23), 256480347},
                        {-(1 << 28) - (1 << 23), 34710840},
                        {-(1 << 29) - (1 << 23), 635752},
                        {-123456789, 341177383},
                        {-(1 << 30) - (1 << 23), 214},
                        {INT32_MIN, 0},
                        {0, INT32_MAX}})
    EXPECT_EQ(exp_on_negative_values(p.x, 5), p.y) << p.x;
  for (const Pair& p : {Pair{-1, 2147483140},
                        {-12345, 2147285647},
                        {-16777216, 1895147668},
                        {-16777217, 1895147654},
                        {-67108864, 1302515042},
                        {-123456789, 855963115},
                        {-1073741824, 720401},
                        {INT32_MIN, 242},
                        {0, INT32_MAX}})
    EXPECT_EQ(exp_on_negative_values(p.x, 4), p.y) << p.x;
  for (const Pair& p : {Pair{0, INT32_MAX},
                        {1, INT32_MAX},
                        {1 << 20, 2146435584},
                        {1 << 30, 1431655762},
                        {123456789, 2030738432},
                        {2000000000, 1111923858},
                        {INT32_MAX, 1073741820}})
    EXPECT_EQ(one_over_one_plus(p.x), p.y) << p.x;
  for (const Pair& p : {Pair{0, 1 << 30},
                        {1, 1073741948},
                        {-1, 1073741699},
                        {1 << 27, 1569936226},
                        {-(1 << 27), 577547421},
                        {345678901, 1995589162},
                        {-987654321, 1367271},
                        {INT32_MAX, 2147483406}})
    EXPECT_EQ(logistic(p.x, 4), p.y) << p.x;
}

TEST(FixedPointExp, IsCloseToTheFunctions) {
  std::mt19937 random(3);
  for (int32_t i = 0; i < 20000; ++i) {
    const auto x = static_cast<int32_t>(random());
    const auto negative = static_cast<int32_t>(x | INT32_MIN);
    EXPECT_NEAR(exp_on_negative_values(negative, 5) * 0x1p-31, std::exp(negative * 0x1p-26), 1e-6);
    EXPECT_NEAR(logistic(x, 4) * 0x1p-31, 1 / (1 + std::exp(-x * 0x1p-27)), 1e-6);
    const int32_t positive = (x & INT32_MAX) | 1;
    const Reciprocal r = reciprocal(positive, 12);
    EXPECT_NEAR(std::ldexp(r.value, -31 - r.bits_over_unit) * (positive * 0x1p-19), 1, 1e-6);
  }
}

TEST(FixedPointExp, ShiftsSaturate) {
  EXPECT_EQ(saturating_shift_left(1 << 29, 1), 1 << 30);
  EXPECT_EQ(saturating_shift_left(1 << 30, 1), INT32_MAX);
  EXPECT_EQ(saturating_shift_left(-(1 << 30), 1), INT32_MIN);
  EXPECT_EQ(saturating_shift_left(-(1 << 30) - 1, 1), INT32_MIN);
  EXPECT_EQ(saturating_shift_left(-1, 31), INT32_MIN);
}

}  // namespace
}  // namespace solder
