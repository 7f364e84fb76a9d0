#include <gtest/gtest.h>

#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/testing.h"

namespace solder {
namespace {

using testing::Random;

FullyConnectedS8Params random_params_s8(Random& random) {
  const testing::ActivationRange range = testing::random_activation(random);
  return {.batches = random.integer(1, 3),
          .input_depth = random.integer(1, 70),
          .output_depth = testing::random_channels(random),
          .input_offset = -testing::random_zero_point(random),
          .filter_offset = random.integer(0, 1) == 0 ? 0 : -testing::random_zero_point(random),
          .output_offset = testing::random_zero_point(random),
          .activation_min = range.min,
          .activation_max = range.max,
          .per_channel = random.integer(0, 1)};
}

TEST(FullyConnected, ReferenceFollowsTheDefinition) {
  Random random(1);
  for (int32_t i = 0; i < 100; ++i) {
    const FullyConnectedS8Params p = random_params_s8(random);
    SCOPED_TRACE(testing::describe(p));
    const auto input = random.tensor<int8_t>(p.batches * p.input_depth);
    const auto filter = random.tensor<int8_t>(p.output_depth * p.input_depth);
    const auto bias = random.tensor<int32_t>(p.output_depth);
    const auto requantization =
        random.requantizations(p.per_channel != 0 ? p.output_depth : 1, p.input_depth);
    std::vector<int8_t> expected;
    std::vector<float> input_f32(input.begin(), input.end());
    std::vector<float> filter_f32(filter.begin(), filter.end());
    std::vector<float> bias_f32(bias.begin(), bias.end());
    std::vector<float> expected_f32;
    for (int32_t b = 0; b < p.batches; ++b) {
      for (int32_t out = 0; out < p.output_depth; ++out) {
        const auto channel = static_cast<size_t>(out);
        int64_t sum = bias[channel];
        int64_t plain = bias[channel];
        for (int32_t k = 0; k < p.input_depth; ++k) {
          const int64_t x = input[static_cast<size_t>(b * p.input_depth + k)];
          const int64_t w = filter[static_cast<size_t>(out * p.input_depth + k)];
          sum += (x + p.input_offset) * (w + p.filter_offset);
          plain += x * w;
        }
        expected.push_back(
            testing::plain_output(sum, requantization[p.per_channel != 0 ? channel : 0],
                                  p.output_offset, {p.activation_min, p.activation_max}));
        expected_f32.push_back(static_cast<float>(plain > 30000 ? 30000 : plain));
      }
    }
    const auto elements = static_cast<int64_t>(expected.size());
    ASSERT_EQ(testing::difference(
                  expected, testing::run<int8_t>(kReferenceKernels, KernelId::fully_connected_s8, p,
                                                 elements, input.data(), filter.data(), bias.data(),
                                                 requantization.data())),
              "");
    // Sums of small integers are exact in float32.
    const FullyConnectedF32Params f32 = {p.batches, p.input_depth, p.output_depth, -1e9F, 30000};
    ASSERT_EQ(testing::difference(
                  expected_f32, testing::run<float>(
                                    kReferenceKernels, KernelId::fully_connected_f32, f32, elements,
                                    input_f32.data(), filter_f32.data(), bias_f32.data())),
              "");
  }
}

TEST(FullyConnected, VariantsAgreeWithReference) {
  Random random(2);
  for (int32_t i = 0; i < 400; ++i) {
    const FullyConnectedS8Params s8 = random_params_s8(random);
    const FullyConnectedF32Params f32 = {s8.batches, s8.input_depth, s8.output_depth, -2, 2};
    SCOPED_TRACE(testing::describe(s8));
    const bool has_bias = random.integer(0, 3) != 0;
    const int64_t elements = int64_t{s8.batches} * s8.output_depth;
    const auto input_s8 = random.tensor<int8_t>(s8.batches * s8.input_depth);
    const auto filter_s8 = random.tensor<int8_t>(s8.output_depth * s8.input_depth);
    const auto bias_s32 = random.tensor<int32_t>(s8.output_depth);
    const auto requantization =
        random.requantizations(s8.per_channel != 0 ? s8.output_depth : 1, s8.input_depth);
    const auto input_f32 = random.tensor<float>(s8.batches * s8.input_depth);
    const auto filter_f32 = random.tensor<float>(s8.output_depth * s8.input_depth);
    const auto bias_f32 = random.tensor<float>(s8.output_depth);

    const auto run_s8 = [&](const KernelSet& set) {
      return testing::run<int8_t>(set, KernelId::fully_connected_s8, s8, elements, input_s8.data(),
                                  filter_s8.data(), has_bias ? bias_s32.data() : nullptr,
                                  requantization.data());
    };
    const auto run_f32 = [&](const KernelSet& set) {
      return testing::run<float>(set, KernelId::fully_connected_f32, f32, elements,
                                 input_f32.data(), filter_f32.data(),
                                 has_bias ? bias_f32.data() : nullptr);
    };
    for (const KernelSet* set : testing::kVariants) {
      SCOPED_TRACE(set->name);
      ASSERT_EQ(testing::difference(run_s8(kReferenceKernels), run_s8(*set)), "");
      ASSERT_EQ(testing::difference(run_f32(kReferenceKernels), run_f32(*set)), "");
    }
  }
}

TEST(FullyConnected, Int8WeightsAreScaledFloatOnes) {
  Random random(7);
  for (int32_t i = 0; i < 200; ++i) {
    const FullyConnectedF32Params p = {random.integer(1, 3), random.integer(1, 70),
                                       testing::random_channels(random), -2, 2};
    SCOPED_TRACE(testing::describe(p));
    const auto input = random.tensor<float>(p.batches * p.input_depth);
    const auto filter = random.tensor<int8_t>(p.output_depth * p.input_depth);
    const auto scale = random.weight_scales(p.output_depth);
    const auto bias = random.tensor<float>(p.output_depth);
    const float* bias_or_null = random.integer(0, 3) != 0 ? bias.data() : nullptr;
    std::vector<float> filter_f32;
    for (const int8_t weight : filter) {
      const size_t channel = filter_f32.size() / static_cast<size_t>(p.input_depth);
      filter_f32.push_back(scale[channel] * static_cast<float>(weight));
    }
    const auto expected = testing::run<float>(kReferenceKernels, KernelId::fully_connected_f32, p,
                                              int64_t{p.batches} * p.output_depth, input.data(),
                                              filter_f32.data(), bias_or_null);
    for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
      SCOPED_TRACE(set->name);
      ASSERT_EQ(testing::difference(
                    expected, testing::run<float>(*set, KernelId::fully_connected_f32_s8, p,
                                                  int64_t{p.batches} * p.output_depth, input.data(),
                                                  filter.data(), scale.data(), bias_or_null)),
                "");
    }
  }
}

TEST(FullyConnected, S16FollowsTheDefinition) {
  Random random(3);
  for (int32_t i = 0; i < 200; ++i) {
    const testing::ActivationRange range = testing::random_activation_s16(random);
    const FullyConnectedS16Params p = {.batches = random.integer(1, 3),
                                       .input_depth = random.integer(1, 700),
                                       .output_depth = testing::random_channels(random),
                                       .sum_bits = random.integer(0, 1) == 0 ? 32 : 64,
                                       .activation_min = range.min,
                                       .activation_max = range.max,
                                       .per_channel = random.integer(0, 1)};
    SCOPED_TRACE(testing::describe(p));
    const bool has_bias = random.integer(0, 3) != 0;
    const auto input = random.tensor<int16_t>(p.batches * p.input_depth);
    const auto filter = random.tensor<int8_t>(p.output_depth * p.input_depth);
    const auto bias = random.tensor<int64_t>(p.output_depth);
    const auto requantization = random.requantizations(p.per_channel != 0 ? p.output_depth : 1,
                                                       p.input_depth, kMaxWideShift);
    std::vector<int16_t> expected;
    for (int32_t at = 0; at < p.batches * p.output_depth; ++at) {
      const auto out = static_cast<size_t>(at % p.output_depth);
      int64_t sum = has_bias ? bias[out] : 0;
      for (int32_t k = 0; k < p.input_depth; ++k) {
        const auto depth = static_cast<size_t>(p.input_depth);
        sum +=
            int64_t{
                input[static_cast<size_t>(at / p.output_depth) * depth + static_cast<size_t>(k)]} *
            filter[out * depth + static_cast<size_t>(k)];
      }
      expected.push_back(testing::plain_output_s16(
          sum, requantization[p.per_channel != 0 ? out : 0], p.sum_bits, range));
    }
    for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
      ASSERT_EQ(
          testing::difference(
              expected, testing::run<int16_t>(*set, KernelId::fully_connected_s16, p,
                                              static_cast<int64_t>(expected.size()), input.data(),
                                              filter.data(), has_bias ? bias.data() : nullptr,
                                              requantization.data())),
          "");
    }
  }
}

TEST(FullyConnected, ByHand) {
  const int8_t input[] = {1, 2, 3}, filter[] = {1, 2, 3, -1, -2, -3};
  const int32_t bias[] = {0, INT32_MIN};  // the second sum wraps around
  const Requantization quarter[] = {{1 << 30, -1}};
  const FullyConnectedS8Params p = {.batches = 1,
                                    .input_depth = 3,
                                    .output_depth = 2,
                                    .input_offset = 1,
                                    .filter_offset = 2,
                                    .output_offset = 3,
                                    .activation_min = -128,
                                    .activation_max = 127,
                                    .per_channel = 0};
  for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
    EXPECT_EQ(testing::run<int8_t>(*set, KernelId::fully_connected_s8, p, 2, input, filter, bias,
                                   quarter),
              (std::vector<int8_t>{13, 127}));  // (2 * 3 + 3 * 4 + 4 * 5) / 4 + 3 = 9.5 -> 10, + 3
  }
}

}  // namespace
}  // namespace solder
