#include "compiler/quantization/affine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

TEST(Affine, ZeroIsExactAndTheRangeCovered) {
  for (const Range range : {Range{0, 6}, Range{-1, 1}, Range{-6, 0}, Range{-0.001F, 5},
                            Range{-3.7F, 0.02F}, Range{0, 1e-6F}}) {
    const Quantization q = int8_quantization(range);
    ASSERT_EQ(q.scale.size(), 1U);
    EXPECT_GE(q.zero_point[0], -128);
    EXPECT_LE(q.zero_point[0], 127);
    const double scale = q.scale[0], zero_point = static_cast<double>(q.zero_point[0]);
    EXPECT_NEAR(scale * (-128 - zero_point), range.min, scale);
    EXPECT_NEAR(scale * (127 - zero_point), range.max, scale);
  }
  EXPECT_EQ(int8_quantization({0, 255}), (Quantization{.scale = {1}, .zero_point = {-128}}));
  EXPECT_EQ(int8_quantization({}), (Quantization{.scale = {1}, .zero_point = {0}}));
}

TEST(Affine, SixteenBitsAreSymmetric) {
  EXPECT_EQ(int16_quantization({0, 32767}), (Quantization{.scale = {1}, .zero_point = {0}}));
  EXPECT_EQ(int16_quantization({-65534, 1}), (Quantization{.scale = {2}, .zero_point = {0}}));
  EXPECT_EQ(int16_quantization({}), (Quantization{.scale = {1}, .zero_point = {0}}));
}

TEST(Affine, ValuesAreRoundedAndClamped) {
  const Quantization q{.scale = {0.5F}, .zero_point = {3}};
  const std::vector<float> values = {0, 0.25F, -0.25F, 1e9F, -1e9F};
  EXPECT_THAT(quantize_values(values, q, TensorType::INT8), ElementsAre(3, 4, 2, 0x7f, 0x80));
  EXPECT_THAT(quantize_values(values, q, TensorType::INT16),
              ElementsAre(3, 0, 4, 0, 2, 0, 0xff, 0x7f, 0, 0x80));
}

TEST(Affine, WeightsHaveAScaleForEachChannelAndNarrowRange) {
  const Tensor w = float_constant("w", {4, {2, 1, 1, 2}}, std::vector<float>{1, -2, 0.5F, 0.25F});
  const Tensor q = quantize_weights(w, 0);
  EXPECT_EQ(q.name, "w");
  EXPECT_THAT(q.quantization.scale, ElementsAre(2.0F / 127, 0.5F / 127));
  EXPECT_THAT(q.quantization.zero_point, Each(0));
  EXPECT_THAT(q.values<int8_t>(), ElementsAre(64, -127, 127, 64));

  const Tensor last = quantize_weights(w, 3);
  EXPECT_EQ(last.quantization.axis, 3);
  EXPECT_THAT(last.quantization.scale, ElementsAre(1.0F / 127, 2.0F / 127));
  EXPECT_THAT(last.values<int8_t>(), ElementsAre(127, -127, 64, 16));

  const Tensor one = quantize_weights(w, std::nullopt);
  EXPECT_THAT(one.quantization.scale, ElementsAre(2.0F / 127));
  EXPECT_THAT(one.values<int8_t>(), ElementsAre(64, -127, 32, 16));
}

TEST(Affine, WeightsAreClippedWhereTheScaleMustNotGrow) {
  const Tensor w = float_constant("w", {2, {1, 3}}, std::vector<float>{1000, -2, 0.6F});
  const Tensor q = quantize_weights(w, 0, {.highest = 1});
  EXPECT_THAT(q.quantization.scale, ElementsAre(1));
  EXPECT_THAT(q.values<int8_t>(), ElementsAre(127, -2, 1));
}

TEST(Affine, ErrorsOfWeightsAreHalfAStepAtMost) {
  const Shape shape = {4, {8, 3, 3, 5}};
  const Tensor w = float_constant("w", shape, testing::random_floats(shape.elements(), 7));
  const Tensor q = quantize_weights(w, 0);
  const std::vector<float> back = dequantize_weights(q);
  for (size_t i = 0; i < back.size(); ++i)
    EXPECT_NEAR(back[i], w.values<float>()[i], q.quantization.scale[scale_index(q, i)] * 0.5001F);
}

TEST(Affine, BiasesHaveTheScaleOfTheProducts) {
  const Quantization weights{.scale = {0.5F, 0.25F}, .zero_point = {0, 0}};
  const Tensor b = quantize_bias("b", std::vector<float>{1, -1}, 0.1F, weights, TensorType::INT32);
  EXPECT_EQ(b.type, TensorType::INT32);
  EXPECT_THAT(b.quantization.scale, ElementsAre(0.1F * 0.5F, 0.1F * 0.25F));
  EXPECT_THAT(b.values<int32_t>(), ElementsAre(20, -40));
  const Tensor shared = quantize_bias("b", std::vector<float>{1, -1}, 0.1F,
                                      {.scale = {0.5F}, .zero_point = {0}}, TensorType::INT32);
  EXPECT_EQ(shared.quantization.scale.size(), 1U);
  EXPECT_THAT(shared.values<int32_t>(), ElementsAre(20, -20));
  const Tensor wide =
      quantize_bias("b", std::vector<float>{1, -1}, 0x1p-30F, weights, TensorType::INT64);
  EXPECT_THAT(wide.values<int64_t>(), ElementsAre(int64_t{1} << 31, -(int64_t{1} << 32)));
}

TEST(Affine, ChannelsWithTinyWeightsKeepTheirBias) {
  // Unbounded, the scale of the second channel would make a bias of 10^12.
  const Tensor w = float_constant("w", {2, {3, 1}}, std::vector<float>{1, 1e-10F, 0});
  const std::vector<float> bias = {1, 1, -1};
  const Tensor q = quantize_weights(
      w, 0, {.lowest = lowest_weight_scales(bias, 0.01F, true, TensorType::INT32)});
  const Tensor b = quantize_bias("b", bias, 0.01F, q.quantization, TensorType::INT32);
  for (size_t c = 0; c < bias.size(); ++c) {
    EXPECT_NEAR(static_cast<float>(b.values<int32_t>()[c]) * b.quantization.scale[c], bias[c],
                1e-4F);
    EXPECT_LE(std::abs(b.values<int32_t>()[c]), (1 << 29) + 64);
  }
}

}  // namespace
}  // namespace solder::compiler
