// What float32 and int8 kernels of sums of products have in common: the loops of a generic kernel
// are written once, for an Arithmetic that loads an input, multiplies, and turns a sum into an
// output.
#pragma once

#include <cstdint>

#include "runtime/base/fixed_point.h"

// Unrolls the loop that follows, whose count is a small constant; without it GCC keeps the sums of
// a block in memory at -O2.
#ifdef __clang__
#define SOLDER_UNROLL _Pragma("unroll")
#else
#define SOLDER_UNROLL _Pragma("GCC unroll 8")
#endif

namespace solder::generic {

struct F32Arithmetic {
  using Element = float;
  using Sum = float;

  const float* bias;
  float activation_min, activation_max;

  Sum load(const float* input) const { return *input; }
  Element finish(Sum sum, int32_t channel) const {
    if (bias != nullptr) sum += bias[channel];
    return clamp(sum, activation_min, activation_max);
  }
};

// Sums are unsigned, because they may wrap.
struct S8Arithmetic {
  using Element = int8_t;
  using Sum = uint32_t;

  const int32_t* bias;
  const Requantization* requantization;
  int32_t requantization_step;  // 1, or 0 where all channels share one
  int32_t input_offset, output_offset, activation_min, activation_max;

  Sum load(const int8_t* input) const { return static_cast<Sum>(*input + input_offset); }
  Element finish(Sum sum, int32_t channel) const {
    if (bias != nullptr) sum += static_cast<Sum>(bias[channel]);
    const int32_t value =
        requantize(static_cast<int32_t>(sum), requantization[channel * requantization_step]);
    return static_cast<int8_t>(
        clamp(wrapping_add(value, output_offset), activation_min, activation_max));
  }
};

// Output channels that are computed together, so that the load of an input serves all of them.
inline constexpr int32_t kChannelBlock = 4;

// The channels from `first` on, and the offsets of their filters, which are `filter_size` long. At
// the end the last channel is repeated to fill the block.
struct ChannelBlock {
  int32_t channels[kChannelBlock];
  int32_t filter_offsets[kChannelBlock];

  ChannelBlock(int32_t first, int32_t end, int32_t filter_size) {
    for (int32_t c = 0; c < kChannelBlock; ++c) {
      channels[c] = first + c < end ? first + c : end - 1;
      filter_offsets[c] = channels[c] * filter_size;
    }
  }

  template <class Arithmetic>
  void store(const Arithmetic& arithmetic, const typename Arithmetic::Sum (&sums)[kChannelBlock],
             typename Arithmetic::Element* output) const {
    SOLDER_UNROLL
    for (int32_t c = 0; c < kChannelBlock; ++c)
      output[channels[c]] = arithmetic.finish(sums[c], channels[c]);
  }
};

// Adds the products of `count` inputs and filter values to sums of kPixels outputs, which lie
// `pixel_step` apart in the input, in each channel of the block.
template <int32_t kPixels, class Arithmetic>
inline void add_products(const Arithmetic& arithmetic, const typename Arithmetic::Element* input,
                         int32_t pixel_step, const typename Arithmetic::Element* filter,
                         const ChannelBlock& block, int32_t count,
                         typename Arithmetic::Sum (&sums)[kPixels][kChannelBlock]) {
  using Sum = typename Arithmetic::Sum;
  for (int32_t i = 0; i < count; ++i) {
    Sum x[kPixels];
    SOLDER_UNROLL
    for (int32_t p = 0; p < kPixels; ++p) x[p] = arithmetic.load(input + p * pixel_step + i);
    SOLDER_UNROLL
    for (int32_t c = 0; c < kChannelBlock; ++c) {
      const auto w = static_cast<Sum>(filter[block.filter_offsets[c] + i]);
      SOLDER_UNROLL
      for (int32_t p = 0; p < kPixels; ++p) sums[p][c] += x[p] * w;
    }
  }
}

}  // namespace solder::generic
