// Requantization tables as armv7em kernels read them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/base/fixed_point.h"
#include "runtime/kernels/armv7em/packed.h"
#include "runtime/kernels/conv_2d/winograd_s8.h"

namespace solder::compiler::armv7em {

// Without a bias; nothing when the shift is out of what PackedRequantization can express.
std::optional<PackedRequantization> pack_requantization(const Requantization& r,
                                                        int32_t output_offset);

// What int8 output channels have in common.
struct OutputS8 {
  const int32_t* bias;  // per channel, or null
  const Requantization* requantization;
  int32_t requantization_step;  // 0: one for all channels
  int32_t input_offset, output_offset;
};

// One entry per channel of `filter` [channels, depth]. Nothing when a channel's shift or sums are
// out of what PackedRequantization can express: sums of products and bias, doubled, must stay
// within 32 bits.
std::optional<std::vector<PackedRequantization>> pack_requantization(const OutputS8& output,
                                                                     const int8_t* filter,
                                                                     int32_t channels,
                                                                     int32_t depth);

// The same scaled, for outputs that are never less than their zero point: bit for bit, of every sum
// that a channel can have. Nothing when that cannot be with a scale from 1 to kMaxScale.
std::optional<std::vector<PackedRequantization>> scale_requantization(
    const std::vector<PackedRequantization>& requantization, int32_t shift, const int8_t* filter,
    int32_t depth);

// largest_sum: of convolution and bias, in magnitude. is_relu: no output is less than the zero
// point. Right shifts are kRightShift4x4, or else as small as can be; nothing when one is too
// large.
std::optional<Winograd4x4Requantization> winograd_4x4_requantization(const PackedRequantization& r,
                                                                     int64_t largest_sum,
                                                                     bool is_relu);

}  // namespace solder::compiler::armv7em
