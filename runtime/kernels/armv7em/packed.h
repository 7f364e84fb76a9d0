// Constants as the compiler packs them for armv7em kernels (compiler/planning/armv7em).
#pragma once

#include <cstdint>

namespace solder {

// From the sum of an output channel's products to its int8 value, in four instructions and bit for
// bit what Requantization with a shift of at most -1 gives:
//   twice = 2 * (sum of products + bias)
//   (smmlar(twice, multiplier, rounding + (twice >> 31)) >> right_shift), saturated to 8 bits.
// The input's offset is in the bias. (A product by the multiplier is halved by SMMLAR's 32 bits,
// hence twice; its second rounding, halves away from zero, is the sign that is added.)
struct PackedRequantization {
  int32_t bias;  // doubled
  int32_t multiplier;
  int32_t rounding;     // 2^(right_shift - 1) + output zero point * 2^right_shift
  int32_t right_shift;  // in [1, 22]
};

// Scaled: the same in two instructions, where weights and bias are 2^scale times as large so that
// all channels can shift right by the same constant:
//   (smmla(2^scale * twice, multiplier, rounding) >> constant), saturated to 8 bits.
// Both roundings are one, so outputs less than the zero point may differ; after a RELU there are
// none. right_shift is the scale then, and the bias is scaled already.
inline constexpr int32_t kMaxScale = 7;  // weights, doubled, stay within int16

// filter: for every eight output channels, and for every four of what is left, the channels'
// PackedRequantization with the bias not doubled, then for every four inputs a word of int8 weights
// for each channel. Channels and inputs are filled up with zeros. Up to three bytes behind the
// input are read and count for nothing; up to seven, and a word behind the filter, are read ahead.
struct FullyConnectedS8SmladParams {
  int32_t batches, input_depth, output_depth;
  int32_t activation_min, activation_max;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("batches", batches), v("input_depth", input_depth), v("output_depth", output_depth);
    v("activation_min", activation_min), v("activation_max", activation_max);
  }
};

}  // namespace solder
