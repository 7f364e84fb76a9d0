#include <gtest/gtest.h>

#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/testing.h"

namespace solder {
namespace {

using testing::Random;

struct Case {
  Conv2DGeometry geometry;
  bool has_bias;

  int32_t output_channels() const { return geometry.output_channels; }
  int32_t taps() const { return geometry.filter_height * geometry.filter_width; }
  int64_t inputs() const {
    const Conv2DGeometry& g = geometry;
    return int64_t{g.batches} * g.input_height * g.input_width * g.input_channels;
  }
  int64_t outputs() const {
    const Conv2DGeometry& g = geometry;
    return int64_t{g.batches} * g.output_height * g.output_width * output_channels();
  }
};

Case random_case(Random& random) {
  const testing::Axis rows = testing::random_axis(random, true);
  const testing::Axis columns = testing::random_axis(random, true);
  const int32_t multipliers[] = {1, 1, 1, 2, 3, 4, 8, 11};
  const int32_t input_channels = testing::random_channels(random);
  return {.geometry = {.batches = random.integer(1, 2),
                       .input_height = rows.size,
                       .input_width = columns.size,
                       .input_channels = input_channels,
                       .filter_height = rows.taps,
                       .filter_width = columns.taps,
                       .filter_channels = 1,
                       .output_height = rows.outputs,
                       .output_width = columns.outputs,
                       .output_channels = input_channels * random.one_of(multipliers),
                       .stride_height = rows.stride,
                       .stride_width = columns.stride,
                       .dilation_height = rows.dilation,
                       .dilation_width = columns.dilation,
                       .pad_top = rows.pad,
                       .pad_left = columns.pad},
          .has_bias = random.integer(0, 3) != 0};
}

Conv2DS8Params random_params_s8(Random& random, const Case& c) {
  const testing::ActivationRange range = testing::random_activation(random);
  return {c.geometry, -testing::random_zero_point(random), testing::random_zero_point(random),
          range.min, range.max};
}

// The definition, with a pixel of the input looked up by a function that knows about padding.
template <class Sum, class Element, class Weight>
Sum plain_sum(const Case& c, const std::vector<Element>& input, Sum offset,
              const std::vector<Weight>& filter, int64_t output) {
  const Conv2DGeometry& g = c.geometry;
  const int64_t out_c = output % c.output_channels();
  const int64_t out_x = output / c.output_channels() % g.output_width;
  const int64_t out_y = output / c.output_channels() / g.output_width % g.output_height;
  const int64_t b = output / c.output_channels() / g.output_width / g.output_height;
  const auto padded_input = [&](int64_t y, int64_t x) -> Sum {
    if (y < 0 || x < 0 || y >= g.input_height || x >= g.input_width) return 0;
    const int64_t at = ((b * g.input_height + y) * g.input_width + x) * g.input_channels +
                       out_c / (g.output_channels / g.input_channels);
    return static_cast<Sum>(input.at(static_cast<size_t>(at))) + offset;
  };
  Sum sum = 0;
  for (int64_t ky = 0; ky < g.filter_height; ++ky) {
    for (int64_t kx = 0; kx < g.filter_width; ++kx) {
      const int64_t tap = (ky * g.filter_width + kx) * c.output_channels() + out_c;
      sum += padded_input(out_y * g.stride_height + ky * g.dilation_height - g.pad_top,
                          out_x * g.stride_width + kx * g.dilation_width - g.pad_left) *
             static_cast<Sum>(filter.at(static_cast<size_t>(tap)));
    }
  }
  return sum;
}

TEST(DepthwiseConv2D, ReferenceS8FollowsTheDefinition) {
  Random random(1);
  for (int32_t i = 0; i < 60; ++i) {
    const Case c = random_case(random);
    const Conv2DS8Params p = random_params_s8(random, c);
    SCOPED_TRACE(testing::describe(p));
    const auto input = random.tensor<int8_t>(c.inputs());
    const auto filter = random.tensor<int8_t>(int64_t{c.taps()} * c.output_channels());
    const auto bias = random.tensor<int32_t>(c.output_channels());
    const auto requantization = random.requantizations(c.output_channels(), c.taps());

    const auto output = testing::run<int8_t>(
        kReferenceKernels, KernelId::depthwise_conv_2d_s8, p, c.outputs(), input.data(),
        filter.data(), c.has_bias ? bias.data() : nullptr, requantization.data());
    std::vector<int8_t> expected;
    for (int64_t at = 0; at < c.outputs(); ++at) {
      const auto channel = static_cast<size_t>(at % c.output_channels());
      int64_t sum = plain_sum<int64_t>(c, input, p.input_offset, filter, at);
      if (c.has_bias) sum += bias[channel];
      expected.push_back(testing::plain_output(sum, requantization[channel], p.output_offset,
                                               {p.activation_min, p.activation_max}));
    }
    ASSERT_EQ(testing::difference(expected, output), "");
  }
}

TEST(DepthwiseConv2D, S16FollowsTheDefinition) {
  Random random(4);
  for (int32_t i = 0; i < 200; ++i) {
    const Case c = random_case(random);
    const testing::ActivationRange range = testing::random_activation_s16(random);
    const Conv2DS16Params p = {c.geometry, random.integer(0, 1) == 0 ? 32 : 64, range.min,
                               range.max};
    SCOPED_TRACE(testing::describe(p));
    const auto input = random.tensor<int16_t>(c.inputs());
    const auto filter = random.tensor<int8_t>(int64_t{c.taps()} * c.output_channels());
    const auto bias = random.tensor<int64_t>(c.output_channels());
    const auto requantization =
        random.requantizations(c.output_channels(), c.taps(), kMaxWideShift);
    std::vector<int16_t> expected;
    for (int64_t at = 0; at < c.outputs(); ++at) {
      const auto channel = static_cast<size_t>(at % c.output_channels());
      int64_t sum = plain_sum<int64_t>(c, input, 0, filter, at);
      if (c.has_bias) sum += bias[channel];
      expected.push_back(
          testing::plain_output_s16(sum, requantization[channel], p.sum_bits, range));
    }
    for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
      SCOPED_TRACE(set->name);
      const auto output = testing::run<int16_t>(
          *set, KernelId::depthwise_conv_2d_s16, p, c.outputs(), input.data(), filter.data(),
          c.has_bias ? bias.data() : nullptr, requantization.data());
      ASSERT_EQ(testing::difference(expected, output), "");
    }
  }
}

TEST(DepthwiseConv2D, ReferenceF32FollowsTheDefinition) {
  Random random(2);
  for (int32_t i = 0; i < 60; ++i) {
    const Case c = random_case(random);
    const Conv2DF32Params p = {c.geometry, -1.0F, 2.0F};
    SCOPED_TRACE(testing::describe(p));
    const auto input = random.tensor<float>(c.inputs());
    const auto filter = random.tensor<float>(int64_t{c.taps()} * c.output_channels());
    const auto bias = random.tensor<float>(c.output_channels());

    const auto output =
        testing::run<float>(kReferenceKernels, KernelId::depthwise_conv_2d_f32, p, c.outputs(),
                            input.data(), filter.data(), c.has_bias ? bias.data() : nullptr);
    for (int64_t at = 0; at < c.outputs(); ++at) {
      double sum = plain_sum<double>(c, input, 0.0, filter, at);
      if (c.has_bias)
        sum += static_cast<double>(bias[static_cast<size_t>(at % c.output_channels())]);
      const double expected = sum < -1 ? -1 : sum > 2 ? 2 : sum;
      ASSERT_NEAR(output.at(static_cast<size_t>(at)), expected, 1e-5);
    }
  }
}

TEST(DepthwiseConv2D, VariantsAgreeWithReference) {
  Random random(3);
  for (int32_t i = 0; i < 400; ++i) {
    const Case c = random_case(random);
    const Conv2DS8Params s8 = random_params_s8(random, c);
    const Conv2DF32Params f32 = {c.geometry, -1.0F, 2.0F};
    SCOPED_TRACE(testing::describe(s8));
    const int64_t filter_elements = int64_t{c.taps()} * c.output_channels();
    const auto input_s8 = random.tensor<int8_t>(c.inputs());
    const auto filter_s8 = random.tensor<int8_t>(filter_elements);
    const auto bias_s32 = random.tensor<int32_t>(c.output_channels());
    const auto requantization = random.requantizations(c.output_channels(), c.taps());
    const auto input_f32 = random.tensor<float>(c.inputs());
    const auto filter_f32 = random.tensor<float>(filter_elements);
    const auto bias_f32 = random.tensor<float>(c.output_channels());

    const auto run_s8 = [&](const KernelSet& set) {
      return testing::run<int8_t>(set, KernelId::depthwise_conv_2d_s8, s8, c.outputs(),
                                  input_s8.data(), filter_s8.data(),
                                  c.has_bias ? bias_s32.data() : nullptr, requantization.data());
    };
    const auto run_f32 = [&](const KernelSet& set) {
      return testing::run<float>(set, KernelId::depthwise_conv_2d_f32, f32, c.outputs(),
                                 input_f32.data(), filter_f32.data(),
                                 c.has_bias ? bias_f32.data() : nullptr);
    };
    for (const KernelSet* set : testing::kVariants) {
      SCOPED_TRACE(set->name);
      ASSERT_EQ(testing::difference(run_s8(kReferenceKernels), run_s8(*set)), "");
      ASSERT_EQ(testing::difference(run_f32(kReferenceKernels), run_f32(*set)), "");
    }
  }
}

TEST(DepthwiseConv2D, Int8WeightsAreScaledFloatOnes) {
  Random random(7);
  for (int32_t i = 0; i < 200; ++i) {
    const Case c = random_case(random);
    const int32_t channels = c.output_channels();
    const Conv2DF32Params p = {c.geometry, -1.0F, 2.0F};
    SCOPED_TRACE(testing::describe(p));
    const auto input = random.tensor<float>(c.inputs());
    const auto filter = random.tensor<int8_t>(int64_t{c.taps()} * channels);
    const auto scale = random.weight_scales(channels);
    const auto bias = random.tensor<float>(channels);
    const float* bias_or_null = random.integer(0, 3) != 0 ? bias.data() : nullptr;
    std::vector<float> filter_f32;
    for (const int8_t weight : filter) {
      const size_t channel = filter_f32.size() % static_cast<size_t>(channels);
      filter_f32.push_back(scale[channel] * static_cast<float>(weight));
    }
    const auto expected =
        testing::run<float>(kReferenceKernels, KernelId::depthwise_conv_2d_f32, p, c.outputs(),
                            input.data(), filter_f32.data(), bias_or_null);
    for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
      SCOPED_TRACE(set->name);
      ASSERT_EQ(testing::difference(
                    expected,
                    testing::run<float>(*set, KernelId::depthwise_conv_2d_f32_s8, p, c.outputs(),
                                        input.data(), filter.data(), scale.data(), bias_or_null)),
                "");
    }
  }
}

