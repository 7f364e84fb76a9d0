// The transcendental functions of TensorFlow Lite's integer kernels, bit for bit as gemmlowp
// computes them: exp by a polynomial and a product of powers of e, reciprocals by Newton's method.
// A Qm.n value is an int32_t that counts 2^-n, with n = 31 - m.
#pragma once

#include <bit>
#include <cassert>
#include <cstdint>

#include "runtime/base/fixed_point.h"

namespace solder {

// x * 2^bits, held in the range of int32_t.
constexpr int32_t saturating_shift_left(int32_t x, int32_t bits) {
  const int64_t shifted = static_cast<int64_t>(x) * (int64_t{1} << bits);
  return shifted > INT32_MAX   ? INT32_MAX
         : shifted < INT32_MIN ? INT32_MIN
                               : static_cast<int32_t>(shifted);
}

// exp(a) in Q0.31 for a in [-1/4, 0), itself in Q0.31: the Taylor polynomial around -1/8.
constexpr int32_t exp_on_last_quarter(int32_t a) {
  constexpr int32_t kExpOfMinusOneEighth = 1895147668;
  constexpr int32_t kOneThird = 715827883;
  const int32_t x = a + (1 << 28);
  const int32_t x2 = saturating_rounding_doubling_high_mul(x, x);
  const int32_t x3 = saturating_rounding_doubling_high_mul(x2, x);
  const int32_t x4 = saturating_rounding_doubling_high_mul(x2, x2);
  // x^2/2 + x^3/6 + x^4/24 = ((x^4/4 + x^3)/3 + x^2)/2
  const int32_t third =
      saturating_rounding_doubling_high_mul(rounding_divide_by_pot(x4, 2) + x3, kOneThird);
  const int32_t powers = x + rounding_divide_by_pot(third + x2, 1);
  return kExpOfMinusOneEighth + saturating_rounding_doubling_high_mul(kExpOfMinusOneEighth, powers);
}

// exp(a) in Q0.31 for a <= 0 with `integer_bits` in [2, 5] integer bits.
constexpr int32_t exp_on_negative_values(int32_t a, int32_t integer_bits) {
  assert(integer_bits >= 2 && integer_bits <= 5);
  // exp(-2^i) in Q0.31 for i = -2 .. 4
  constexpr int32_t kExpOfMinusPowerOfTwo[] = {1672461947, 1302514674, 790015084, 290630308,
                                               39332535,   720401,     242};
  if (a == 0) return INT32_MAX;
  const int32_t quarter = 1 << (31 - integer_bits - 2);
  const int32_t in_last_quarter = (a & (quarter - 1)) - quarter;
  const int32_t remainder = wrapping_sub(in_last_quarter, a);  // a multiple of 1/4, >= 0
  int32_t result = exp_on_last_quarter(in_last_quarter * (1 << integer_bits));
  for (int32_t i = 0; i < integer_bits + 2; ++i) {
    if ((remainder & (quarter << i)) != 0)
      result = saturating_rounding_doubling_high_mul(result, kExpOfMinusPowerOfTwo[i]);
  }
  return result;
}

inline constexpr int32_t kOneInQ2 = 1 << 29;

// 2 / (1 + a) in Q2.29 for a in [0, 1) in Q0.31.
constexpr int32_t two_over_one_plus(int32_t a) {
  assert(a >= 0);
  constexpr int32_t k48Over17 = 1515870810;
  constexpr int32_t kMinus32Over17 = -1010580540;
  const auto half_denominator =
      static_cast<int32_t>((static_cast<uint32_t>(a) + (uint32_t{1} << 31)) >> 1);
  int32_t x = k48Over17 + saturating_rounding_doubling_high_mul(half_denominator, kMinus32Over17);
  for (int32_t step = 0; step < 3; ++step) {
    const int32_t error = kOneInQ2 - saturating_rounding_doubling_high_mul(half_denominator, x);
    x += saturating_shift_left(saturating_rounding_doubling_high_mul(x, error), 2);
  }
  return x;
}

// 1 / (1 + a) in Q0.31 for a in [0, 1) in Q0.31.
constexpr int32_t one_over_one_plus(int32_t a) {
  return saturating_shift_left(two_over_one_plus(a), 1);
}

// The reciprocal of x > 0, which has `integer_bits` integer bits, as value * 2^-bits_over_unit with
// value in Q0.31.
struct Reciprocal {
  int32_t value;
  int32_t bits_over_unit;
};
constexpr Reciprocal reciprocal(int32_t x, int32_t integer_bits) {
  assert(x > 0);
  const int32_t headroom = std::countl_zero(static_cast<uint32_t>(x));
  const uint32_t fraction = (static_cast<uint32_t>(x) << headroom) - (uint32_t{1} << 31);
  return {.value = one_over_one_plus(static_cast<int32_t>(fraction)),
          .bits_over_unit = integer_bits - headroom};
}

// 1 / (1 + exp(-a)) in Q0.31, a with `integer_bits` in [2, 5] integer bits.
constexpr int32_t logistic(int32_t a, int32_t integer_bits) {
  if (a == 0) return 1 << 30;
  const int32_t minus_magnitude = a > 0 ? -a : a;
  const int32_t of_magnitude =
      one_over_one_plus(exp_on_negative_values(minus_magnitude, integer_bits));
  return a > 0 ? of_magnitude : INT32_MAX - of_magnitude;
}

// tanh(a) in Q0.31, a with `integer_bits` in [1, 4] integer bits:
// (1 - exp(-2|a|)) / (1 + exp(-2|a|)) with the sign of a.
constexpr int32_t tanh(int32_t a, int32_t integer_bits) {
  if (a == 0) return 0;
  // 2a is a with one more integer bit.
  const int32_t exp_of_twice = exp_on_negative_values(a > 0 ? -a : a, integer_bits + 1);
  const int32_t of_magnitude = saturating_shift_left(two_over_one_plus(exp_of_twice) - kOneInQ2, 2);
  return a > 0 ? of_magnitude : -of_magnitude;
}

}  // namespace solder
