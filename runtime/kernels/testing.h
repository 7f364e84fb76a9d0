// For tests and benchmarks of kernels (host only): seeded random tensors, calling a kernel of any
// set, comparing outputs. Values are the same on every machine.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "runtime/kernels/kernel_list.h"

namespace solder::testing {

// The sets that must agree with the reference.
inline const KernelSet* const kVariants[] = {&kGenericKernels};

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}

  // In [low, high].
  int32_t integer(int32_t low, int32_t high) {
    const int64_t range = int64_t{high} - low + 1;
    return static_cast<int32_t>(low + static_cast<int64_t>(engine_()) % range);
  }
  float real(float low, float high) {
    return low + (high - low) * (static_cast<float>(engine_() >> 8) / 16777216.0F);
  }
  template <class T, size_t N>
  T one_of(const T (&values)[N]) {
    return values[static_cast<size_t>(integer(0, N - 1))];
  }

  template <class T>
  std::vector<T> tensor(int64_t elements) {
    std::vector<T> values(static_cast<size_t>(elements));
    for (T& v : values) {
      if constexpr (std::is_same_v<T, float>) {
        v = real(-1.0F, 1.0F);
      } else if constexpr (std::is_same_v<T, int8_t>) {
        v = static_cast<int8_t>(integer(-128, 127));
      } else if constexpr (std::is_same_v<T, int16_t>) {
        v = static_cast<int16_t>(integer(INT16_MIN, INT16_MAX));
      } else {
        v = static_cast<T>(integer(-20000, 20000));
      }
    }
    return values;
  }

  // Scales of weights: powers of two, with which scaling a sum rounds as scaling its terms does.
  std::vector<float> weight_scales(int32_t channels) {
    std::vector<float> values(static_cast<size_t>(channels));
    for (float& v : values) v = std::ldexp(1.0F, integer(-9, -7));
    return values;
  }

  // Factors that bring sums of up to `depth` products into the range of the output and beyond. The
  // same factors serve int16 inputs and outputs.
  std::vector<Requantization> requantizations(int32_t channels, int32_t depth,
                                              int32_t max_shift = 30) {
    std::vector<Requantization> values(static_cast<size_t>(channels));
    for (Requantization& r : values) {
      r.multiplier = integer(1 << 30, INT32_MAX);
      r.shift = -6 - static_cast<int32_t>(std::log2(depth)) / 2 + integer(-1, 1);
      if (integer(0, 31) == 0) r = {integer(1 << 30, INT32_MAX), integer(-31, max_shift)};
      if (integer(0, 63) == 0) r = {0, 0};
    }
    return values;
  }

 private:
  std::mt19937 engine_;
};

// The inclusive bounds of an int8 activation: mostly none, else RELU-like or narrow.
struct ActivationRange {
  int32_t min, max;
};
inline ActivationRange random_activation(Random& random) {
  constexpr ActivationRange kRanges[] = {{-128, 127}, {-128, 127}, {0, 127}, {-5, 90}, {7, 7}};
  return random.one_of(kRanges);
}

inline ActivationRange random_activation_s16(Random& random) {
  constexpr ActivationRange kRanges[] = {
      {INT16_MIN, INT16_MAX}, {INT16_MIN, INT16_MAX}, {0, INT16_MAX}, {-5, 9000}, {7, 7}};
  return random.one_of(kRanges);
}

// How a filter slides along one axis: without padding, or with as much as a filter can bear.
struct Axis {
  int32_t size, taps, stride, dilation, pad, outputs;
};
inline Axis random_axis(Random& random, bool may_dilate) {
  Axis axis = {};
  axis.taps = random.integer(1, 5);
  axis.stride = random.integer(1, 3);
  axis.dilation = may_dilate && random.integer(0, 3) == 0 ? random.integer(2, 3) : 1;
  const int32_t reach = (axis.taps - 1) * axis.dilation + 1;
  if (random.integer(0, 1) == 0) {
    axis.size = reach + random.integer(0, 8);
    axis.outputs = (axis.size - reach) / axis.stride + 1;
  } else {
    axis.size = random.integer(1, 9);
    axis.pad = random.integer(0, reach - 1);
    axis.outputs = (axis.size - 1) / axis.stride + 1;
  }
  return axis;
}

inline int32_t random_channels(Random& random) {
  constexpr int32_t kChannels[] = {1, 2, 3, 4, 5, 7, 8, 13, 16, 31, 67};
  return random.one_of(kChannels);
}
// Both ends and what lies between.
inline int32_t random_zero_point(Random& random) {
  constexpr int32_t kZeroPoints[] = {-128, -127, -1, 0, 3, 127};
  return random.one_of(kZeroPoints);
}

// An output followed by elements that no kernel may touch.
template <class T>
class GuardedOutput {
 public:
  explicit GuardedOutput(int64_t elements)
      : elements_(static_cast<size_t>(elements)), values_(elements_ + kGuard, kUntouched) {}

