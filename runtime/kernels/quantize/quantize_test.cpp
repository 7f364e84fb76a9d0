#include <gtest/gtest.h>

#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/testing.h"

namespace solder {
namespace {

std::vector<int8_t> quantize(float scale, int32_t zero_point, const std::vector<float>& input) {
  const auto elements = static_cast<int32_t>(input.size());
  return testing::run<int8_t>(kReferenceKernels, KernelId::quantize_f32_s8,
                              QuantizeF32Params{elements, scale, zero_point}, elements,
                              input.data());
}

TEST(Quantize, RoundsHalvesAwayFromZero) {
  EXPECT_EQ(quantize(0.5F, 3, {0, 0.25F, -0.25F, 0.75F, -0.75F, 0.24F, -0.24F, 10}),
            (std::vector<int8_t>{3, 4, 2, 5, 1, 3, 3, 23}));
}

TEST(Quantize, ClampsWhateverComes) {
  EXPECT_EQ(quantize(0.5F, 3, {62, 62.24F, 62.5F, 1e30F, INFINITY, -65.5F, -66, -3e38F, -INFINITY}),
            (std::vector<int8_t>{127, 127, 127, 127, 127, -128, -128, -128, -128}));
  EXPECT_EQ(quantize(1e-38F, -128, {3e38F, -3e38F, NAN, -NAN}),
            (std::vector<int8_t>{127, -128, -128, -128}));
  EXPECT_EQ(quantize(1, 127, {0, 1, -1, NAN}), (std::vector<int8_t>{127, 127, 126, 127}));
}

TEST(Quantize, EveryValueSurvivesThereAndBack) {
  std::vector<int8_t> all;
  for (int32_t q = -128; q <= 127; ++q) all.push_back(static_cast<int8_t>(q));
  for (const float scale : {1e-20F, 0.0123F, 1.0F, 77.7F}) {
    for (const int32_t zero_point : {-128, -1, 0, 127}) {
      const auto real =
          testing::run<float>(kReferenceKernels, KernelId::dequantize_s8_f32,
                              DequantizeParams{256, scale, zero_point}, 256, all.data());
      EXPECT_EQ(real[5], scale * static_cast<float>(-123 - zero_point));
      EXPECT_EQ(quantize(scale, zero_point, real), all);
    }
  }
}

TEST(Quantize, ChangesScales) {
  testing::Random random(1);
  std::vector<int8_t> all;
  for (int32_t q = -128; q <= 127; ++q) all.push_back(static_cast<int8_t>(q));
  for (int32_t i = 0; i < 100; ++i) {
    const RequantizeParams p = {
        .elements = 256,
        .input_zero_point = testing::random_zero_point(random),
        .output_zero_point = testing::random_zero_point(random),
        .requantization = quantize_multiplier(static_cast<double>(random.real(0.01F, 3)))};
    SCOPED_TRACE(testing::describe(p));
    std::vector<int8_t> expected;
    for (const int8_t q : all) {
      expected.push_back(testing::plain_output(int64_t{q} - p.input_zero_point, p.requantization,
                                               p.output_zero_point, {-128, 127}));
    }
    ASSERT_EQ(testing::run<int8_t>(kReferenceKernels, KernelId::quantize_s8_s8, p, 256, all.data()),
              expected);
  }
}

TEST(Quantize, SixteenBits) {
  const float real[] = {0, 0.25F, -0.25F, 0.24F, 1e9F, -1e9F, NAN, 100.5F};
  EXPECT_EQ(testing::run<int16_t>(kReferenceKernels, KernelId::quantize_f32_s16,
                                  QuantizeF32Params{8, 0.5F, 0}, 8, real),
            (std::vector<int16_t>{0, 1, -1, 0, INT16_MAX, INT16_MIN, 0, 201}));
  const int16_t wide[] = {0, 1, -2, 300, INT16_MAX, INT16_MIN};
  EXPECT_EQ(testing::run<float>(kReferenceKernels, KernelId::dequantize_s16_f32,
                                DequantizeParams{6, 0.5F, 0}, 6, wide),
            (std::vector<float>{0, 0.5F, -1, 150, 16383.5F, -16384}));
  const Requantization quarter = quantize_multiplier(0.25), two = quantize_multiplier(2);
  EXPECT_EQ(testing::run<int8_t>(kReferenceKernels, KernelId::quantize_s16_s8,
                                 RequantizeParams{6, 0, 3, quarter}, 6, wide),
            (std::vector<int8_t>{3, 4, 2, 78, 127, -128}));  // 1 / 4 is rounded twice: 1 / 2, 1
  EXPECT_EQ(testing::run<int16_t>(kReferenceKernels, KernelId::quantize_s16_s16,
                                  RequantizeParams{6, 0, 0, two}, 6, wide),
            (std::vector<int16_t>{0, 2, -4, 600, INT16_MAX, INT16_MIN}));
  const int8_t narrow[] = {-128, 3, 127};
  EXPECT_EQ(testing::run<int16_t>(kReferenceKernels, KernelId::quantize_s8_s16,
                                  RequantizeParams{3, 3, 0, quantize_multiplier(100)}, 3, narrow),
            (std::vector<int16_t>{-13100, 0, 12400}));
}

TEST(Quantize, UnsignedIsSignedMovedBy128) {
  std::vector<int8_t> signed_values;
  std::vector<uint8_t> unsigned_values;
  for (int32_t q = -128; q <= 127; ++q) {
    signed_values.push_back(static_cast<int8_t>(q));
    unsigned_values.push_back(static_cast<uint8_t>(q + 128));
  }
  const Requantization one = quantize_multiplier(1.0);
  for (const int32_t zero_point : {-128, -5, 0, 127}) {
    EXPECT_EQ(testing::run<int8_t>(kReferenceKernels, KernelId::quantize_u8_s8,
                                   RequantizeParams{256, zero_point + 128, zero_point, one}, 256,
                                   unsigned_values.data()),
              signed_values);
    EXPECT_EQ(testing::run<uint8_t>(kReferenceKernels, KernelId::quantize_s8_u8,
                                    RequantizeParams{256, zero_point, zero_point + 128, one}, 256,
                                    signed_values.data()),
              unsigned_values);
  }
}

TEST(Quantize, UnsignedClampsToItsOwnRange) {
  const Requantization two = quantize_multiplier(2.0);
  const uint8_t high[] = {0, 100, 200, 255};
  EXPECT_EQ(testing::run<int8_t>(kReferenceKernels, KernelId::quantize_u8_s8,
                                 RequantizeParams{4, 128, 0, two}, 4, high),
            (std::vector<int8_t>{-128, -56, 127, 127}));
  const int8_t low[] = {-128, -20, 20, 127};
  EXPECT_EQ(testing::run<uint8_t>(kReferenceKernels, KernelId::quantize_s8_u8,
                                  RequantizeParams{4, 0, 128, two}, 4, low),
            (std::vector<uint8_t>{0, 88, 168, 255}));
}

}  // namespace
}  // namespace solder
