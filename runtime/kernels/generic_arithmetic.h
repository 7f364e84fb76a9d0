// What float32 and int8 kernels of sums of products have in common: the loops of a generic kernel
// are written once, for an Arithmetic that loads an input, multiplies, and turns a sum into an
// output, and for a type of weights.
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
  // Neighbouring outputs that are computed together, as many as registers hold the sums of.
  static constexpr int32_t kPixels = 2;

  const float* bias;  // may be null
  float activation_min, activation_max;

  Sum load(const float* input) const { return *input; }
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

// The sums of a block for kPixels outputs.
template <int32_t kPixels, class Arithmetic>
using BlockSums = typename Arithmetic::Sum[kPixels][kChannelBlock];

// The channels from `first` on, of those before `end`. At the end the last channel is repeated to
// fill the block.
struct ChannelBlock {
  int32_t first, count;
  int32_t filter_offsets[kChannelBlock];

  ChannelBlock(int32_t first_channel, int32_t end, int32_t filter_size)
      : first(first_channel), count(end - first < kChannelBlock ? end - first : kChannelBlock) {
    SOLDER_UNROLL
    for (int32_t c = 0; c < kChannelBlock; ++c)
      filter_offsets[c] = (first + (c < count ? c : count - 1)) * filter_size;
  }
};

// Adds the products of `size` inputs and filter values to the sums of a block. The outputs' inputs
// lie `pixel_step` apart.
template <int32_t kPixels, class Arithmetic, class Element, class Weight>
inline void add_products(const Arithmetic& arithmetic, const ChannelBlock& block,
                         const Element* input, int32_t pixel_step, const Weight* filter,
                         int32_t size, BlockSums<kPixels, Arithmetic>& sums) {
  using Sum = typename Arithmetic::Sum;
  for (int32_t i = 0; i < size; ++i) {
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

// Stores the outputs of a block; `output` is where their pixel's channels start.
template <int32_t kPixels, class Arithmetic, class Element>
inline void store(const Arithmetic& arithmetic, const ChannelBlock& block,
                  const BlockSums<kPixels, Arithmetic>& sums, Element* output,
                  int32_t output_step) {
  // A copy, for the compiler must assume that a store changes the original.
  const Arithmetic a = arithmetic;
  for (int32_t p = 0; p < kPixels; ++p) {
    for (int32_t c = 0; c < block.count; ++c)
      output[p * output_step + block.first + c] = a.finish(sums[p][c], block.first + c);
  }
}

// The outputs from channel `first` to before `end` whose inputs are the same `size` elements.
// `start` is what their sums start at.
template <class Arithmetic, class Element, class Weight>
[[gnu::noinline]] void multiply(const Arithmetic& arithmetic, int32_t first, int32_t end,
                                const Element* input, const Weight* filter, int32_t size,
                                typename Arithmetic::Sum start, Element* output) {
  for (; first < end; first += kChannelBlock) {
    const ChannelBlock block(first, end, size);
    BlockSums<1, Arithmetic> sums;
    SOLDER_UNROLL
    for (int32_t c = 0; c < kChannelBlock; ++c) sums[0][c] = start;
    add_products<1>(arithmetic, block, input, 0, filter, size, sums);
    store<1>(arithmetic, block, sums, output, 0);
  }
}

}  // namespace solder::generic
