#include <gtest/gtest.h>

#include "compiler/testing/int8_net.h"

namespace solder::compiler::armv7em {
namespace {

using testing::Int8Net;

TEST(Armv7emDepthwiseConv2DS8, MatchesTheReference) {
  int hits = 0;
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
    hits += net.expect_same_as_reference(KernelId::depthwise_conv_2d_s8_smlad);
    if (HasFailure()) break;
  }
  EXPECT_GT(hits, 500);
}

}  // namespace
}  // namespace solder::compiler::armv7em
