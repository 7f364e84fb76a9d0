#include "compiler/quantization/range.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

namespace solder::compiler {
namespace {

constexpr size_t kBins = Statistics::kBins;

// The value at the lower edge of a bin.
double edge(const Statistics& s, size_t bin) {
  const double min = s.min, max = s.max;
  return min + (max - min) * static_cast<double>(bin) / kBins;
}

Range percentile(const Statistics& s) {
  constexpr double kOutside = 1e-4;
  const auto total = std::accumulate(s.histogram.begin(), s.histogram.end(), uint64_t{0});
  const auto allowed = static_cast<uint64_t>(static_cast<double>(total) * kOutside);
  size_t first = 0, end = kBins;
  for (uint64_t cut = s.histogram[first]; cut <= allowed && first + 1 < end;)
    cut += s.histogram[++first];
  for (uint64_t cut = s.histogram[end - 1]; cut <= allowed && end - 1 > first;)
    cut += s.histogram[--end - 1];
  return {.min = std::min(0.0F, static_cast<float>(edge(s, first))),
          .max = std::max(0.0F, static_cast<float>(edge(s, end)))};
}

// With values x_k in n_k times, and levels `step` apart from a to b, the error is
// sum(n_k * step^2 / 12) of those inside, uniformly spread between levels, and
// sum(n_k * (x_k - a)^2) or (x_k - b)^2 of those clipped.
Range least_squares(const Statistics& s, double steps) {
  constexpr size_t kEvery = 16;  // bins between candidates
  constexpr size_t kCandidates = kBins / kEvery + 1;
  std::array<double, kCandidates> below{}, clipped_below{}, clipped_above{};
  for (size_t i = 0; i < kCandidates; ++i) {
    const double at = edge(s, i * kEvery);
    for (size_t bin = 0; bin < kBins; ++bin) {
      const auto count = static_cast<double>(s.histogram[bin]);
      const double distance = (edge(s, bin) + edge(s, bin + 1)) / 2 - at;
      (distance < 0 ? clipped_below : clipped_above)[i] += count * distance * distance;
      if (distance < 0) below[i] += count;
    }
  }
  double best_error = std::numeric_limits<double>::infinity();
  Range best;
  for (size_t low = 0; low < kCandidates; ++low) {
    const double a = edge(s, low * kEvery);
    if (a > 0) break;
    for (size_t high = low + 1; high < kCandidates; ++high) {
      const double b = edge(s, high * kEvery);
      if (b < 0) continue;
      const double step = (b - a) / steps;
      const double error =
          (below[high] - below[low]) * step * step / 12 + clipped_below[low] + clipped_above[high];
      if (error >= best_error) continue;
      best_error = error;
      best = {.min = static_cast<float>(a), .max = static_cast<float>(b)};
    }
  }
  return best;
}

}  // namespace

Range choose_range(const Statistics& statistics, RangeMethod method, TensorType type) {
  if (statistics.min == statistics.max) return {};
  switch (method) {
    case RangeMethod::kPercentile:
      return percentile(statistics);
    case RangeMethod::kLeastSquares:
      return least_squares(statistics, type == TensorType::INT16 ? 65535 : 255);
    case RangeMethod::kMinMax:
      break;
  }
  return {.min = statistics.min, .max = statistics.max};
}

Range unite(const Range& a, const Range& b) {
  return {.min = std::min(a.min, b.min), .max = std::max(a.max, b.max)};
}

}  // namespace solder::compiler
