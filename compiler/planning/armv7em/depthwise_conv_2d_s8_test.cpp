#include <gtest/gtest.h>

#include <map>

#include "compiler/planning/executable.h"
#include "compiler/testing/int8_net.h"

namespace solder::compiler::armv7em {
namespace {

using testing::Int8Net;

constexpr KernelId kKernels[] = {KernelId::depthwise_conv_2d_s8_smlad,
                                 KernelId::depthwise_conv_2d_s8_smlad_scaled};

TEST(Armv7emDepthwiseConv2DS8, MatchesTheReference) {
  std::map<KernelId, int> hits;
  for (uint32_t seed = 0; seed < 800; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Int8Net net(seed);
    const bool is_3x3 = net.integer(0, 7) != 0;
    const int32_t height = is_3x3 ? 3 : net.integer(1, 5), width = is_3x3 ? 3 : net.integer(1, 5);
    Options options;
    options.padding = net.one_of({Padding::SAME, Padding::VALID});
    options.activation = net.one_of({Activation::NONE, Activation::RELU, Activation::RELU6});
    options.stride_h = net.one_of({1, 1, 2, 2, 3}), options.stride_w = net.one_of({1, 1, 2, 2, 3});
    if (net.integer(0, 9) == 0) options.dilation_h = options.dilation_w = 2;
    const int32_t rows = (height - 1) * options.dilation_h + net.one_of({1, 2, net.integer(1, 30)});
    const int32_t columns =
        (width - 1) * options.dilation_w + net.one_of({1, 2, net.integer(1, 30)});
    net.input({4,
               {net.one_of({1, 1, 1, 2}), rows, columns,
                net.one_of({net.integer(1, 9), net.integer(1, 67), 8})}});
    const int32_t multiplier = net.one_of({1, 1, 1, 1, 1, 2});
    net.depthwise_conv_2d(multiplier, height, width, options);
    // What follows reads and writes what the convolution left, in place perhaps.
    if (net.integer(0, 1) == 0) net.depthwise_conv_2d(1, 3, 3, {.padding = Padding::SAME});
    net.end();
    for (const KernelId kernel : kKernels) hits[kernel] += net.expect_same_as_reference(kernel);
    if (HasFailure()) break;
  }
  EXPECT_GT(hits[KernelId::depthwise_conv_2d_s8_smlad], 500);
  EXPECT_GT(hits[KernelId::depthwise_conv_2d_s8_smlad_scaled], 100);
}

// Does the convolution write where it reads?
bool is_in_place(const Graph& graph, KernelId kernel) {
  const Executable executable(graph, kArmv7emKernels, Prefer::kBalanced, kernel);
  const Step& step = executable.plan().steps[0];
  const Operand input = step.operands[0], output = step.operands[step.operand_count - 1];
  return step.kernel == kernel && input.offset() == output.offset();
}

TEST(Armv7emDepthwiseConv2DS8, WritesOverItsInput) {
  std::map<KernelId, int> hits;
  uint32_t seed = 0;
  for (const int32_t rows : {3, 4, 5, 6, 13, 14})
    for (const int32_t columns : {3, 4, 5, 6, 13, 14})
      for (const int32_t stride_h : {1, 2})
        for (const int32_t stride_w : {1, 2})
          for (const Padding padding : {Padding::SAME, Padding::VALID})
            for (const int32_t channels : {3, 4, 9}) {
              SCOPED_TRACE("seed " + std::to_string(++seed));
              Int8Net net(seed);
              net.input({4, {net.integer(1, 2), rows, columns, channels}});
              Options options;
              options.activation = Activation::RELU;
              options.padding = padding;
              options.stride_h = stride_h, options.stride_w = stride_w;
              net.depthwise_conv_2d(1, 3, 3, options);
              net.end();
              for (const KernelId kernel : kKernels)
                if (is_in_place(net.graph(), kernel))
                  hits[kernel] += net.expect_same_as_reference(kernel);
            }
  for (const KernelId kernel : kKernels) EXPECT_GT(hits[kernel], 300);
}

}  // namespace
}  // namespace solder::compiler::armv7em
