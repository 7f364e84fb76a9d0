#include <gtest/gtest.h>

#include "compiler/testing/int8_net.h"

namespace solder::compiler::armv7em {
namespace {

using testing::Int8Net;

class Winograd : public ::testing::TestWithParam<KernelId> {
 protected:
  // How many of `nets` ran the kernel; each is a convolution, perhaps with a pooling.
  int hits(uint32_t nets, const auto& grow) {
    int count = 0;
    for (uint32_t seed = 0; seed < nets; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      Int8Net net(seed);
      grow(net);
      net.end();
      count += net.expect_same_as_reference(GetParam());
      if (HasFailure()) break;
    }
    return count;
  }
  static bool pools() {
    return GetParam() == KernelId::conv_2d_s8_winograd_2x2_max_pool ||
           GetParam() == KernelId::conv_2d_s8_winograd_4x4_max_pool;
  }
};

TEST_P(Winograd, MatchesTheReference) {
  const int count = hits(200, [](Int8Net& net) {
    Options options;
    options.padding = net.one_of({Padding::SAME, Padding::VALID});
    options.activation = net.one_of({Activation::NONE, Activation::RELU, Activation::RELU6});
    if (net.integer(0, 15) == 0) options.stride_w = 2;
    net.input({4,
               {net.one_of({1, 1, 1, 2}), net.integer(3, 19), net.integer(3, 19),
                net.one_of({net.integer(1, 9), net.integer(1, 67), 8, 16, 32})}});
    net.conv_2d(net.one_of({net.integer(1, 9), net.integer(1, 67)}), 3, 3, options);
    if (!pools()) return;
    Options pool;
    pool.filter_h = pool.filter_w = pool.stride_h = pool.stride_w = 2;
    pool.padding = Padding::VALID;
    pool.activation = net.one_of({Activation::NONE, Activation::NONE, Activation::RELU6});
    if (net.shape().dims[1] < 2 || net.shape().dims[2] < 2) pool.padding = Padding::SAME;
    net.max_pool_2d(pool);
  });
  EXPECT_GT(count, 150);
}

// 576 times the largest sums do not fit 32 bits; they wrap, and come back.
TEST_P(Winograd, ManyChannels) {
  const int count = hits(8, [](Int8Net& net) {
    net.input({4, {1, 6, 6, 200}});
    net.conv_2d(5, 3, 3, {.padding = Padding::SAME});
    if (pools())
      net.max_pool_2d(
          {.padding = Padding::VALID, .stride_h = 2, .stride_w = 2, .filter_h = 2, .filter_w = 2});
  });
  EXPECT_EQ(count, 8);
}

// 64 times the largest sum does not fit 32 bits, four times it does.
TEST_P(Winograd, IsNotOfferedForSumsThatMayOverflow) {
  const int count = hits(4, [](Int8Net& net) {
    net.input({4, {1, 4, 4, 400}});
    net.conv_2d(2, 3, 3, {.padding = Padding::SAME});
    if (pools())
      net.max_pool_2d(
          {.padding = Padding::VALID, .stride_h = 2, .stride_w = 2, .filter_h = 2, .filter_w = 2});
  });
  const bool is_4x4 = GetParam() == KernelId::conv_2d_s8_winograd_4x4 ||
                      GetParam() == KernelId::conv_2d_s8_winograd_4x4_max_pool;
  EXPECT_EQ(count, is_4x4 ? 0 : 4);
}

INSTANTIATE_TEST_SUITE_P(Kernels, Winograd,
                         ::testing::Values(KernelId::conv_2d_s8_winograd_2x2,
                                           KernelId::conv_2d_s8_winograd_2x2_max_pool,
                                           KernelId::conv_2d_s8_winograd_4x4,
                                           KernelId::conv_2d_s8_winograd_4x4_max_pool));

}  // namespace
}  // namespace solder::compiler::armv7em
