#include <gtest/gtest.h>

#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/testing.h"

namespace solder {
namespace {

std::vector<int8_t> all_int8() {
  std::vector<int8_t> values;
  for (int32_t x = -128; x <= 127; ++x) values.push_back(static_cast<int8_t>(x));
  return values;
}

LogisticS8Params logistic_params(int32_t elements, int32_t zero_point, double input_scale) {
  const Requantization r = quantize_multiplier(input_scale * 0x1p27);
  return {.elements = elements,
          .input_zero_point = zero_point,
          .input_range_radius =
              static_cast<int32_t>(std::floor(15 * 0x1p27 / std::ldexp(1.0, r.shift))),
          .input_multiplier = r.multiplier,
          .input_shift = r.shift};
}

TEST(Relu, F32ClampsAndKeepsNaN) {
  const float input[] = {-1, -0.5F, 0, 3, 6, 7, INFINITY, -INFINITY, NAN};
  const auto output =
      testing::run<float>(kReferenceKernels, KernelId::relu_f32, ReluF32Params{9, 0, 6}, 9, input);
  const std::vector<float> expected = {0, 0, 0, 3, 6, 6, 6, 0, NAN};
  EXPECT_EQ(testing::difference(expected, output), "");
}

TEST(Relu, S8RescalesAndClamps) {
  testing::Random random(1);
  for (int32_t i = 0; i < 100; ++i) {
    const testing::ActivationRange range = testing::random_activation(random);
    const ReluS8Params p = {
        .elements = 256,
        .input_offset = -testing::random_zero_point(random),
        .output_offset = testing::random_zero_point(random),
        .requantization = quantize_multiplier(static_cast<double>(random.real(0.01F, 9))),
        .activation_min = range.min,
        .activation_max = range.max};
    SCOPED_TRACE(testing::describe(p));
    std::vector<int8_t> expected;
    for (const int8_t x : all_int8()) {
      expected.push_back(testing::plain_output(int64_t{x} + p.input_offset, p.requantization,
                                               p.output_offset, range));
    }
    ASSERT_EQ(testing::run<int8_t>(kReferenceKernels, KernelId::relu_s8, p, 256, all_int8().data()),
              expected);
  }
}

TEST(Logistic, F32IsTheFunction) {
  const float input[] = {-200, -88, -20, -9.5F, -1, 0, 0.5F, 10, 100, INFINITY, -INFINITY, NAN};
  const auto output = testing::run<float>(kReferenceKernels, KernelId::logistic_f32,
                                          LogisticF32Params{12}, 12, input);
  for (size_t i = 0; i < 11; ++i) {
    const double expected = 1 / (1 + std::exp(-static_cast<double>(input[i])));
    EXPECT_NEAR(output[i], expected, 4e-7 * expected + 1e-38) << input[i];
  }
  EXPECT_TRUE(std::isnan(output[11]));
}

TEST(Logistic, S8IsCloseToTheFunction) {
  for (const double scale : {0.001, 0.02, 0.0625, 0.5, 3.0}) {
    for (const int32_t zero_point : {-128, -5, 0, 127}) {
      const auto input = all_int8();
      const auto output =
          testing::run<int8_t>(kReferenceKernels, KernelId::logistic_s8,
                               logistic_params(256, zero_point, scale), 256, input.data());
      for (size_t i = 0; i < input.size(); ++i) {
        const double expected = 256 / (1 + std::exp(-scale * (input[i] - zero_point))) - 128;
        EXPECT_NEAR(output[i], std::fmin(expected, 127), 0.51) << scale << " " << +input[i];
      }
    }
  }
}

// From an implementation of TensorFlow Lite's formulas in arbitrary-precision integers.
TEST(Logistic, S8KnownBits) {
  const int8_t wide[] = {-128, -100, -50, -10, -1, 0, 1, 5, 20, 77, 127};
  EXPECT_EQ(testing::run<int8_t>(kReferenceKernels, KernelId::logistic_s8,
                                 logistic_params(11, -7, 0.0625), 11, wide),
            (std::vector<int8_t>{-128, -127, -112, -12, 24, 28, 31, 46, 88, 127, 127}));
  const int8_t narrow[] = {-128, -3, -2, -1, 0, 1, 2, 3, 127};
  EXPECT_EQ(testing::run<int8_t>(kReferenceKernels, KernelId::logistic_s8,
                                 logistic_params(9, 0, 2.5), 9, narrow),
            (std::vector<int8_t>{-128, -128, -126, -109, 0, 109, 126, 127, 127}));
}

}  // namespace
}  // namespace solder
