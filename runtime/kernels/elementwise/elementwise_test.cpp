#include <gtest/gtest.h>

#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/testing.h"

namespace solder {
namespace {

using testing::Random;

// A random output shape; each input has it, or ones in some places.
Broadcast random_broadcast(Random& random) {
  Broadcast b = {};
  b.elementwise = random.integer(0, 1);
  for (int32_t& dim : b.dims) dim = random.integer(1, 5);
  int32_t stride_a = 1, stride_b = 1;
  for (int32_t d = 3; d >= 0; --d) {
    const int32_t one = b.elementwise != 0 ? 2 : random.integer(0, 3);
    b.strides_a[d] = one == 0 ? 0 : stride_a;
    b.strides_b[d] = one == 1 ? 0 : stride_b;
    stride_a *= one == 0 ? 1 : b.dims[d];
    stride_b *= one == 1 ? 1 : b.dims[d];
  }
  return b;
}
int32_t elements(const Broadcast& b) { return b.dims[0] * b.dims[1] * b.dims[2] * b.dims[3]; }

AddS8Params random_params_s8(Random& random) {
  const testing::ActivationRange range = testing::random_activation(random);
  const double scale_a = static_cast<double>(random.real(0.01F, 1));
  const double scale_b = static_cast<double>(random.real(0.01F, 1));
  const double twice_max = 2 * std::fmax(scale_a, scale_b);
  const double scale_output = static_cast<double>(random.real(0.5F, 2)) * twice_max / 2;
  return {.broadcast = random_broadcast(random),
          .offset_a = -testing::random_zero_point(random),
          .offset_b = -testing::random_zero_point(random),
          .output_offset = testing::random_zero_point(random),
          .requantization_a = quantize_multiplier(scale_a / twice_max),
          .requantization_b = quantize_multiplier(scale_b / twice_max),
          .requantization_output =
              quantize_multiplier(twice_max / ((1 << kAddLeftShift) * scale_output)),
          .activation_min = range.min,
          .activation_max = range.max};
}

TEST(Add, ReferenceFollowsTheDefinition) {
  Random random(1);
  for (int32_t i = 0; i < 100; ++i) {
    const AddS8Params p = random_params_s8(random);
    const Broadcast& shape = p.broadcast;
    SCOPED_TRACE(testing::describe(p));
    const auto a = random.tensor<int8_t>(elements(shape));
    const auto b = random.tensor<int8_t>(elements(shape));
    const auto a_f32 = random.tensor<float>(elements(shape));
    const auto b_f32 = random.tensor<float>(elements(shape));
    std::vector<int8_t> expected;
    std::vector<float> expected_f32;
    for (int32_t at = 0; at < elements(shape); ++at) {
      int32_t at_a = 0, at_b = 0;
      for (int32_t d = 3, rest = at; d >= 0; --d) {
        at_a += rest % shape.dims[d] * shape.strides_a[d];
        at_b += rest % shape.dims[d] * shape.strides_b[d];
        rest /= shape.dims[d];
      }
      const int64_t x = int64_t{a[static_cast<size_t>(at_a)]} + p.offset_a;
      const int64_t y = int64_t{b[static_cast<size_t>(at_b)]} + p.offset_b;
      const int64_t sum = int64_t{testing::plainly_requantized(x * 1048576, p.requantization_a)} +
                          testing::plainly_requantized(y * 1048576, p.requantization_b);
      expected.push_back(testing::plain_output(sum, p.requantization_output, p.output_offset,
                                               {p.activation_min, p.activation_max}));
      const float sum_f32 = a_f32[static_cast<size_t>(at_a)] + b_f32[static_cast<size_t>(at_b)];
      expected_f32.push_back(std::fmin(sum_f32, 0.5F));
    }
    ASSERT_EQ(
        testing::difference(expected, testing::run<int8_t>(kReferenceKernels, KernelId::add_s8, p,
                                                           elements(shape), a.data(), b.data())),
        "");
    ASSERT_EQ(testing::difference(
                  expected_f32, testing::run<float>(kReferenceKernels, KernelId::add_f32,
                                                    AddF32Params{shape, -9, 0.5F}, elements(shape),
                                                    a_f32.data(), b_f32.data())),
              "");
  }
}

TEST(Add, VariantsAgreeWithReference) {
  Random random(2);
  for (int32_t i = 0; i < 300; ++i) {
    const AddS8Params s8 = random_params_s8(random);
    const AddF32Params f32 = {s8.broadcast, -0.5F, 1.0F};
    SCOPED_TRACE(testing::describe(s8));
    const int32_t n = elements(s8.broadcast);
    const auto a_s8 = random.tensor<int8_t>(n), b_s8 = random.tensor<int8_t>(n);
    const auto a_f32 = random.tensor<float>(n), b_f32 = random.tensor<float>(n);
    const auto run_s8 = [&](const KernelSet& set) {
      return testing::run<int8_t>(set, KernelId::add_s8, s8, n, a_s8.data(), b_s8.data());
    };
    const auto run_f32 = [&](const KernelSet& set) {
      return testing::run<float>(set, KernelId::add_f32, f32, n, a_f32.data(), b_f32.data());
    };
    for (const KernelSet* set : testing::kVariants) {
      SCOPED_TRACE(set->name);
      ASSERT_EQ(testing::difference(run_s8(kReferenceKernels), run_s8(*set)), "");
      ASSERT_EQ(testing::difference(run_f32(kReferenceKernels), run_f32(*set)), "");
    }
  }
}

// Real values of an int8 sum are right to half a step of the output.
TEST(Add, IsCloseToTheRealSum) {
  const double scale_a = 0.5, scale_b = 0.25, scale_output = 0.75;
  const AddS8Params p = {.broadcast = {{1, 1, 1, 5}, {5, 5, 5, 1}, {5, 5, 5, 1}, 1},
                         .offset_a = 3,
                         .offset_b = -4,
                         .output_offset = 10,
                         .requantization_a = quantize_multiplier(scale_a / 1.0),
                         .requantization_b = quantize_multiplier(scale_b / 1.0),
                         .requantization_output = quantize_multiplier(1 / (0x1p20 * scale_output)),
                         .activation_min = -128,
                         .activation_max = 127};
  const int8_t a[] = {-128, 0, 7, 50, 127}, b[] = {-128, 1, -9, 60, 127};
  const auto output = testing::run<int8_t>(kReferenceKernels, KernelId::add_s8, p, 5, a, b);
  for (size_t i = 0; i < 5; ++i) {
    const double real = scale_a * (a[i] + 3) + scale_b * (b[i] - 4);
    EXPECT_NEAR(output[i], std::fmax(-128, std::fmin(127, real / scale_output + 10)), 0.5001);
  }
}

}  // namespace
}  // namespace solder
