// The arithmetic of kernels that sum products: how an input and a weight are loaded, and how a sum
// becomes an output. Loops are written once, for any of these and any type of weights.
#pragma once

#include <cstdint>

#include "runtime/base/fixed_point.h"

namespace solder {

struct F32Arithmetic {
  using Element = float;
  using Sum = float;
  // Neighbouring outputs that are best computed together, as many as registers hold the sums of.
  static constexpr int32_t kPixels = 2;

  const float* bias;  // may be null
  float activation_min, activation_max;

  Sum load(const float* input) const { return *input; }
  static Sum weight(float value) { return value; }
  Element finish(Sum sum, int32_t channel) const {
    if (bias != nullptr) sum += bias[channel];
    return clamp(sum, activation_min, activation_max);
  }
};

// float32 inputs and outputs, int8 weights.
struct F32S8Arithmetic {
  using Element = float;
  using Sum = float;
  static constexpr int32_t kPixels = 2;

  const float* scale;  // of the weights of each channel
  const float* bias;   // may be null
  float activation_min, activation_max;

  Sum load(const float* input) const { return *input; }
  static Sum weight(int8_t value) { return static_cast<Sum>(value); }
  Element finish(Sum sum, int32_t channel) const {
    sum *= scale[channel];
    if (bias != nullptr) sum += bias[channel];
    return clamp(sum, activation_min, activation_max);
  }
};

// Sums are unsigned, because they may wrap.
struct S8Arithmetic {
  using Element = int8_t;
  using Sum = uint32_t;
  static constexpr int32_t kPixels = 1;

  const int32_t* bias;  // may be null
  const Requantization* requantization;
  int32_t requantization_step;  // 1, or 0 where all channels share one
  int32_t input_offset, output_offset, activation_min, activation_max;

  Element padding() const { return static_cast<Element>(-input_offset); }
  Sum load(const int8_t* input) const { return static_cast<Sum>(*input + input_offset); }
  static Sum weight(int8_t value) { return static_cast<Sum>(value); }
  Element finish(Sum sum, int32_t channel) const {
    if (bias != nullptr) sum += static_cast<Sum>(bias[channel]);
    const int32_t value =
        requantize(static_cast<int32_t>(sum), requantization[channel * requantization_step]);
    return static_cast<int8_t>(
        clamp(wrapping_add(value, output_offset), activation_min, activation_max));
  }
};

// Weights that have a zero point.
struct S8OffsetArithmetic : S8Arithmetic {
  int32_t filter_offset;

  Sum weight(int8_t value) const { return static_cast<Sum>(value + filter_offset); }
};

// int16 inputs and outputs of zero point 0, int8 weights; a sum with its bias stays below 2^47. As
// in TensorFlow Lite Micro, sums are 32 bits wide (they may wrap) or 64, and rounded accordingly.
struct S16Arithmetic {
  using Element = int16_t;
  using Sum = int64_t;
  static constexpr int32_t kPixels = 1;

  const int64_t* bias;  // may be null
  const Requantization* requantization;
  int32_t requantization_step;  // 1, or 0 where all channels share one
  int32_t sum_bits;             // 32 or 64
  int32_t activation_min, activation_max;

  Element padding() const { return 0; }
  Sum load(const int16_t* input) const { return *input; }
  static Sum weight(int8_t value) { return value; }
  Element finish(Sum sum, int32_t channel) const {
    if (bias != nullptr) sum += bias[channel];
    const Requantization r = requantization[channel * requantization_step];
    const int32_t value =
        sum_bits == 32 ? requantize(static_cast<int32_t>(sum), r) : requantize_wide(sum, r);
    return static_cast<int16_t>(clamp(value, activation_min, activation_max));
  }
};

}  // namespace solder
