// Convolutions of int8 by SMLAD: four windows at a time are copied into scratch, widened to int16,
// and multiplied by the filters of two output channels, which stream from flash.
#pragma once

#include <cstdint>

#include "runtime/kernels/conv_2d/conv_2d.h"

namespace solder {

// A window is made of runs of elements that are neighbours in input and filter alike: filter rows,
// or single taps where dilation leaves gaps.
//
// scratch: for every two elements of a window (a word) those of the four windows, one after the
// other. Of every four elements of a run the first word holds 0 and 2, the second 1 and 3, as
// SXTB16 makes them; of the last three 0 and 2, then 1; of the last two both; of the last one it.
// What fills up a word, and a window to two words, counts for nothing. Of two runs of three taps of
// one channel the first word holds 0 and 2 of the first, the second those of the second, the third
// both 1s.
//
// filter: for every two output channels (the last one repeats when they are odd) both biases; then
// for every word of a window
//   int16: a word of the first channel's weights and one of the second's, doubled;
//   int8: a word of bytes, element 0 of either channel, then element 1;
// then multiplier, rounding and right shift of either, as in PackedRequantization. The bias is
// doubled where weights are. One word more is read at the end.
//
// scaled: as int16, but as the scaled PackedRequantization, of which multiplier and rounding are
// behind the weights; its constant is kScaledShift.
//
// What lies outside the input is its zero point, so that the bias can hold the input's offset.
inline constexpr int32_t kScaledShift = 12;

struct Conv2DS8SmladParams {
  Conv2DGeometry geometry;
  int32_t input_zero_point;
  int32_t activation_min, activation_max;

  // Of a run, words.
  constexpr int32_t run_taps() const {
    return geometry.dilation_width == 1 ? geometry.filter_width : 1;
  }
  constexpr int32_t run_words() const { return (run_taps() * geometry.input_channels + 1) / 2; }
  constexpr int32_t window_words() const {
    const int32_t height = geometry.filter_height;
    if (in_threes()) return height + (height + 1) / 2;
    const int32_t words = height * (geometry.filter_width / run_taps()) * run_words();
    return words > 1 ? words : 2;
  }
  constexpr bool in_threes() const { return run_taps() == 3 && geometry.input_channels == 1; }

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("geometry", geometry), v("input_zero_point", input_zero_point);
    v("activation_min", activation_min), v("activation_max", activation_max);
  }
};

// The four windows are those that one window of a max pooling wants; the greatest sum is
// requantized. Its taps outside the convolution's output repeat one inside.
struct ConvMaxPool2DS8SmladParams {
  Conv2DS8SmladParams convolution;
  int32_t pool_width;  // taps: 1, 2 or 4, of 4 in all
  int32_t pool_stride_height, pool_stride_width, pool_pad_top, pool_pad_left;
  int32_t pooled_height, pooled_width;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("convolution", convolution), v("pool_width", pool_width);
    v("pool_stride_height", pool_stride_height), v("pool_stride_width", pool_stride_width);
    v("pool_pad_top", pool_pad_top), v("pool_pad_left", pool_pad_left);
    v("pooled_height", pooled_height), v("pooled_width", pooled_width);
  }
};

}  // namespace solder
