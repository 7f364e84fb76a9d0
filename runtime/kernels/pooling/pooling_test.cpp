#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/testing.h"

namespace solder {
namespace {

using testing::Random;

Pool2DGeometry random_geometry(Random& random) {
  const testing::Axis rows = testing::random_axis(random, false);
  const testing::Axis columns = testing::random_axis(random, false);
  return {.batches = random.integer(1, 2),
          .input_height = rows.size,
          .input_width = columns.size,
          .channels = testing::random_channels(random),
          .filter_height = rows.taps,
          .filter_width = columns.taps,
          .output_height = rows.outputs,
          .output_width = columns.outputs,
          .stride_height = rows.stride,
          .stride_width = columns.stride,
          .pad_top = rows.pad,
          .pad_left = columns.pad};
}
int64_t inputs(const Pool2DGeometry& g) {
  return int64_t{g.batches} * g.input_height * g.input_width * g.channels;
}
int64_t outputs(const Pool2DGeometry& g) {
  return int64_t{g.batches} * g.output_height * g.output_width * g.channels;
}

// The inputs that an output pools.
template <class T>
std::vector<double> window(const Pool2DGeometry& g, const std::vector<T>& input, int64_t output) {
  const int64_t c = output % g.channels;
  const int64_t out_x = output / g.channels % g.output_width;
  const int64_t out_y = output / g.channels / g.output_width % g.output_height;
  const int64_t b = output / g.channels / g.output_width / g.output_height;
  const int64_t top = out_y * g.stride_height - g.pad_top;
  const int64_t left = out_x * g.stride_width - g.pad_left;
  std::vector<double> values;
  for (int64_t y = 0; y < g.input_height; ++y) {
    for (int64_t x = 0; x < g.input_width; ++x) {
      if (y >= top && y < top + g.filter_height && x >= left && x < left + g.filter_width) {
        values.push_back(static_cast<double>(input.at(
            static_cast<size_t>(((b * g.input_height + y) * g.input_width + x) * g.channels + c))));
      }
    }
  }
  return values;
}
double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

TEST(Pooling, ReferenceFollowsTheDefinition) {
  Random random(1);
  for (int32_t i = 0; i < 60; ++i) {
    const Pool2DGeometry g = random_geometry(random);
    const testing::ActivationRange range = testing::random_activation(random);
    const Pool2DIntegerParams s8 = {g, range.min, range.max};
    const Pool2DF32Params f32 = {g, -0.5F, 0.75F};
    SCOPED_TRACE(testing::describe(s8));
    const auto input_s8 = random.tensor<int8_t>(inputs(g));
    const auto input_f32 = random.tensor<float>(inputs(g));
    std::vector<int8_t> max_s8, average_s8;
    std::vector<float> max_f32, average_f32;
    const auto clamped = [&](double x) {
      return static_cast<int8_t>(std::clamp<double>(x, range.min, range.max));
    };
    for (int64_t at = 0; at < outputs(g); ++at) {
      const auto values_s8 = window(g, input_s8, at);
      const auto values_f32 = window(g, input_f32, at);
      max_s8.push_back(clamped(*std::max_element(values_s8.begin(), values_s8.end())));
      average_s8.push_back(clamped(std::round(mean(values_s8))));
      max_f32.push_back(static_cast<float>(
          std::clamp(*std::max_element(values_f32.begin(), values_f32.end()), -0.5, 0.75)));
      average_f32.push_back(static_cast<float>(std::clamp(mean(values_f32), -0.5, 0.75)));
    }
    const auto run_s8 = [&](KernelId kernel) {
      return testing::run<int8_t>(kReferenceKernels, kernel, s8, outputs(g), input_s8.data());
    };
    const auto run_f32 = [&](KernelId kernel) {
      return testing::run<float>(kReferenceKernels, kernel, f32, outputs(g), input_f32.data());
    };
    ASSERT_EQ(testing::difference(max_s8, run_s8(KernelId::max_pool_2d_s8)), "");
    ASSERT_EQ(testing::difference(average_s8, run_s8(KernelId::average_pool_2d_s8)), "");
    ASSERT_EQ(testing::difference(max_f32, run_f32(KernelId::max_pool_2d_f32)), "");
    ASSERT_EQ(testing::difference(average_f32, run_f32(KernelId::average_pool_2d_f32)), "");
  }
}

TEST(Pooling, VariantsAgreeWithReference) {
  Random random(2);
  for (int32_t i = 0; i < 300; ++i) {
    const Pool2DGeometry g = random_geometry(random);
    const testing::ActivationRange range = testing::random_activation(random);
    const Pool2DIntegerParams s8 = {g, range.min, range.max};
    const Pool2DF32Params f32 = {g, -0.5F, 0.75F};
    SCOPED_TRACE(testing::describe(s8));
    const auto input_s8 = random.tensor<int8_t>(inputs(g));
    const auto input_f32 = random.tensor<float>(inputs(g));
    for (const KernelSet* set : testing::kVariants) {
      SCOPED_TRACE(set->name);
      for (const KernelId kernel : {KernelId::max_pool_2d_s8, KernelId::average_pool_2d_s8}) {
        ASSERT_EQ(
            testing::difference(
                testing::run<int8_t>(kReferenceKernels, kernel, s8, outputs(g), input_s8.data()),
                testing::run<int8_t>(*set, kernel, s8, outputs(g), input_s8.data())),
            "");
      }
      for (const KernelId kernel : {KernelId::max_pool_2d_f32, KernelId::average_pool_2d_f32}) {
        ASSERT_EQ(
            testing::difference(
                testing::run<float>(kReferenceKernels, kernel, f32, outputs(g), input_f32.data()),
                testing::run<float>(*set, kernel, f32, outputs(g), input_f32.data())),
            "");
      }
    }
  }
}

TEST(Pooling, S16FollowsTheDefinition) {
  Random random(3);
  for (int32_t i = 0; i < 100; ++i) {
    const Pool2DGeometry g = random_geometry(random);
    const testing::ActivationRange range = testing::random_activation_s16(random);
    const Pool2DIntegerParams p = {g, range.min, range.max};
    SCOPED_TRACE(testing::describe(p));
    const auto input = random.tensor<int16_t>(inputs(g));
    std::vector<int16_t> max, average;
    const auto clamped = [&](double x) {
      return static_cast<int16_t>(std::clamp<double>(x, range.min, range.max));
    };
    for (int64_t at = 0; at < outputs(g); ++at) {
      const auto values = window(g, input, at);
      max.push_back(clamped(*std::max_element(values.begin(), values.end())));
      average.push_back(clamped(std::round(mean(values))));
    }
    for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
      const auto run = [&](KernelId kernel) {
        return testing::run<int16_t>(*set, kernel, p, outputs(g), input.data());
      };
      ASSERT_EQ(testing::difference(max, run(KernelId::max_pool_2d_s16)), "");
      ASSERT_EQ(testing::difference(average, run(KernelId::average_pool_2d_s16)), "");
    }
  }
}

TEST(Pooling, AveragesRoundHalvesAwayFromZero) {
  const Pool2DGeometry g = {1, 1, 4, 2, 1, 2, 1, 2, 1, 2, 0, 0};
  const int8_t input[] = {1, -1, 2, -2, 127, -128, 127, -127};  // 1.5 and -1.5; 127 and -127.5
  for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
    EXPECT_EQ(testing::run<int8_t>(*set, KernelId::average_pool_2d_s8,
                                   Pool2DIntegerParams{g, -128, 127}, 4, input),
              (std::vector<int8_t>{2, -2, 127, -128}));
  }
}

TEST(Pooling, AveragesOfFormerUint8RoundHalvesUp) {
  const Pool2DGeometry g = {1, 1, 4, 2, 1, 2, 1, 2, 1, 2, 0, 0};
  const int8_t input[] = {1, -1, 2, -2, 127, -128, 127, -127};  // 1.5 and -1.5; 127 and -127.5
  for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
    EXPECT_EQ(testing::run<int8_t>(*set, KernelId::average_pool_2d_s8_half_up,
                                   Pool2DIntegerParams{g, -128, 127}, 4, input),
              (std::vector<int8_t>{2, -1, 127, -127}));
  }
}

}  // namespace
}  // namespace solder
