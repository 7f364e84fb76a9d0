#include <gtest/gtest.h>

#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/testing.h"

namespace solder {
namespace {

// 2x2 filter over a 2x2 input with a column of padding on the left.
TEST(Conv2D, ByHand) {
  Conv2DGeometry g = {};
  g.batches = 1;
  g.input_height = g.input_width = 2;
  g.filter_height = g.filter_width = 2;
  g.input_channels = g.filter_channels = g.output_channels = 1;
  g.output_height = 1;
  g.output_width = 2;
  g.stride_height = g.stride_width = g.dilation_height = g.dilation_width = 1;
  g.pad_left = 1;

  const float input[] = {1, 2, 3, 4}, filter[] = {10, 20, 30, 40}, bias[] = {0.5F};
  EXPECT_EQ(
      testing::run<float>(kReferenceKernels, KernelId::conv_2d_f32, Conv2DF32Params{g, -1000, 300},
                          2, input, filter, bias),
      (std::vector<float>{140.5F, 300}));  // 20 + 120 + 0.5; 10 + 40 + 90 + 160 + 0.5, clamped

  // Zero point 1, so that padding counts as 1; factor 1/4; output zero point -10.
  const int8_t input_s8[] = {1, 2, 3, 4}, filter_s8[] = {10, 20, 30, 40};
  const int32_t bias_s32[] = {2};
  const Requantization quarter[] = {{1 << 30, -1}};
  EXPECT_EQ(testing::run<int8_t>(kReferenceKernels, KernelId::conv_2d_s8,
                                 Conv2DS8Params{g, -1, -10, -128, 40}, 2, input_s8, filter_s8,
                                 bias_s32, quarter),
            (std::vector<int8_t>{11, 40}));  // 82 / 4 = 20.5 -> 21; 202 / 4 = 50.5 -> 51, clamped
}

TEST(Conv2D, BiasMayOverflowTheSum) {
  Conv2DGeometry g = {};
  g.batches = g.input_height = g.input_width = g.input_channels = 1;
  g.filter_height = g.filter_width = g.filter_channels = 1;
  g.output_height = g.output_width = g.output_channels = 1;
  g.stride_height = g.stride_width = g.dilation_height = g.dilation_width = 1;
  const int8_t input[] = {127}, filter[] = {127};
  const int32_t bias[] = {INT32_MAX};
  const Requantization requantization[] = {{1 << 30, -20}};
  for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
    EXPECT_EQ(testing::run<int8_t>(*set, KernelId::conv_2d_s8, Conv2DS8Params{g, 0, 0, -128, 127},
                                   1, input, filter, bias, requantization),
              std::vector<int8_t>{-128});
  }
}

}  // namespace
}  // namespace solder
