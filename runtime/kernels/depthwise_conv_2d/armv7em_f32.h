// DEPTHWISE_CONV_2D in float32 with 3x3 filters, of as many output as input channels, on constants
// that the compiler packs: filter, for every channel, its nine weights, its bias, and two zeros.
// scratch: kDepthwiseChannels times three rows of the input, channel by channel, with their
// padding.
#pragma once

#include <cstdint>

#include "runtime/kernels/conv_2d/conv_2d.h"

namespace solder {

inline constexpr int32_t kDepthwiseChannels = 8;  // at a time
inline constexpr int32_t kDepthwiseWeights = 12;  // of a channel

// Elements of a row of one channel in scratch: a stride of 2 has those of even columns first, then
// the odd ones. Outputs are computed in fours.
constexpr int32_t depthwise_row_f32(const Conv2DGeometry& g) {
  const int32_t outputs = (g.output_width + 3) / 4 * 4;
  return g.stride_width == 1 ? outputs + 2 : 2 * outputs + 2;
}
constexpr int32_t depthwise_scratch_f32(const Conv2DGeometry& g) {
  return kDepthwiseChannels * 3 * depthwise_row_f32(g);
}

}  // namespace solder
