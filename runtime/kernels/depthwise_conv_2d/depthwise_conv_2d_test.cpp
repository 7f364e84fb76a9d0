#include <gtest/gtest.h>

#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/testing.h"

namespace solder {
namespace {

// Two input channels, each with two outputs, and two taps side by side.
TEST(DepthwiseConv2D, ByHand) {
  Conv2DGeometry g = {};
  g.batches = g.input_height = g.output_height = g.output_width = g.filter_height = 1;
  g.input_width = g.input_channels = g.filter_width = 2;
  g.filter_channels = 1;
  g.output_channels = 4;
  g.stride_height = g.stride_width = g.dilation_height = g.dilation_width = 1;

  const float input[] = {1, 2, 3, 4}, filter[] = {1, 10, 2, 20, 3, 30, 4, 40};
  EXPECT_EQ(testing::run<float>(kReferenceKernels, KernelId::depthwise_conv_2d_f32,
                                Conv2DF32Params{g, 0, 150}, 4, input, filter,
                                static_cast<const float*>(nullptr)),
            (std::vector<float>{10, 100, 20, 150}));  // the last is 40 + 160, clamped

  // Zero point -1, halved, output zero point 5.
  const int8_t input_s8[] = {1, 2, 3, 4}, filter_s8[] = {1, 10, 2, 20, 3, 30, 4, 40};
  const int32_t bias[] = {1, 0, -64, 0};
  const Requantization half[] = {{1 << 30, 0}, {1 << 30, 0}, {1 << 30, 0}, {1 << 30, -1}};
  EXPECT_EQ(
      testing::run<int8_t>(kReferenceKernels, KernelId::depthwise_conv_2d_s8,
                           Conv2DS8Params{g, 1, 5, -10, 127}, 4, input_s8, filter_s8, bias, half),
      (std::vector<int8_t>{13, 75, -10, 70}));
}

}  // namespace
}  // namespace solder
