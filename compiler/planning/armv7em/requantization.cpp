#include "compiler/planning/armv7em/requantization.h"

#include <algorithm>
#include <cstdlib>

#include "runtime/kernels/armv7em/requantize.h"

namespace solder::compiler::armv7em {
namespace {

// Keeps the zero point, shifted left, within 32 bits.
constexpr int32_t kMaxRightShift = 22;

// Of a channel's sums, doubled as they are; on the way to them none is larger than `magnitude`.
struct Range {
  int64_t first, last, magnitude;
};

Range range_of_sums(int32_t bias, const int8_t* filter, int32_t depth) {
  Range range = {bias, bias, std::abs(int64_t{bias})};
  for (int32_t i = 0; i < depth; ++i) {
    const int64_t w = filter[i];
    range.first += 2 * std::min(-128 * w, 127 * w);
    range.last += 2 * std::max(-128 * w, 127 * w);
    range.magnitude += 2 * 128 * std::abs(w);
  }
  return range;
}

// Where an output begins: the least sum of the range whose output is at least this, or the next
// after the range.
int64_t first_sum(const Range& sums, const PackedRequantization& r, int32_t output) {
  int64_t low = 0, high = (sums.last - sums.first) / 2 + 1;
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    const auto sum = static_cast<int32_t>(sums.first + 2 * middle);
    if (solder::armv7em::requantize(sum, r) >= output)
      high = middle;
    else
      low = middle + 1;
  }
  return sums.first + 2 * low;
}

// What to add to scaled sums so that every output above the zero point begins where it should.
// Nothing where no number is right for all.
std::optional<int64_t> bias_to_add(const PackedRequantization& r, const Range& sums,
                                   const PackedRequantization& scaled, int32_t shift) {
  int64_t low = INT32_MIN, high = INT32_MAX;
  const int64_t factor = int64_t{1} << scaled.right_shift;
  for (int32_t output = (r.rounding >> r.right_shift) + 1; output <= INT8_MAX; ++output) {
    const int64_t first = first_sum(sums, r, output);
    // The least scaled sum that is `output`, of which the product's upper half is to be this.
    const int64_t product = (int64_t{output} * (1 << shift) - scaled.rounding) << 32;
    const int64_t least = (product + scaled.multiplier - 1) / scaled.multiplier;
    if (first <= sums.last) low = std::max(low, least - factor * first);
    if (first > sums.first) high = std::min(high, least - 1 - factor * (first - 2));
    if (first > sums.last) break;
  }
  if (low > high) return {};
  return std::clamp<int64_t>(0, low, high);
}

// Where the scale alone makes up for the right shift, nothing is to be added: with both roundings
// every output begins where it did. Larger right shifts want smaller multipliers, which are exact
// enough for most channels, for these have few outputs.
std::optional<PackedRequantization> scale(const PackedRequantization& r, int32_t shift,
                                          const Range& sums) {
  const int32_t zero_point = r.rounding >> r.right_shift;
  if (r.multiplier == 0)
    return PackedRequantization{
        .bias = 0, .multiplier = 0, .rounding = zero_point * (1 << shift), .right_shift = 1};
  for (int32_t scale = std::max(1, shift - r.right_shift); scale <= kMaxScale; ++scale) {
    const int32_t less = r.right_shift + scale - shift;  // bits of the multiplier
    PackedRequantization scaled = {
        .bias = 0,
        .multiplier = static_cast<int32_t>((int64_t{r.multiplier} + (1 << less) / 2) >> less),
        .rounding = zero_point * (1 << shift) + (1 << (shift - 1)) + (1 << (scale - 1)),
        .right_shift = scale};
    const auto addition = less == 0 ? 0 : bias_to_add(r, sums, scaled, shift);
    if (!addition) continue;
    if ((sums.magnitude << scale) + std::abs(*addition) > INT32_MAX) return {};
    scaled.bias = static_cast<int32_t>(r.bias * (int64_t{1} << scale) + *addition);
    return scaled;
  }
  return {};
}

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

std::optional<std::vector<PackedRequantization>> scale_requantization(
    const std::vector<PackedRequantization>& requantization, int32_t shift, const int8_t* filter,
    int32_t depth) {
  std::vector<PackedRequantization> scaled;
  for (const PackedRequantization& r : requantization) {
    const auto entry = scale(r, shift, range_of_sums(r.bias, filter, depth));
    if (!entry) return {};
    scaled.push_back(*entry);
    filter += depth;
  }
  return scaled;
}

std::optional<Winograd4x4Requantization> winograd_4x4_requantization(const PackedRequantization& r,
                                                                     int64_t largest_sum,
                                                                     bool is_relu) {
  constexpr uint32_t kInverseOf9 = 0x38E38E39;
  constexpr int32_t kLeastBits = 5;  // n - 1
  int32_t bits = winograd::kRightShift4x4 - r.right_shift;
  if (bits < kLeastBits || largest_sum << (bits + 1) > INT32_MAX) bits = kLeastBits;
  if (r.right_shift + bits > kMaxRightShift) return {};
  return Winograd4x4Requantization{
      .bias = static_cast<int32_t>(static_cast<uint32_t>(r.bias) * (576 / 2)),
      .inverse = static_cast<int32_t>(kInverseOf9 << (bits - kLeastBits)),
      .multiplier = r.multiplier,
      .rounding = r.rounding * (1 << bits) + (1 << (bits - 1)),
      .below_zero = is_relu ? 0 : -(1 << bits),
      .right_shift = r.right_shift + bits};
}

}  // namespace solder::compiler::armv7em
