#include <gtest/gtest.h>

#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/testing.h"

namespace solder {
namespace {

using testing::Random;

// Sums and counts of inputs by the output they belong to, scattered in input order.
template <class T>
std::vector<double> plain_sums(const int32_t (&dims)[kReduceRank],
                               const int32_t (&reduced)[kReduceRank], const std::vector<T>& input,
                               int32_t outputs) {
  std::vector<double> sums(static_cast<size_t>(outputs));
  for (size_t at = 0; at < input.size(); ++at) {
    size_t output = 0, stride = 1, rest = at;
    for (int32_t d = kReduceRank - 1; d >= 0; --d) {
      const auto dim = static_cast<size_t>(dims[d]);
      if (reduced[d] == 0) {
        output += rest % dim * stride;
        stride *= dim;
      }
      rest /= dim;
    }
    sums.at(output) += static_cast<double>(input[at]);
  }
  return sums;
}

TEST(Mean, VariantsFollowTheDefinition) {
  Random random(1);
  for (int32_t i = 0; i < 200; ++i) {
    MeanS8Params s8 = {};
    MeanF32Params f32 = {};
    s8.count = f32.count = 1;
    int32_t elements = 1;
    for (int32_t d = 0; d < kReduceRank; ++d) {
      s8.dims[d] = f32.dims[d] = random.integer(1, 5);
      s8.reduced[d] = f32.reduced[d] = random.integer(0, 1);
      elements *= s8.dims[d];
      if (s8.reduced[d] != 0) s8.count = f32.count *= s8.dims[d];
    }
    const int32_t outputs = elements / s8.count;
    s8.input_zero_point = testing::random_zero_point(random);
    s8.output_zero_point = testing::random_zero_point(random);
    s8.requantization = quantize_multiplier(static_cast<double>(random.real(0.2F, 4)) / s8.count);
    SCOPED_TRACE(testing::describe(s8));

    const auto input_s8 = random.tensor<int8_t>(elements);
    const auto input_f32 = random.tensor<float>(elements);
    std::vector<int8_t> expected_s8;
    for (const double sum : plain_sums(s8.dims, s8.reduced, input_s8, outputs)) {
      expected_s8.push_back(
          testing::plain_output(static_cast<int64_t>(sum) - int64_t{s8.count} * s8.input_zero_point,
                                s8.requantization, s8.output_zero_point, {-128, 127}));
    }
    std::vector<float> expected_f32;
    for (const double sum : plain_sums(f32.dims, f32.reduced, input_f32, outputs))
      expected_f32.push_back(static_cast<float>(sum / f32.count));
    for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
      ASSERT_EQ(testing::difference(expected_s8, testing::run<int8_t>(*set, KernelId::mean_s8, s8,
                                                                      outputs, input_s8.data())),
                "");
      ASSERT_EQ(testing::difference(expected_f32, testing::run<float>(*set, KernelId::mean_f32, f32,
                                                                      outputs, input_f32.data())),
                "");
    }
  }
}

TEST(Mean, ByHand) {
  // [2, 2, 2] averaged over its middle dimension; input in halves with zero point 1, output in
  // quarters with zero point -3.
  const int8_t input[] = {1, 2, 3, 4, 5, 6, 7, 100};
  const MeanS8Params p = {.dims = {1, 1, 2, 2, 2},
                          .reduced = {0, 0, 0, 1, 0},
                          .count = 2,
                          .input_zero_point = 1,
                          .output_zero_point = -3,
                          .requantization = quantize_multiplier(0.5 / (0.25 * 2))};
  EXPECT_EQ(testing::run<int8_t>(kReferenceKernels, KernelId::mean_s8, p, 4, input),
            (std::vector<int8_t>{-1, 1, 7, 101}));
}

}  // namespace
}  // namespace solder
