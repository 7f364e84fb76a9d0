// CONV_2D and DEPTHWISE_CONV_2D compute the same, with their filters in different orders.
#include <gtest/gtest.h>

#include <ostream>

#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/testing.h"

namespace solder {
namespace {

using testing::Random;

struct Family {
  const char* name;
  KernelId s8, s16, f32, f32_s8, s8_offset;
  bool is_depthwise;
};

void PrintTo(const Family& family, std::ostream* out) { *out << family.name; }

constexpr Family kFamilies[] = {
    {"Conv2D", KernelId::conv_2d_s8, KernelId::conv_2d_s16, KernelId::conv_2d_f32,
     KernelId::conv_2d_f32_s8, KernelId::conv_2d_s8_offset, false},
    {"DepthwiseConv2D", KernelId::depthwise_conv_2d_s8, KernelId::depthwise_conv_2d_s16,
     KernelId::depthwise_conv_2d_f32, KernelId::depthwise_conv_2d_f32_s8,
     KernelId::depthwise_conv_2d_s8_offset, true},
};

struct Case {
  Conv2DGeometry geometry;
  bool has_bias, is_depthwise;

  int64_t inputs() const {
    const Conv2DGeometry& g = geometry;
    return int64_t{g.batches} * g.input_height * g.input_width * g.input_channels;
  }
  int32_t filter_size() const {
    return geometry.filter_height * geometry.filter_width * geometry.filter_channels;
  }
  int64_t outputs() const {
    const Conv2DGeometry& g = geometry;
    return int64_t{g.batches} * g.output_height * g.output_width * g.output_channels;
  }
  // The filter is [channels, taps], of a depthwise convolution [taps, channels].
  size_t weight(int64_t tap, int64_t channel) const {
    return static_cast<size_t>(is_depthwise ? tap * geometry.output_channels + channel
                                            : channel * filter_size() + tap);
  }
  size_t channel_of_weight(int64_t at) const {
    return static_cast<size_t>(is_depthwise ? at % geometry.output_channels : at / filter_size());
  }
};

Case random_case(const Family& family, Random& random) {
  const testing::Axis rows = testing::random_axis(random, true);
  const testing::Axis columns = testing::random_axis(random, true);
  const int32_t multipliers[] = {1, 1, 1, 2, 3, 4, 8, 11};
  int32_t groups = random.integer(0, 3) == 0 ? random.integer(2, 4) : 1;
  int32_t filter_channels = testing::random_channels(random);
  int32_t channels_of_group = testing::random_channels(random);
  if (family.is_depthwise) {
    groups = filter_channels;
    filter_channels = 1;
    channels_of_group = random.one_of(multipliers);
  }
  return {.geometry = {.batches = random.integer(1, 2),
                       .input_height = rows.size,
                       .input_width = columns.size,
                       .input_channels = filter_channels * groups,
                       .filter_height = rows.taps,
                       .filter_width = columns.taps,
                       .filter_channels = filter_channels,
                       .output_height = rows.outputs,
                       .output_width = columns.outputs,
                       .output_channels = channels_of_group * groups,
                       .stride_height = rows.stride,
                       .stride_width = columns.stride,
                       .dilation_height = rows.dilation,
                       .dilation_width = columns.dilation,
                       .pad_top = rows.pad,
                       .pad_left = columns.pad},
          .has_bias = random.integer(0, 3) != 0,
          .is_depthwise = family.is_depthwise};
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
  const int64_t out_c = output % g.output_channels;
  const int64_t out_x = output / g.output_channels % g.output_width;
  const int64_t out_y = output / g.output_channels / g.output_width % g.output_height;
  const int64_t b = output / g.output_channels / g.output_width / g.output_height;
  const int64_t group = out_c / (g.output_channels / (g.input_channels / g.filter_channels));
  const auto padded_input = [&](int64_t y, int64_t x, int64_t channel) -> Sum {
    if (y < 0 || x < 0 || y >= g.input_height || x >= g.input_width) return 0;
    const int64_t at = ((b * g.input_height + y) * g.input_width + x) * g.input_channels + channel;
    return static_cast<Sum>(input.at(static_cast<size_t>(at))) + offset;
  };
  Sum sum = 0;
  int64_t tap = 0;
  for (int64_t ky = 0; ky < g.filter_height; ++ky) {
    for (int64_t kx = 0; kx < g.filter_width; ++kx) {
      for (int64_t i = 0; i < g.filter_channels; ++i) {
        sum += padded_input(out_y * g.stride_height + ky * g.dilation_height - g.pad_top,
                            out_x * g.stride_width + kx * g.dilation_width - g.pad_left,
                            group * g.filter_channels + i) *
               static_cast<Sum>(filter.at(c.weight(tap++, out_c)));
      }
    }
  }
  return sum;
}

class Convolution : public ::testing::TestWithParam<Family> {};

TEST_P(Convolution, ReferenceS8FollowsTheDefinition) {
  Random random(1);
  for (int32_t i = 0; i < 60; ++i) {
    const Case c = random_case(GetParam(), random);
    const Conv2DGeometry& g = c.geometry;
    const Conv2DS8Params p = random_params_s8(random, c);
    SCOPED_TRACE(testing::describe(p));
    const auto input = random.tensor<int8_t>(c.inputs());
    const auto filter = random.tensor<int8_t>(int64_t{c.filter_size()} * g.output_channels);
    const auto bias = random.tensor<int32_t>(g.output_channels);
    const auto requantization = random.requantizations(g.output_channels, c.filter_size());
    const int32_t* bias_or_null = c.has_bias ? bias.data() : nullptr;

    const auto output =
        testing::run<int8_t>(kReferenceKernels, GetParam().s8, p, c.outputs(), input.data(),
                             filter.data(), bias_or_null, requantization.data());
    std::vector<int8_t> expected;
    for (int64_t at = 0; at < c.outputs(); ++at) {
      const auto channel = static_cast<size_t>(at % g.output_channels);
      int64_t sum = plain_sum<int64_t>(c, input, p.input_offset, filter, at);
      if (c.has_bias) sum += bias[channel];
      expected.push_back(testing::plain_output(sum, requantization[channel], p.output_offset,
                                               {p.activation_min, p.activation_max}));
    }
    ASSERT_EQ(testing::difference(expected, output), "");
  }
}

TEST_P(Convolution, S16FollowsTheDefinition) {
  Random random(4);
  for (int32_t i = 0; i < 200; ++i) {
    const Case c = random_case(GetParam(), random);
    const testing::ActivationRange range = testing::random_activation_s16(random);
    const Conv2DS16Params p = {c.geometry, random.integer(0, 1) == 0 ? 32 : 64, range.min,
                               range.max};
    SCOPED_TRACE(testing::describe(p));
    const auto input = random.tensor<int16_t>(c.inputs());
    const auto filter =
        random.tensor<int8_t>(int64_t{c.filter_size()} * c.geometry.output_channels);
    const auto bias = random.tensor<int64_t>(c.geometry.output_channels);
    const auto requantization =
        random.requantizations(c.geometry.output_channels, c.filter_size(), kMaxWideShift);
    std::vector<int16_t> expected;
    for (int64_t at = 0; at < c.outputs(); ++at) {
      const auto channel = static_cast<size_t>(at % c.geometry.output_channels);
      int64_t sum = plain_sum<int64_t>(c, input, 0, filter, at);
      if (c.has_bias) sum += bias[channel];
      expected.push_back(
          testing::plain_output_s16(sum, requantization[channel], p.sum_bits, range));
    }
    for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
      SCOPED_TRACE(set->name);
      const auto output =
          testing::run<int16_t>(*set, GetParam().s16, p, c.outputs(), input.data(), filter.data(),
                                c.has_bias ? bias.data() : nullptr, requantization.data());
      ASSERT_EQ(testing::difference(expected, output), "");
    }
  }
}

TEST_P(Convolution, ReferenceF32FollowsTheDefinition) {
  Random random(2);
  for (int32_t i = 0; i < 60; ++i) {
    const Case c = random_case(GetParam(), random);
    const Conv2DGeometry& g = c.geometry;
    const Conv2DF32Params p = {g, -3.0F, 4.0F};
    SCOPED_TRACE(testing::describe(p));
    const auto input = random.tensor<float>(c.inputs());
    const auto filter = random.tensor<float>(int64_t{c.filter_size()} * g.output_channels);
    const auto bias = random.tensor<float>(g.output_channels);

    const auto output =
        testing::run<float>(kReferenceKernels, GetParam().f32, p, c.outputs(), input.data(),
                            filter.data(), c.has_bias ? bias.data() : nullptr);
    for (int64_t at = 0; at < c.outputs(); ++at) {
      double sum = plain_sum<double>(c, input, 0.0, filter, at);
      if (c.has_bias) sum += static_cast<double>(bias[static_cast<size_t>(at % g.output_channels)]);
      const double expected = sum < -3 ? -3 : sum > 4 ? 4 : sum;
      ASSERT_NEAR(output.at(static_cast<size_t>(at)), expected, 1e-7 * (c.filter_size() + 10));
    }
  }
}

TEST_P(Convolution, VariantsAgreeWithReference) {
  Random random(3);
  for (int32_t i = 0; i < 400; ++i) {
    const Case c = random_case(GetParam(), random);
    const Conv2DGeometry& g = c.geometry;
    const Conv2DS8Params s8 = random_params_s8(random, c);
    const Conv2DF32Params f32 = {g, -3.0F, 4.0F};
    SCOPED_TRACE(testing::describe(s8));
    const int64_t filter_elements = int64_t{c.filter_size()} * g.output_channels;
    const auto input_s8 = random.tensor<int8_t>(c.inputs());
    const auto filter_s8 = random.tensor<int8_t>(filter_elements);
    const auto bias_s32 = random.tensor<int32_t>(g.output_channels);
    const auto requantization = random.requantizations(g.output_channels, c.filter_size());
    const auto input_f32 = random.tensor<float>(c.inputs());
    const auto filter_f32 = random.tensor<float>(filter_elements);
    const auto bias_f32 = random.tensor<float>(g.output_channels);

    const auto run_s8 = [&](const KernelSet& set) {
      return testing::run<int8_t>(set, GetParam().s8, s8, c.outputs(), input_s8.data(),
                                  filter_s8.data(), c.has_bias ? bias_s32.data() : nullptr,
                                  requantization.data());
    };
    const auto run_f32 = [&](const KernelSet& set) {
      return testing::run<float>(set, GetParam().f32, f32, c.outputs(), input_f32.data(),
                                 filter_f32.data(), c.has_bias ? bias_f32.data() : nullptr);
    };
    for (const KernelSet* set : testing::kVariants) {
      SCOPED_TRACE(set->name);
      ASSERT_EQ(testing::difference(run_s8(kReferenceKernels), run_s8(*set)), "");
      ASSERT_EQ(testing::difference(run_f32(kReferenceKernels), run_f32(*set)), "");
    }
  }
}

TEST_P(Convolution, Int8WeightsAreScaledFloatOnes) {
  Random random(7);
  for (int32_t i = 0; i < 200; ++i) {
    const Case c = random_case(GetParam(), random);
    const int32_t channels = c.geometry.output_channels;
    const Conv2DF32Params p = {c.geometry, -3.0F, 4.0F};
    SCOPED_TRACE(testing::describe(p));
    const auto input = random.tensor<float>(c.inputs());
    const auto filter = random.tensor<int8_t>(int64_t{c.filter_size()} * channels);
    const auto scale = random.weight_scales(channels);
    const auto bias = random.tensor<float>(channels);
    const float* bias_or_null = random.integer(0, 3) != 0 ? bias.data() : nullptr;
    std::vector<float> filter_f32;
    for (const int8_t weight : filter) {
      const auto channel = c.channel_of_weight(static_cast<int64_t>(filter_f32.size()));
      filter_f32.push_back(scale[channel] * static_cast<float>(weight));
    }
    const auto expected = testing::run<float>(kReferenceKernels, GetParam().f32, p, c.outputs(),
                                              input.data(), filter_f32.data(), bias_or_null);
    for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
      SCOPED_TRACE(set->name);
      ASSERT_EQ(
          testing::difference(
              expected, testing::run<float>(*set, GetParam().f32_s8, p, c.outputs(), input.data(),
                                            filter.data(), scale.data(), bias_or_null)),
          "");
    }
  }
}

