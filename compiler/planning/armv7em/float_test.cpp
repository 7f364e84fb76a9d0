// Every float32 kernel of Armv7E-M against the reference, on random operators of all the shapes
// that it takes.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <random>

#include "compiler/planning/executable.h"
#include "compiler/testing/graphs.h"
#include "runtime/kernels/checks.h"

namespace solder::compiler::armv7em {
namespace {

// Grows a graph of FLOAT32 operators with random constants.
class FloatNet {
 public:
  explicit FloatNet(uint32_t seed) : random_(seed), seed_(seed) {}

  // In [low, high].
  int32_t integer(int32_t low, int32_t high) {
    return low + static_cast<int32_t>(random_() % static_cast<uint32_t>(high - low + 1));
  }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[integer(0, static_cast<int32_t>(values.size()) - 1)];
  }

  void input(const Shape& shape) { last_ = testing::add_input(graph_, shape); }
  void conv_2d(int32_t channels, int32_t filter_height, int32_t filter_width,
               const Options& options) {
    const Shape in = shape();
    add_weighted(OperatorType::CONV_2D, {4, {channels, filter_height, filter_width, in.dims[3]}},
                 window(in, filter_height, filter_width, channels, options), channels, options);
  }
  void depthwise_conv_2d(int32_t multiplier, int32_t filter_height, int32_t filter_width,
                         const Options& options) {
    const Shape in = shape();
    const int32_t channels = in.dims[3] * multiplier;
    add_weighted(OperatorType::DEPTHWISE_CONV_2D, {4, {1, filter_height, filter_width, channels}},
                 window(in, filter_height, filter_width, channels, options), channels, options);
  }
  void max_pool_2d(const Options& options) {
    const Shape in = shape();
    last_ = testing::add_operator(
        graph_, OperatorType::MAX_POOL_2D, {last_},
        window(in, options.filter_h, options.filter_w, in.dims[3], options), options);
  }
  void fully_connected(int32_t outputs, const Options& options) {
    const Shape in = shape();
    const int32_t depth = in.dims[in.rank - 1];
    const auto batches = static_cast<int32_t>(in.elements() / depth);
    add_weighted(OperatorType::FULLY_CONNECTED, {2, {outputs, depth}}, {2, {batches, outputs}},
                 outputs, options);
  }

  const Shape& shape() const { return graph_.tensors[static_cast<size_t>(last_)].shape; }
  // Within 1e-5 of the largest value there was; returns the kernels of the steps that ran.
  std::vector<KernelId> expect_like_reference(Prefer prefer, std::optional<KernelId> favourite) {
    graph_.outputs = {last_};
    const Executable expected(graph_, kReferenceKernels);
    const Executable actual(graph_, kArmv7emKernels, prefer, favourite);
    const TensorInfo& in = expected.model().input_info(0);
    const auto values = testing::random_floats(in.bytes / 4, seed_);
    std::memcpy(expected.model().input(0), values.data(), in.bytes);
    std::memcpy(actual.model().input(0), values.data(), in.bytes);
    float range = 0;
    expected.invoke([&](int, int tensor, const void* data) {
      const int64_t count = graph_.tensors[static_cast<size_t>(tensor)].shape.elements();
      for (int64_t i = 0; i < count; ++i)
        range = std::max(range, std::abs(static_cast<const float*>(data)[i]));
    });
    actual.model().invoke();
    const float* want = expected.model().output<float>(0);
    const float* got = actual.model().output<float>(0);
    const int64_t count = shape().elements();
    for (int64_t i = 0; i < count; ++i)
      if (!(std::abs(want[i] - got[i]) <= 1e-5F * range)) {
        ADD_FAILURE() << "output " << i << " of " << to_string(shape()) << " is " << got[i]
                      << " and should be " << want[i] << ", range " << range;
        break;
      }
    std::vector<KernelId> kernels;
    for (uint32_t i = 0; i < actual.plan().step_count; ++i)
      kernels.push_back(actual.plan().steps[i].kernel);
    return kernels;
  }

 private:
  static Shape window(const Shape& in, int32_t height, int32_t width, int32_t channels,
                      const Options& o) {
    return {4,
            {in.dims[0],
             slide_window(o.padding, in.dims[1], height, o.stride_h, o.dilation_h).output_size,
             slide_window(o.padding, in.dims[2], width, o.stride_w, o.dilation_w).output_size,
             channels}};
  }
  void add_weighted(OperatorType type, const Shape& filter, const Shape& output, int32_t channels,
                    const Options& options) {
    std::vector<int> inputs = {
        last_, testing::add_constant(graph_, filter,
                                     testing::random_floats(filter.elements(), seed_ + 1))};
    if (integer(0, 3) != 0)
      inputs.push_back(testing::add_constant(graph_, {1, {channels}},
                                             testing::random_floats(channels, seed_ + 2)));
    last_ = testing::add_operator(graph_, type, inputs, output, options);
  }

  std::mt19937 random_;
  uint32_t seed_;
  Graph graph_;
  int last_ = -1;
};

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

TEST(Armv7emF32, FullyConnected) {
  expect_hits(KernelId::fully_connected_f32_packed, 150, 150, [](FloatNet& net) {
    net.input({2, {net.integer(1, 3), net.integer(1, 200)}});
    net.fully_connected(net.integer(1, 67), random_options(net, 1));
  });
}

}  // namespace
}  // namespace solder::compiler::armv7em