  T* data() { return values_.data(); }
  bool guard_is_intact() const {
    for (size_t i = elements_; i < values_.size(); ++i)
      if (values_[i] != kUntouched) return false;
    return true;
  }
  std::vector<T> values() const {
    return {values_.begin(), values_.begin() + static_cast<ptrdiff_t>(elements_)};
  }

 private:
  static constexpr size_t kGuard = 16;
  static constexpr T kUntouched = 99;
  size_t elements_;
  std::vector<T> values_;
};

// Runs a kernel of a set and returns its output of `elements` elements.
template <class T, class Params, class... Inputs>
std::vector<T> run(const KernelSet& set, KernelId kernel, const Params& params, int64_t elements,
                   const Inputs*... inputs) {
  GuardedOutput<T> output(elements);
  void* const operands[] = {const_cast<void*>(static_cast<const void*>(inputs))..., output.data()};
  set[kernel](&params, operands);
  return output.guard_is_intact() ? output.values() : std::vector<T>{};
}

// Empty when the outputs agree, else where they do not. Floats may differ by 64 ulps of the larger
// of the value and 1, because a compiler may fuse products and sums in one kernel and not another.
template <class T>
std::string difference(const std::vector<T>& expected, const std::vector<T>& actual) {
  if (expected.size() != actual.size()) return "wrote beyond its end";
  for (size_t i = 0; i < expected.size(); ++i) {
    bool same = expected[i] == actual[i];
    if constexpr (std::is_same_v<T, float>) {
      const float magnitude = std::fmax(1.0F, std::fabs(expected[i]));
      same = same || (std::isnan(expected[i]) && std::isnan(actual[i])) ||
             std::fabs(expected[i] - actual[i]) <=
                 64 * magnitude * std::numeric_limits<float>::epsilon();
    }
    if (!same) {
      std::ostringstream text;
      text << "[" << i << "] of " << expected.size() << " is " << +actual[i] << ", not "
           << +expected[i];
      return text.str();
    }
  }
  return "";
}

// The fields of a parameter struct on one line.
class Description {
 public:
  template <class Value>
  void operator()(const char* name, const Value& value) {
    if constexpr (std::is_arithmetic_v<Value>) {
      text_ << name << "=" << value << " ";
    } else if constexpr (std::is_array_v<Value>) {
      for (const auto& element : value) (*this)(name, element);
    } else if constexpr (std::is_same_v<Value, Requantization>) {
      text_ << name << "=" << value.multiplier << "*2^" << value.shift << " ";
    } else {
      value.visit(*this);
    }
  }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
};
template <class Params>
std::string describe(const Params& params) {
  Description description;
  params.visit(description);
  return description.text();
}

// Requantization written down plainly: round(x * multiplier / 2^31), halves upwards, then
// round(y / 2^right), halves away from zero. A long double holds the products exactly.
inline int32_t plainly_requantized(int64_t x, Requantization r) {
  const int32_t left = r.shift > 0 ? r.shift : 0;
  const auto wrapped = static_cast<int32_t>(static_cast<uint32_t>(x) << left);
  const long double product = static_cast<long double>(wrapped) * r.multiplier;
  const long double high = std::floor(product / 0x1p31L + 0.5L);
  return static_cast<int32_t>(std::round(std::ldexp(high, r.shift - left)));
}

// The same of sums of 64 bits: round(x * m * 2^(shift - 15)), halves upwards, with m the multiplier
// in 16 bits.
inline int32_t plainly_requantized_wide(int64_t x, Requantization r) {
  const long double rounded = std::floor(static_cast<long double>(r.multiplier) / 0x1p16L + 0.5L);
  const long double m = std::fmin(rounded, 32767.0L);
  const long double value = std::ldexp(static_cast<long double>(x) * m, r.shift - 15);
  return static_cast<int32_t>(static_cast<int64_t>(std::floor(value + 0.5L)));
}

// An int16 output of a sum with its bias, of `sum_bits`.
inline int16_t plain_output_s16(int64_t sum, Requantization r, int32_t sum_bits,
                                ActivationRange range) {
  const int64_t value =
      sum_bits == 32 ? plainly_requantized(sum, r) : plainly_requantized_wide(sum, r);
  return static_cast<int16_t>(value < range.min   ? range.min
                              : value > range.max ? range.max
                                                  : value);
}

// An int8 output as the integer kernels make it of a sum.
inline int8_t plain_output(int64_t sum, Requantization r, int32_t offset, ActivationRange range) {
  int64_t value = int64_t{plainly_requantized(sum, r)} + offset;
  if (value < range.min) value = range.min;
  if (value > range.max) value = range.max;
  return static_cast<int8_t>(value);
}

}  // namespace solder::testing
