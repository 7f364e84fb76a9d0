// Every float32 kernel of Armv7E-M against the reference, on random operators of all the shapes
// that it takes.
#include <gtest/gtest.h>

#include "compiler/testing/float_net.h"

namespace solder::compiler::armv7em {
namespace {

using testing::FloatNet;

Options random_options(FloatNet& net, int32_t largest_stride) {
  Options options;
  options.padding = net.one_of({Padding::SAME, Padding::VALID});
  options.activation = net.one_of({Activation::NONE, Activation::RELU, Activation::RELU6});
  options.stride_h = net.integer(1, largest_stride);
  options.stride_w = net.integer(1, largest_stride);
  return options;
}

int32_t random_channels(FloatNet& net) {
  return net.one_of({net.integer(1, 9), net.integer(1, 67), 1, 4, 8, 16});
}

void random_pool(FloatNet& net) {
  Options options;
  options.padding = net.one_of({Padding::SAME, Padding::VALID});
  options.activation = net.one_of({Activation::NONE, Activation::NONE, Activation::RELU6});
  options.filter_h = net.one_of({2, 2, net.integer(1, 3)});
  options.filter_w = net.one_of({2, 2, net.integer(1, 3)});
  options.stride_h = net.integer(0, 7) == 0 ? 1 : options.filter_h;
  options.stride_w = net.integer(0, 7) == 0 ? 1 : options.filter_w;
  if (net.shape().dims[1] < options.filter_h || net.shape().dims[2] < options.filter_w)
    options.padding = Padding::SAME;
  net.max_pool_2d(options);
}

// Runs `grow` for many seeds; each time the kernel shall be taken where it can be. Expects that it
// was at least `hits` times.
template <class Grow>
void expect_hits(KernelId favourite, uint32_t seeds, int hits, const Grow& grow) {
  constexpr Prefer kAll[] = {Prefer::kSpeed, Prefer::kBalanced, Prefer::kRam, Prefer::kFlash};
  int reached = 0;
  for (uint32_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FloatNet net(seed);
    grow(net);
    for (const KernelId kernel : net.expect_like_reference(kAll[seed % 4], favourite))
      reached += kernel == favourite;
    if (::testing::Test::HasFailure()) break;
  }
  EXPECT_GE(reached, hits);
}

TEST(Armv7emF32, DirectConvolution) {
  expect_hits(KernelId::conv_2d_f32_direct, 400, 350, [](FloatNet& net) {
    const int32_t height = net.integer(1, 5), width = net.integer(1, 5);
    Options options = random_options(net, 3);
    if (net.integer(0, 3) == 0) {
      options.stride_h = options.stride_w = 1;
      options.dilation_h = net.integer(1, 3), options.dilation_w = net.integer(1, 3);
    }
    const int32_t rows = (height - 1) * options.dilation_h + net.integer(1, 9);
    const int32_t columns = (width - 1) * options.dilation_w + net.integer(1, 9);
    net.input({4, {net.integer(1, 8) == 1 ? 2 : 1, rows, columns, random_channels(net)}});
    net.conv_2d(random_channels(net), height, width, options);
    if (net.integer(0, 2) == 0) random_pool(net);
  });
}

TEST(Armv7emF32, ConvolutionOfOneChannel) {
  expect_hits(KernelId::conv_2d_f32_one_channel, 150, 60, [](FloatNet& net) {
    Options options = random_options(net, 1);
    net.input({4, {net.integer(1, 2), net.integer(4, 12), net.integer(4, 12), 1}});
    if (net.integer(0, 1) == 0) {
      net.conv_2d(random_channels(net), 3, 3, options);
    } else {
      net.depthwise_conv_2d(random_channels(net), 3, 3, options);
    }
    options = {};
    options.padding = net.one_of({Padding::SAME, Padding::VALID, Padding::VALID});
    options.filter_h = options.filter_w = options.stride_h = options.stride_w = 2;
    net.max_pool_2d(options);
  });
}

void random_winograd(FloatNet& net) {
  const Options options = random_options(net, 1);
  const int32_t channels = 4 * net.integer(1, 16);
  net.input(
      {4, {net.integer(1, 8) == 1 ? 2 : 1, net.integer(3, 24), net.integer(3, 24), channels}});
  net.conv_2d(random_channels(net), 3, 3, options);
  if (net.integer(0, 1) == 0) random_pool(net);
}

TEST(Armv7emF32, Winograd2x2) {
  expect_hits(KernelId::conv_2d_f32_winograd_2x2, 100, 80, random_winograd);
}

TEST(Armv7emF32, Winograd4x4) {
  expect_hits(KernelId::conv_2d_f32_winograd_4x4, 100, 70, random_winograd);
}

TEST(Armv7emF32, Winograd5x5) {
  expect_hits(KernelId::conv_2d_f32_winograd_5x5, 100, 50, random_winograd);
}

TEST(Armv7emF32, Depthwise) {
  expect_hits(KernelId::depthwise_conv_2d_f32_3x3, 150, 140, [](FloatNet& net) {
    Options options = random_options(net, 2);
    options.stride_h = net.integer(1, 4);
    net.input({4, {net.integer(1, 2), net.integer(3, 14), net.integer(3, 14), net.integer(2, 40)}});
    net.depthwise_conv_2d(1, 3, 3, options);
  });
}

TEST(Armv7emF32, Add) {
  expect_hits(KernelId::add_f32_dense, 40, 30, [](FloatNet& net) {
    net.input({4, {1, net.integer(1, 5), net.integer(1, 5), net.integer(1, 9)}});
    net.add_constant(net.integer(0, 7) == 0, random_options(net, 1));
  });
}

TEST(Armv7emF32, FullyConnected) {
  expect_hits(KernelId::fully_connected_f32_packed, 150, 150, [](FloatNet& net) {
    net.input({2, {net.integer(1, 3), net.integer(1, 200)}});
    net.fully_connected(net.integer(1, 67), random_options(net, 1));
  });
}

}  // namespace
}  // namespace solder::compiler::armv7em
