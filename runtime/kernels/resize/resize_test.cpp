#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "runtime/kernels/testing.h"
#include "runtime/kernels/testing_operator.h"

namespace solder {
namespace {

using testing::OperatorCase;
using testing::Random;

struct Mode {
  bool align_corners, half_pixel_centers;
};
constexpr Mode kModes[] = {{false, false}, {true, false}, {false, true}};

ResizeParams random_params(Random& random, Mode mode) {
  return {.batches = random.integer(1, 2),
          .input_height = random.integer(1, 9),
          .input_width = random.integer(1, 9),
          .channels = random.integer(1, 3),
          .output_height = random.integer(1, 14),
          .output_width = random.integer(1, 14),
          .align_corners = mode.align_corners,
          .half_pixel_centers = mode.half_pixel_centers};
}

// Where output pixel `at` lies in the input, in steps of 1 / `steps` of a pixel, exactly.
double position(int32_t at, int32_t input, int32_t output, Mode mode) {
  if (mode.align_corners && output > 1) return static_cast<double>(at) * (input - 1) / (output - 1);
  const double scale = static_cast<double>(input) / output;
  return mode.half_pixel_centers ? (at + 0.5) * scale - 0.5 : at * scale;
}

TEST(Resize, BilinearF32InterpolatesAlongBothDimensions) {
  Random random(1);
  for (int n = 0; n < 150; ++n) {
    const Mode mode = kModes[n % 3];
    const ResizeParams p = random_params(random, mode);
    SCOPED_TRACE(testing::describe(p));
    const auto input =
        random.tensor<float>(int64_t{p.batches} * p.input_height * p.input_width * p.channels);
    std::vector<float> expected;
    for (int32_t b = 0; b < p.batches; ++b)
      for (int32_t y = 0; y < p.output_height; ++y)
        for (int32_t x = 0; x < p.output_width; ++x)
          for (int32_t c = 0; c < p.channels; ++c) {
            const auto weights = [&](int32_t at, int32_t in, int32_t out) {
              std::vector<double> weight(static_cast<size_t>(in));
              const double where = std::clamp(position(at, in, out, mode), 0.0, in - 1.0);
              for (int32_t i = 0; i < in; ++i)
                weight[static_cast<size_t>(i)] = std::max(0.0, 1 - std::abs(where - i));
              return weight;
            };
            const auto rows = weights(y, p.input_height, p.output_height);
            const auto columns = weights(x, p.input_width, p.output_width);
            double sum = 0;
            for (int32_t i = 0; i < p.input_height; ++i)
              for (int32_t j = 0; j < p.input_width; ++j)
                sum += rows[static_cast<size_t>(i)] * columns[static_cast<size_t>(j)] *
                       input[static_cast<size_t>(
                           ((b * p.input_height + i) * p.input_width + j) * p.channels + c)];
            expected.push_back(static_cast<float>(sum));
          }
    ASSERT_EQ(
        testing::difference(
            expected, testing::run<float>(kReferenceKernels, KernelId::resize_bilinear_f32, p,
                                          static_cast<int64_t>(expected.size()), input.data())),
        "");
  }
}

// Integers: the same in steps of 1/1024 of a pixel, with a scale rounded to them, halves away from
// zero at the end.
template <class T>
void check_integers(KernelId kernel) {
  Random random(2);
  for (int n = 0; n < 150; ++n) {
    const Mode mode = kModes[n % 3];
    const ResizeParams p = random_params(random, mode);
    SCOPED_TRACE(testing::describe(p));
    std::vector<T> input(
        static_cast<size_t>(p.batches * p.input_height * p.input_width * p.channels));
    for (T& value : input)
      value = static_cast<T>(
          random.integer(std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
    struct Taps {
      int64_t first, second, distance;
    };
    const auto taps = [&](int32_t at, int64_t in, int64_t out) {
      const bool aligned = mode.align_corners && out > 1;
      const int64_t from = aligned ? in - 1 : in, to = aligned ? out - 1 : out;
      const auto scale = static_cast<int64_t>(
          std::floor(static_cast<double>(1024 * from + to / 2) / static_cast<double>(to)));
      const int64_t where = at * scale + (mode.half_pixel_centers ? scale / 2 - 512 : 0);
      const auto floor = static_cast<int64_t>(std::floor(static_cast<double>(where) / 1024));
      const auto ceil = static_cast<int64_t>(std::ceil(static_cast<double>(where) / 1024));
      const int64_t first = std::clamp<int64_t>(floor, 0, in - 1);
      return Taps{first, std::min(std::max<int64_t>(ceil, 0), in - 1), where - 1024 * first};
    };
    std::vector<T> expected;
    for (int32_t b = 0; b < p.batches; ++b)
      for (int32_t out_y = 0; out_y < p.output_height; ++out_y)
        for (int32_t out_x = 0; out_x < p.output_width; ++out_x)
          for (int32_t c = 0; c < p.channels; ++c) {
            const Taps y = taps(out_y, p.input_height, p.output_height);
            const Taps x = taps(out_x, p.input_width, p.output_width);
            const auto at = [&](int64_t i, int64_t j) {
              return static_cast<double>(input[static_cast<size_t>(
                  ((b * p.input_height + i) * p.input_width + j) * p.channels + c)]);
            };
            const double dy = static_cast<double>(y.distance) / 1024;
            const double dx = static_cast<double>(x.distance) / 1024;
            const double value =
                (1 - dy) * ((1 - dx) * at(y.first, x.first) + dx * at(y.first, x.second)) +
                dy * ((1 - dx) * at(y.second, x.first) + dx * at(y.second, x.second));
            expected.push_back(static_cast<T>(std::round(value)));
          }
    ASSERT_EQ(testing::difference(
                  expected, testing::run<T>(kReferenceKernels, kernel, p,
                                            static_cast<int64_t>(expected.size()), input.data())),
              "");
  }
}
TEST(Resize, BilinearS8) { check_integers<int8_t>(KernelId::resize_bilinear_s8); }
TEST(Resize, BilinearS16) { check_integers<int16_t>(KernelId::resize_bilinear_s16); }

TEST(Resize, NearestOfEveryModeAndWidth) {
  Random random(3);
  for (int n = 0; n < 200; ++n) {
    const Mode mode = kModes[n % 3];
    const ResizeParams p = random_params(random, mode);
    SCOPED_TRACE(testing::describe(p));
    const auto input =
        random.tensor<int32_t>(int64_t{p.batches} * p.input_height * p.input_width * p.channels);
    // Aligned corners round; a half-pixel centre lies in the pixel that holds it.
    const auto nearest = [&](int32_t at, int32_t in, int32_t out) {
      if (mode.align_corners)
        return std::min(in - 1, static_cast<int32_t>(std::lround(position(at, in, out, mode))));
      const double where = position(at, in, out, mode) + (mode.half_pixel_centers ? 0.5 : 0.0);
      // Beyond the rounding of float32.
      return std::min(in - 1, static_cast<int32_t>(std::floor(where + 1e-6)));
    };
    std::vector<int32_t> expected;
    for (int32_t b = 0; b < p.batches; ++b)
      for (int32_t y = 0; y < p.output_height; ++y)
        for (int32_t x = 0; x < p.output_width; ++x)
          for (int32_t c = 0; c < p.channels; ++c)
            expected.push_back(input[static_cast<size_t>(
                ((b * p.input_height + nearest(y, p.input_height, p.output_height)) *
                     p.input_width +
                 nearest(x, p.input_width, p.output_width)) *
                    p.channels +
                c)]);
    OperatorCase op(OperatorType::RESIZE_NEAREST_NEIGHBOR);
    op.options.align_corners = mode.align_corners;
    op.options.half_pixel_centers = mode.half_pixel_centers;
    op.input(Shape{4, {p.batches, p.input_height, p.input_width, p.channels}}, input);
    op.integers({p.output_height, p.output_width});
    op.output(TensorType::INT32, {4, {p.batches, p.output_height, p.output_width, p.channels}});
    ASSERT_EQ(op.run(), "");
    ASSERT_EQ(op.result<int32_t>(), expected);
  }
}

// The integer scale is rounded up here, so that the last columns would lie beyond the input.
TEST(Resize, ReadsNothingBeyondTheEnd) {
  const int32_t in = 3, out = 3000;
  std::vector<int8_t> input = {1, 2, 3};
  const ResizeParams p = {1, 1, in, 1, 1, out, 0, 0};
  const auto output =
      testing::run<int8_t>(kReferenceKernels, KernelId::resize_bilinear_s8, p, out, input.data());
  EXPECT_EQ(output.back(), 3);
}

TEST(Resize, Errors) {
  using ::testing::HasSubstr;
  OperatorCase op(OperatorType::RESIZE_BILINEAR);
  op.input(Shape{4, {1, 1, 2, 1}}, std::vector<float>{1, 2}).integers({2, 2});
  op.output(TensorType::FLOAT32, {4, {1, 2, 2, 1}});
  EXPECT_EQ(op.run(), "");
  op.options.align_corners = op.options.half_pixel_centers = true;
  EXPECT_THAT(op.run(), HasSubstr("both"));
  OperatorCase shape(OperatorType::RESIZE_NEAREST_NEIGHBOR);
  shape.input(Shape{4, {1, 1, 2, 1}}, std::vector<float>{1, 2}).integers({2, 3});
  EXPECT_THAT(shape.output(TensorType::FLOAT32, {4, {1, 2, 2, 1}}).run(),
              HasSubstr("output shape"));
  OperatorCase rank(OperatorType::RESIZE_NEAREST_NEIGHBOR);
  rank.input(Shape{3, {1, 2, 1}}, std::vector<float>{1, 2}).integers({2, 2});
  EXPECT_THAT(rank.output(TensorType::FLOAT32, {4, {1, 2, 2, 1}}).run(), HasSubstr("rank 4"));
  OperatorCase type(OperatorType::RESIZE_BILINEAR);
  type.input(Shape{4, {1, 1, 2, 1}}, std::vector<int32_t>{1, 2}).integers({2, 2});
  EXPECT_THAT(type.output(TensorType::INT32, {4, {1, 2, 2, 1}}).run(), HasSubstr("FLOAT32, INT8"));
}

}  // namespace
}  // namespace solder
