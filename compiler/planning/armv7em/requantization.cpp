#include "compiler/planning/armv7em/requantization.h"

#include <cstdlib>

namespace solder::compiler::armv7em {
namespace {

// Keeps the zero point, shifted left, within 32 bits.
constexpr int32_t kMaxRightShift = 22;

}  // namespace

std::optional<PackedRequantization> pack_requantization(const Requantization& r,
                                                        int32_t output_offset) {
  // With a multiplier of 0 every sum becomes the zero point, whatever the shift.
  const int32_t right_shift = r.multiplier == 0 ? 1 : -r.shift;
  if (right_shift < 1 || right_shift > kMaxRightShift) return {};
  return PackedRequantization{
      .bias = 0,
      .multiplier = r.multiplier,
      .rounding = (1 << (right_shift - 1)) + output_offset * (1 << right_shift),
      .right_shift = right_shift};
}

std::optional<std::vector<PackedRequantization>> pack_requantization(const OutputS8& output,
                                                                     const int8_t* filter,
                                                                     int32_t channels,
                                                                     int32_t depth) {
  std::vector<PackedRequantization> packed;
  for (int32_t c = 0; c < channels; ++c, filter += depth) {
    const Requantization& r = output.requantization[c * output.requantization_step];
    int64_t sum = 0, magnitude = 0;
    for (int32_t i = 0; i < depth; ++i) {
      sum += filter[i];
      magnitude += std::abs(filter[i]);
    }
    const int64_t bias = sum * output.input_offset + (output.bias == nullptr ? 0 : output.bias[c]);
    // int8 inputs are at most 128 in magnitude.
    if (2 * (std::abs(bias) + 128 * magnitude) > INT32_MAX) return {};
    auto entry = pack_requantization(r, output.output_offset);
    if (!entry) return {};
    entry->bias = static_cast<int32_t>(2 * bias);
    packed.push_back(*entry);
  }
  return packed;
}

}  // namespace solder::compiler::armv7em
