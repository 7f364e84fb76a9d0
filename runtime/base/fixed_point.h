// Fixed-point arithmetic of TensorFlow Lite's integer kernels, rounding included. A real factor
// is multiplier * 2^(shift - 31), multiplier in [2^30, 2^31) or 0, shift in [-31, 30].
#pragma once

#include <cstdint>

namespace solder {

struct Requantization {
  int32_t multiplier = 0;
  int32_t shift = 0;
};

// Two's complement sums, shifts and products: a hostile model may overflow, and must not fault.
constexpr int32_t wrapping_add(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}
constexpr int32_t wrapping_sub(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) - static_cast<uint32_t>(b));
}
constexpr int32_t wrapping_mul(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) * static_cast<uint32_t>(b));
}
constexpr int32_t wrapping_shift_left(int32_t a, int32_t bits) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) << bits);
}

constexpr int32_t clamp(int32_t x, int32_t low, int32_t high) {
  return x < low ? low : x > high ? high : x;
}
// NaN stays NaN.
constexpr float clamp(float x, float low, float high) {
  return x < low ? low : x > high ? high : x;
}

// round(a * b / 2^31), halves upwards; gemmlowp's SaturatingRoundingDoublingHighMul.
constexpr int32_t saturating_rounding_doubling_high_mul(int32_t a, int32_t b) {
  if (a == INT32_MIN && b == INT32_MIN) return INT32_MAX;
  return static_cast<int32_t>((static_cast<int64_t>(a) * b + (int64_t{1} << 30)) >> 31);
}

// round(x / 2^exponent), halves away from zero, exponent in [0, 31]; gemmlowp's
// RoundingDivideByPOT.
constexpr int32_t rounding_divide_by_pot(int32_t x, int32_t exponent) {
  const auto mask = static_cast<int32_t>((int64_t{1} << exponent) - 1);
  const int32_t remainder = x & mask;
  const int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

// x * multiplier * 2^(shift - 31), rounded twice as TensorFlow Lite's
// MultiplyByQuantizedMultiplier does by default: rounding_divide_by_pot(
// saturating_rounding_doubling_high_mul(x * 2^max(shift, 0), multiplier), max(-shift, 0)), in fewer
// steps because a multiplier >= 0 saturates nothing.
constexpr int32_t requantize(int32_t x, Requantization r) {
  const int32_t left = r.shift > 0 ? r.shift : 0;
  const int64_t product = static_cast<int64_t>(wrapping_shift_left(x, left)) * r.multiplier;
  const auto high = static_cast<int32_t>((product + (int64_t{1} << 30)) >> 31);
  if (r.shift >= 0) return high;
  const int32_t rounds_away_from_zero = high + (high >> 31);
  return ((rounds_away_from_zero >> (-r.shift - 1)) + 1) >> 1;
}

// The same for a sum of 64 bits, |x| < 2^47, shift in [-31, 14]: rounded once, but with a
// multiplier of 16 bits, as TensorFlow Lite's MultiplyByQuantizedMultiplier of an int64_t does. (It
// promises less, shifts of 7 at most, but computes the same.)
inline constexpr int32_t kMaxWideShift = 14;
constexpr int32_t requantize_wide(int64_t x, Requantization r) {
  const int32_t multiplier = r.multiplier < 0x7FFF0000 ? (r.multiplier + (1 << 15)) >> 16 : 0x7FFF;
  const int32_t right = 15 - r.shift;
  return static_cast<int32_t>((x * multiplier + (int64_t{1} << (right - 1))) >> right);
}

// The Requantization nearest to `factor`, which is not negative: TensorFlow Lite's
// QuantizeMultiplier. Factors too small for a right shift of 31 become 0, too large ones saturate.
Requantization quantize_multiplier(double factor);

}  // namespace solder