// Weights all larger by their zero point give the same, with every kernel set.
TEST(DepthwiseConv2D, AZeroPointOfWeightsChangesNothing) {
  Random random(8);
  for (int32_t i = 0; i < 200; ++i) {
    const Case c = random_case(random);
    const int32_t channels = c.output_channels();
    const int32_t zero_point = random.integer(-60, 60);
    const Conv2DS8Params symmetric = random_params_s8(random, c);
    const Conv2DS8OffsetParams p = {symmetric, -zero_point};
    SCOPED_TRACE(testing::describe(p));
    const auto input = random.tensor<int8_t>(c.inputs());
    std::vector<int8_t> filter, shifted;
    for (int64_t at = 0; at < int64_t{c.taps()} * channels; ++at) {
      filter.push_back(static_cast<int8_t>(random.integer(-67, 67)));
      shifted.push_back(static_cast<int8_t>(filter.back() + zero_point));
    }
    const auto bias = random.tensor<int32_t>(channels);
    const int32_t* bias_or_null = c.has_bias ? bias.data() : nullptr;
    const auto requantization = random.requantizations(channels, c.taps());
    const auto expected = testing::run<int8_t>(kReferenceKernels, KernelId::depthwise_conv_2d_s8,
                                               symmetric, c.outputs(), input.data(), filter.data(),
                                               bias_or_null, requantization.data());
    for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
      SCOPED_TRACE(set->name);
      ASSERT_EQ(testing::difference(
                    expected, testing::run<int8_t>(*set, KernelId::depthwise_conv_2d_s8_offset, p,
                                                   c.outputs(), input.data(), shifted.data(),
                                                   bias_or_null, requantization.data())),
                "");
    }
  }
}

