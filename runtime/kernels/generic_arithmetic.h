// The loops that generic kernels of sums of products have in common: blocks of outputs that share
// the loads of their inputs.
#pragma once

#include <cstdint>

#include "runtime/kernels/arithmetic.h"

// Unrolls the loop that follows, whose count is a small constant; without it GCC keeps the sums of
// a block in memory at -O2.
#ifdef __clang__
#define SOLDER_UNROLL _Pragma("unroll")
#else
#define SOLDER_UNROLL _Pragma("GCC unroll 8")
#endif

namespace solder::generic {

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
      const Sum w = arithmetic.weight(filter[block.filter_offsets[c] + i]);
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