// Weights all larger by their zero point give the same, with every kernel set.
TEST_P(Convolution, AZeroPointOfWeightsChangesNothing) {
  Random random(8);
  for (int32_t i = 0; i < 200; ++i) {
    const Case c = random_case(GetParam(), random);
    const int32_t channels = c.geometry.output_channels;
    const int32_t zero_point = random.integer(-60, 60);
    const Conv2DS8Params symmetric = random_params_s8(random, c);
    const Conv2DS8OffsetParams p = {symmetric, -zero_point};
    SCOPED_TRACE(testing::describe(p));
    const auto input = random.tensor<int8_t>(c.inputs());
    std::vector<int8_t> filter, shifted;
    for (int64_t at = 0; at < int64_t{c.filter_size()} * channels; ++at) {
      filter.push_back(static_cast<int8_t>(random.integer(-67, 67)));
      shifted.push_back(static_cast<int8_t>(filter.back() + zero_point));
    }
    const auto bias = random.tensor<int32_t>(channels);
    const int32_t* bias_or_null = c.has_bias ? bias.data() : nullptr;
    const auto requantization = random.requantizations(channels, c.filter_size());
    const auto expected =
        testing::run<int8_t>(kReferenceKernels, GetParam().s8, symmetric, c.outputs(), input.data(),
                             filter.data(), bias_or_null, requantization.data());
    for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
      SCOPED_TRACE(set->name);
      ASSERT_EQ(testing::difference(
                    expected,
                    testing::run<int8_t>(*set, GetParam().s8_offset, p, c.outputs(), input.data(),
                                         shifted.data(), bias_or_null, requantization.data())),
                "");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Convolution, ::testing::ValuesIn(kFamilies),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace solder
