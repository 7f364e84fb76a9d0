#include "compiler/quantization/range.h"

#include <gtest/gtest.h>

#include <cmath>

namespace solder::compiler {
namespace {

constexpr RangeMethod kMethods[] = {RangeMethod::kMinMax, RangeMethod::kPercentile,
                                    RangeMethod::kLeastSquares};

// `count` values spread over the bins from `first` to before `end` of [min, max].
Statistics spread(float min, float max, size_t first, size_t end, uint64_t count) {
  Statistics s{.min = min, .max = max};
  s.histogram.resize(Statistics::kBins);
  for (size_t bin = first; bin < end; ++bin) s.histogram[bin] = count / (end - first);
  return s;
}

TEST(Range, MinMaxKeepsAll) {
  Statistics s = spread(-1, 3, 0, Statistics::kBins, 1 << 20);
  EXPECT_EQ(choose_range(s, RangeMethod::kMinMax), (Range{-1, 3}));
}

TEST(Range, OfNothingButZerosIsEmpty) {
  Statistics s;
  s.histogram.resize(Statistics::kBins);
  for (const RangeMethod method : kMethods) EXPECT_EQ(choose_range(s, method), Range{});
}

TEST(Range, EvenlySpreadValuesAreAllKept) {
  const Statistics s = spread(-1, 1, 0, Statistics::kBins, 1 << 20);
  for (const RangeMethod method : kMethods) {
    const Range range = choose_range(s, method);
    EXPECT_NEAR(range.min, -1, 0.02) << static_cast<int>(method);
    EXPECT_NEAR(range.max, 1, 0.02) << static_cast<int>(method);
  }
}

TEST(Range, OutliersAreClipped) {
  Statistics s = spread(0, 100, 0, Statistics::kBins / 10, 1000000);
  s.histogram.back() = 1;
  const Range percentile = choose_range(s, RangeMethod::kPercentile);
  EXPECT_EQ(percentile.min, 0);
  EXPECT_NEAR(percentile.max, 10, 0.1);
  // One value clipped by 90 outweighs coarser steps for a million; one clipped by 1 does not.
  const Range squares = choose_range(s, RangeMethod::kLeastSquares);
  EXPECT_EQ(squares.min, 0);
  EXPECT_LT(squares.max, 100);
  EXPECT_GT(squares.max, 10);
}

TEST(Range, LeastSquaresBeatsEveryOtherRange) {
  // A two-sided exponential distribution, whose error is found by trying.
  Statistics s{.min = -1, .max = 1};
  for (size_t bin = 0; bin < Statistics::kBins; ++bin) {
    const double x = (static_cast<double>(bin) + 0.5) / (Statistics::kBins / 2) - 1;
    s.histogram.push_back(static_cast<uint64_t>(1e9 * std::exp(-60 * std::abs(x))));
  }
  const auto error = [&](const Range& range) {
    const double step = static_cast<double>(range.max - range.min) / 255;
    double sum = 0;
    for (size_t bin = 0; bin < Statistics::kBins; ++bin) {
      const double x = (static_cast<double>(bin) + 0.5) / (Statistics::kBins / 2) - 1;
      const double low = range.min, high = range.max;
      const double clipped = x < low ? low - x : x > high ? x - high : 0;
      sum += static_cast<double>(s.histogram[bin]) *
             (clipped > 0 ? clipped * clipped : step * step / 12);
    }
    return sum;
  };
  const Range best = choose_range(s, RangeMethod::kLeastSquares);
  EXPECT_LT(best.max, 0.5F);
  for (float bound = 0.02F; bound <= 1; bound += 0.01F)
    EXPECT_LE(error(best), error({-bound, bound}) * 1.01) << bound;
}

TEST(Range, OneSidedRangesStayOneSided) {
  for (const RangeMethod method : kMethods) {
    EXPECT_EQ(choose_range(spread(0, 2, 0, Statistics::kBins, 1 << 20), method).min, 0);
    EXPECT_EQ(choose_range(spread(-2, 0, 0, Statistics::kBins, 1 << 20), method).max, 0);
  }
}

}  // namespace
}  // namespace solder::compiler
