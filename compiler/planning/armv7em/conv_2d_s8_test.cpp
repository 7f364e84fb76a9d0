#include <gtest/gtest.h>

#include <map>

#include "compiler/testing/int8_net.h"

namespace solder::compiler::armv7em {
namespace {

using testing::Int8Net;

Options random_window(Int8Net& net) {
  Options options;
  options.padding = net.one_of({Padding::SAME, Padding::VALID});
  options.activation = net.one_of({Activation::NONE, Activation::RELU, Activation::RELU6});
  if (net.integer(0, 3) == 0) {
    options.dilation_h = net.integer(1, 3), options.dilation_w = net.integer(1, 3);
  } else {
    options.stride_h = net.integer(1, 3), options.stride_w = net.integer(1, 3);
  }
  return options;
}

void random_convolution(Int8Net& net) {
  const int32_t height = net.integer(1, 5), width = net.integer(1, 5);
  const Options options = random_window(net);
  const int32_t channels = net.one_of({net.integer(1, 9), net.integer(1, 67), 4, 8, 16, 3, 1});
  const int32_t rows = (height - 1) * options.dilation_h + net.integer(1, 9);
  const int32_t columns = (width - 1) * options.dilation_w + net.integer(1, 9);
  net.input({4, {net.integer(1, 8) == 1 ? 2 : 1, rows, columns, channels}});
  net.conv_2d(net.one_of({net.integer(1, 9), net.integer(1, 67)}), height, width, options);
}

TEST(Armv7emConv2DS8, MatchesTheReference) {
  std::map<KernelId, int> hits;
  for (uint32_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Int8Net net(seed);
    random_convolution(net);
    net.end();
    for (const KernelId kernel : {KernelId::conv_2d_s8_smlad_scaled, KernelId::conv_2d_s8_smlad_w16,
                                  KernelId::conv_2d_s8_smlad_w8})
      hits[kernel] += net.expect_same_as_reference(kernel);
    if (HasFailure()) break;
  }
  EXPECT_GT(hits[KernelId::conv_2d_s8_smlad_scaled], 100);
  EXPECT_EQ(hits[KernelId::conv_2d_s8_smlad_w16], 500);
  EXPECT_EQ(hits[KernelId::conv_2d_s8_smlad_w8], 500);
}

TEST(Armv7emConv2DS8, WithMaxPoolMatchesTheReference) {
  std::map<KernelId, int> hits;
  for (uint32_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Int8Net net(seed);
    random_convolution(net);
    const bool has_four_taps = net.integer(0, 7) != 0;
    Options pool;
    pool.padding = net.one_of({Padding::SAME, Padding::VALID});
    pool.activation = net.one_of({Activation::NONE, Activation::NONE, Activation::RELU6});
    pool.filter_h = has_four_taps ? net.one_of({1, 2, 2, 4}) : net.integer(1, 3);
    pool.filter_w = has_four_taps ? 4 / pool.filter_h : net.integer(1, 3);
    pool.stride_h = net.integer(1, 3), pool.stride_w = net.integer(1, 3);
    if (net.shape().dims[1] < pool.filter_h || net.shape().dims[2] < pool.filter_w)
      pool.padding = Padding::SAME;
    net.max_pool_2d(pool);
    net.end();
    for (const KernelId kernel :
         {KernelId::conv_max_pool_2d_s8_smlad_scaled, KernelId::conv_max_pool_2d_s8_smlad_w16,
          KernelId::conv_max_pool_2d_s8_smlad_w8})
      hits[kernel] += net.expect_same_as_reference(kernel);
    if (HasFailure()) break;
  }
  EXPECT_GT(hits[KernelId::conv_max_pool_2d_s8_smlad_scaled], 100);
  EXPECT_GT(hits[KernelId::conv_max_pool_2d_s8_smlad_w16], 400);
  EXPECT_GT(hits[KernelId::conv_max_pool_2d_s8_smlad_w8], 400);
}

}  // namespace
}  // namespace solder::compiler::armv7em
