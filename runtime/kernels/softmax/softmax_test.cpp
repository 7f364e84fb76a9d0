#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/base/function_table_s16.h"
#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/testing.h"

namespace solder {
namespace {

using testing::Random;

SoftmaxS8Params params_s8(int32_t rows, int32_t depth, double input_scale) {
  const Requantization r = quantize_multiplier(std::fmin(input_scale * 0x1p26, 2147483647.0));
  return {.rows = rows,
          .depth = depth,
          .input_multiplier = r.multiplier,
          .input_shift = r.shift,
          .diff_min = -static_cast<int32_t>(31 * (1 << 26) / std::ldexp(1.0, r.shift))};
}

std::vector<double> softmax(const std::vector<double>& x) {
  const double max = *std::max_element(x.begin(), x.end());
  double sum = 0;
  for (const double v : x) sum += std::exp(v - max);
  std::vector<double> result;
  for (const double v : x) result.push_back(std::exp(v - max) / sum);
  return result;
}

TEST(Softmax, VariantsAreCloseToTheFunction) {
  Random random(1);
  for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
    for (const int32_t depth : {1, 2, 10, 100}) {
      for (const float scale : {0.01F, 0.1F, 0.5F}) {
        const int32_t rows = 5;
        const auto input = random.tensor<int8_t>(rows * depth);
        std::vector<float> input_f32(input.begin(), input.end());
        const auto s8 = testing::run<int8_t>(*set, KernelId::softmax_s8,
                                             params_s8(rows, depth, static_cast<double>(scale)),
                                             rows * depth, input.data());
        const auto f32 =
            testing::run<float>(*set, KernelId::softmax_f32, SoftmaxF32Params{rows, depth, scale},
                                rows * depth, input_f32.data());
        for (int32_t row = 0; row < rows; ++row) {
          std::vector<double> x;
          for (int32_t i = 0; i < depth; ++i)
            x.push_back(static_cast<double>(scale) * input[static_cast<size_t>(row * depth + i)]);
          const std::vector<double> expected = softmax(x);
          for (int32_t i = 0; i < depth; ++i) {
            const auto at = static_cast<size_t>(row * depth + i);
            const double p = expected[static_cast<size_t>(i)];
            EXPECT_NEAR(f32[at], p, 1e-6);
            EXPECT_NEAR((s8[at] + 128) / 256.0, p, 1.0 / 256);
          }
        }
      }
    }
  }
}

SoftmaxS16Params params_s16(int32_t depth, double scale) {
  return {1, depth, quantize_multiplier(scale / (10.0 / 65535))};
}

// Inputs that are more than 10 below the largest count as if they were 10 below it.
TEST(Softmax, S16IsCloseToTheFunction) {
  Random random(2);
  for (const int32_t depth : {1, 2, 10, 100, 5000}) {
    for (const double scale : {1e-6, 1e-4, 3e-4, 1e-2}) {
      const auto input = random.tensor<int16_t>(depth);
      const auto output = testing::run<int16_t>(kReferenceKernels, KernelId::softmax_s16,
                                                params_s16(depth, scale), depth, input.data());
      const int32_t max = *std::max_element(input.begin(), input.end());
      std::vector<double> x;
      for (const int16_t q : input) x.push_back(std::fmax(scale * (q - max), -10));
      const std::vector<double> expected = softmax(x);
      const double of_sum = depth * 0.5 / 32768;  // every exponential is rounded to 2^-15
      for (size_t i = 0; i < expected.size(); ++i)
        ASSERT_NEAR(output[i] / 32768.0, expected[i], 2e-4 + of_sum * expected[i])
            << depth << " " << scale << " " << i;
    }
  }
}

// Made by an implementation of TensorFlow Lite Micro's formulas in NumPy. (TensorFlow Lite makes
// its tables in float64: entries 160 and 294 of the second are 24967 and 20815 there.)
TEST(Softmax, S16KnownBits) {
  const auto expect = [](const std::vector<int16_t>& input, double scale,
                         const std::vector<int16_t>& output) {
    const auto depth = static_cast<int32_t>(input.size());
    EXPECT_EQ(testing::run<int16_t>(kReferenceKernels, KernelId::softmax_s16,
                                    params_s16(depth, scale), depth, input.data()),
              output);
  };
  expect({-1578, -15674, 15722, 29367, -24180, -31043, 28735, 1226}, 1e-4,
         {640, 156, 3613, 14137, 67, 34, 13272, 848});
  expect({-2054, -7636, 28870, 29668, 19285, -13027}, 3e-4, {1, 1, 14082, 17890, 794, 1});
  expect({-2370, -12895, 18341, -30783, -24376, -11876, -27160, 6719, -28704, 2546, 29196, 18036},
         3e-5, {2500, 1823, 4653, 1066, 1292, 1879, 1188, 3283, 1134, 2896, 6444, 4610});
  expect({7, 7, 7, 7, 7}, 1e-3, {6554, 6554, 6554, 6554, 6554});
  expect({32767, -32768, 0}, 1, {32764, 2, 2});

  const auto hash = [](const FunctionTableS16& table) {
    uint32_t sum = 0;
    for (int32_t i = 0; i <= FunctionTableS16::kSteps; ++i)
      sum = sum * 31 + static_cast<uint32_t>(table.entry(i));
    return sum;
  };
  EXPECT_EQ(hash({10.0F / 65535, INT16_MAX, 2.0F / 65535, constant_exp}), 1003118174U);
  EXPECT_EQ(hash({1.0F / 65535, INT16_MIN, 2.0F / 65535, [](float x) { return 1 / (1 + x); }}),
            2243645579U);
}

TEST(Softmax, ConstantExpIsExp) {
  for (int32_t i = 0; i <= 4000; ++i) {
    const float x = -10.0F + static_cast<float>(i) / 400;
    EXPECT_EQ(constant_exp(x), static_cast<float>(std::exp(static_cast<double>(x)))) << x;
  }
}

// From an implementation of TensorFlow Lite's formulas in arbitrary-precision integers.
TEST(Softmax, KnownBits) {
  const auto expect = [](const std::vector<int8_t>& input, double scale,
                         const std::vector<int8_t>& output) {
    const auto depth = static_cast<int32_t>(input.size());
    EXPECT_EQ(testing::run<int8_t>(kReferenceKernels, KernelId::softmax_s8,
                                   params_s8(1, depth, scale), depth, input.data()),
              output);
  };
  expect({10, 20, 30, -128, 127, 126, 0, 125}, 0.0625,
         {-128, -128, -128, -128, -37, -43, -128, -48});
  expect({-3, 5, 5, -3, 0}, 0.25, {-114, -28, -28, -114, -99});
  expect({-128, -128, -128}, 0.1, {-43, -43, -43});
  expect({127, -128, 120}, 1.5, {127, -128, -128});
}

TEST(Softmax, LongRowsComeOutAsZeros) {
  const int32_t depth = 20000;
  const std::vector<int8_t> input(static_cast<size_t>(depth), 5);
  EXPECT_EQ(testing::run<int8_t>(kReferenceKernels, KernelId::softmax_s8, params_s8(1, depth, 0.1),
                                 depth, input.data()),
            std::vector<int8_t>(static_cast<size_t>(depth), -128));
}

TEST(Softmax, LargeFloatsDoNotOverflow) {
  const float input[] = {1000, 999, -1000};
  const auto output = testing::run<float>(kReferenceKernels, KernelId::softmax_f32,
                                          SoftmaxF32Params{1, 3, 1}, 3, input);
  EXPECT_NEAR(output[0], 0.7310586, 1e-6);
  EXPECT_NEAR(output[1], 0.2689414, 1e-6);
  EXPECT_EQ(output[2], 0);
}

}  // namespace
}  // namespace solder
