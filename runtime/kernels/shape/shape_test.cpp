#include <gtest/gtest.h>

#include <numeric>

#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/testing.h"

namespace solder {
namespace {

using testing::Random;

// The index of an element of a dense tensor, counted by dimension.
struct Index {
  int32_t at[kShapeRank];
};
Index index_of(int32_t element, const int32_t (&dims)[kShapeRank]) {
  Index index = {};
  for (int32_t d = kShapeRank - 1; d >= 0; --d) {
    index.at[d] = element % dims[d];
    element /= dims[d];
  }
  return index;
}
int32_t elements(const int32_t (&dims)[kShapeRank]) {
  return std::accumulate(dims, dims + kShapeRank, 1, std::multiplies<>());
}

TEST(Pad, PutsTheInputWhereItBelongs) {
  Random random(1);
  for (int32_t i = 0; i < 100; ++i) {
    PadParams p = {};
    p.value = random.integer(INT32_MIN, INT32_MAX);
    int32_t output_dims[kShapeRank];
    for (int32_t d = 0; d < kShapeRank; ++d) {
      p.input_dims[d] = random.integer(1, 4);
      p.before[d] = random.integer(0, 2);
      p.after[d] = random.integer(0, 2);
      output_dims[d] = p.before[d] + p.input_dims[d] + p.after[d];
    }
    SCOPED_TRACE(testing::describe(p));
    const auto input_b8 = random.tensor<int8_t>(elements(p.input_dims));
    const auto input_b32 = random.tensor<int32_t>(elements(p.input_dims));
    const int32_t n = elements(output_dims);
    std::vector<int8_t> expected_b8(static_cast<size_t>(n), static_cast<int8_t>(p.value));
    const auto input_b16 = random.tensor<int16_t>(elements(p.input_dims));
    std::vector<int16_t> expected_b16(static_cast<size_t>(n), static_cast<int16_t>(p.value));
    std::vector<int32_t> expected_b32(static_cast<size_t>(n), p.value);
    for (int32_t at = 0; at < elements(p.input_dims); ++at) {
      const Index index = index_of(at, p.input_dims);
      int32_t to = 0;
      for (int32_t d = 0; d < kShapeRank; ++d) to = to * output_dims[d] + index.at[d] + p.before[d];
      expected_b8.at(static_cast<size_t>(to)) = input_b8[static_cast<size_t>(at)];
      expected_b16.at(static_cast<size_t>(to)) = input_b16[static_cast<size_t>(at)];
      expected_b32.at(static_cast<size_t>(to)) = input_b32[static_cast<size_t>(at)];
    }
    ASSERT_EQ(testing::run<int16_t>(kReferenceKernels, KernelId::pad_b16, p, n, input_b16.data()),
              expected_b16);
    ASSERT_EQ(testing::run<int8_t>(kReferenceKernels, KernelId::pad_b8, p, n, input_b8.data()),
              expected_b8);
    ASSERT_EQ(testing::run<int32_t>(kReferenceKernels, KernelId::pad_b32, p, n, input_b32.data()),
              expected_b32);
  }
}

TEST(StridedCopy, PermutesDimensions) {
  Random random(2);
  for (int32_t i = 0; i < 100; ++i) {
    int32_t input_dims[kShapeRank], permutation[kShapeRank] = {0, 1, 2, 3, 4};
    for (int32_t& dim : input_dims) dim = random.integer(1, 4);
    for (int32_t d = kShapeRank - 1; d > 0; --d)
      std::swap(permutation[d], permutation[random.integer(0, d)]);
    StridedCopyParams p = {};
    for (int32_t d = 0; d < kShapeRank; ++d) {
      p.dims[d] = input_dims[permutation[d]];
      p.input_strides[d] = std::accumulate(input_dims + permutation[d] + 1, input_dims + kShapeRank,
                                           1, std::multiplies<>());
    }
    for (int32_t d = kShapeRank - 1, stride = 1; d >= 0; --d) {
      p.output_strides[d] = stride;
      stride *= p.dims[d];
    }
    SCOPED_TRACE(testing::describe(p));
    const int32_t n = elements(input_dims);
    const auto input_b8 = random.tensor<int8_t>(n);
    const auto input_b32 = random.tensor<int32_t>(n);
    std::vector<int8_t> expected_b8(static_cast<size_t>(n));
    std::vector<int32_t> expected_b32(static_cast<size_t>(n));
    for (int32_t at = 0; at < n; ++at) {
      const Index index = index_of(at, input_dims);
      int32_t to = 0;
      for (int32_t d = 0; d < kShapeRank; ++d) to = to * p.dims[d] + index.at[permutation[d]];
      expected_b8.at(static_cast<size_t>(to)) = input_b8[static_cast<size_t>(at)];
      expected_b32.at(static_cast<size_t>(to)) = input_b32[static_cast<size_t>(at)];
    }
    ASSERT_EQ(
        testing::run<int8_t>(kReferenceKernels, KernelId::strided_copy_b8, p, n, input_b8.data()),
        expected_b8);
    ASSERT_EQ(testing::run<int32_t>(kReferenceKernels, KernelId::strided_copy_b32, p, n,
                                    input_b32.data()),
              expected_b32);
  }
}

// Two inputs concatenated along the second dimension of [2, 5].
TEST(Copy, ConcatenatesInSteps) {
  const int8_t left[] = {1, 2, 3, 4}, right[] = {5, 6, 7, 8, 9, 10};
  std::vector<int8_t> output(10);
  reference::copy_b8({2, 2, 0, 2, 0, 5}, left, output.data());
  reference::copy_b8({2, 3, 0, 3, 2, 5}, right, output.data());
  EXPECT_EQ(output, (std::vector<int8_t>{1, 2, 5, 6, 7, 3, 4, 8, 9, 10}));
}

}  // namespace
}  // namespace solder
