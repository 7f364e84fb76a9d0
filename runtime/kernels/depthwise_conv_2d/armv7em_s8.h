// The 3x3 depthwise convolution of armv7em.
#pragma once

#include <cstdint>

namespace solder {

// The kernel walks along lines, which are the rows of the images or, where that leaves fewer
// outputs over, their columns: the compiler swaps the axes of filter and steps. Steps are in bytes.
//
// filter: of each channel for each line w0, w1, w1 and w2, each 128 more, as uint8.
struct DepthwiseConv2DS8SmladParams {
  int32_t batches, channels;
  int32_t input_lines, input_pixels;    // pixels: of a line
  int32_t output_lines, output_pixels;  // likewise
  int32_t input_line_step, input_pixel_step;
  int32_t output_line_step, output_pixel_step;
  int32_t line_stride, pixel_stride;    // of the convolution, 1 or 2
  int32_t lines_before, pixels_before;  // padding
  int32_t input_zero_point;
  int32_t activation_min, activation_max;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("batches", batches), v("channels", channels), v("input_lines", input_lines);
    v("input_pixels", input_pixels), v("output_lines", output_lines);
    v("output_pixels", output_pixels), v("input_line_step", input_line_step);
    v("input_pixel_step", input_pixel_step), v("output_line_step", output_line_step);
    v("output_pixel_step", output_pixel_step), v("line_stride", line_stride);
    v("pixel_stride", pixel_stride), v("lines_before", lines_before);
    v("pixels_before", pixels_before), v("input_zero_point", input_zero_point);
    v("activation_min", activation_min), v("activation_max", activation_max);
  }
};

namespace armv7em {

// Channels that are computed together, as many as a word of int8 holds; constants are there for
// whole blocks.
inline constexpr int32_t kDepthwiseBlock = 4;
// Filter lines in memory at a time.
inline constexpr int32_t kDepthwiseLines = 3;
// Of scaled PackedRequantization.
inline constexpr int32_t kDepthwiseScaledShift = 10;

// A channel's filter: of each line the pairs (w0, w1) and (w1, w2), doubled and scaled. The first
// two lines come twice, so that from any of the first three on they come in the order of the slots
// that hold the input's lines.
inline constexpr int32_t kDepthwiseFilterWords = 2 * (2 * kDepthwiseLines - 1);

// Along a line six outputs of a channel are computed at a time, at its end perhaps two.
struct DepthwiseGroups {
  int32_t sixes, twos;

  constexpr int32_t outputs() const { return 6 * sixes + 2 * twos; }
};

constexpr DepthwiseGroups depthwise_groups(int32_t output_pixels, int32_t pixel_stride) {
  if (pixel_stride == 2) return {(output_pixels + 5) / 6, 0};
  const int32_t sixes = (output_pixels + 1) / 6, left = output_pixels - 6 * sixes;
  return {sixes, left > 0 ? (left + 1) / 2 : 0};
}

// Pairs of pixels of a widened line: what groups of outputs read.
constexpr int32_t depthwise_words(const DepthwiseGroups& groups, int32_t pixel_stride) {
  return (groups.outputs() * pixel_stride >> 1) + 1;
}

// Bytes of scratch: filters, widened lines, a line of outputs.
constexpr int32_t depthwise_scratch(int32_t output_pixels, int32_t pixel_stride) {
  const DepthwiseGroups groups = depthwise_groups(output_pixels, pixel_stride);
  const int32_t lines = kDepthwiseLines * depthwise_words(groups, pixel_stride);
  return kDepthwiseBlock * (4 * (kDepthwiseFilterWords + lines) + groups.outputs());
}

}  // namespace armv7em
}  // namespace solder