// Two input channels, each with two outputs, and two taps side by side.
TEST(DepthwiseConv2D, ByHand) {
  Conv2DGeometry g = {};
  g.batches = g.input_height = g.output_height = g.output_width = g.filter_height = 1;
  g.input_width = g.input_channels = g.filter_width = 2;
  g.filter_channels = 1;
  g.output_channels = 4;
  g.stride_height = g.stride_width = g.dilation_height = g.dilation_width = 1;

  const float input[] = {1, 2, 3, 4}, filter[] = {1, 10, 2, 20, 3, 30, 4, 40};
  EXPECT_EQ(testing::run<float>(kReferenceKernels, KernelId::depthwise_conv_2d_f32,
                                Conv2DF32Params{g, 0, 150}, 4, input, filter,
                                static_cast<const float*>(nullptr)),
            (std::vector<float>{10, 100, 20, 150}));  // the last is 40 + 160, clamped

  // Zero point -1, halved, output zero point 5.
  const int8_t input_s8[] = {1, 2, 3, 4}, filter_s8[] = {1, 10, 2, 20, 3, 30, 4, 40};
  const int32_t bias[] = {1, 0, -64, 0};
  const Requantization half[] = {{1 << 30, 0}, {1 << 30, 0}, {1 << 30, 0}, {1 << 30, -1}};
  EXPECT_EQ(
      testing::run<int8_t>(kReferenceKernels, KernelId::depthwise_conv_2d_s8,
                           Conv2DS8Params{g, 1, 5, -10, 127}, 4, input_s8, filter_s8, bias, half),
      (std::vector<int8_t>{13, 75, -10, 70}));
}

}  // namespace
}  // namespace solder
