#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "compiler/importers/importer.h"
#include "compiler/ir/cost.h"
#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;

// Grows a graph of INT8 or FLOAT32 operators; constants are noise, some of their channels zero.
class Net {
 public:
  explicit Net(TensorType type, uint32_t seed = 1) : type_(type), random_(seed) {}

  Graph graph;

  int input(const Shape& shape) {
    const int tensor = activation(shape);
    graph.inputs.push_back(tensor);
    return tensor;
  }

  // A filter of [outputs, size, size, inputs] in which the outputs `dead` are zero, with a bias
  // there of `dead_bias`, and in which nobody reads the inputs `unread`.
  struct Conv {
    int32_t outputs = 6, size = 1;
    std::vector<int32_t> dead = {}, unread = {};
    float dead_bias = 0;
    Padding padding = Padding::SAME;
  };
  int conv(int x, const Conv& c) {
    const Shape in = graph.tensors[x].shape;
    Tensor filter = noise({4, {c.outputs, c.size, c.size, in.dims[3]}});
    const int64_t row = filter.shape.elements() / c.outputs;
    for (const int32_t out : c.dead)
      for (int64_t i = 0; i < row; ++i) clear(filter, out * row + i);
    for (const int32_t channel : c.unread)
      for (int64_t i = channel; i < filter.shape.elements(); i += in.dims[3]) clear(filter, i);
    const int b = bias(c.outputs, c.dead, c.dead_bias);
    const int w = graph.add_tensor(std::move(filter));
    return emit(OperatorType::CONV_2D, {x, w, b}, window(in, c.outputs, c.size, c.padding),
                {.activation = Activation::RELU, .padding = c.padding});
  }

  int depthwise(int x, int32_t size, Padding padding, int32_t multiplier = 1,
                const std::vector<int32_t>& dead = {}) {
    const Shape in = graph.tensors[x].shape;
    const int32_t channels = in.dims[3] * multiplier;
    Tensor filter = noise({4, {1, size, size, channels}});
    for (const int32_t c : dead)
      for (int64_t i = c; i < filter.shape.elements(); i += channels) clear(filter, i);
    const int b = bias(channels, {}, 0);
    const int w = graph.add_tensor(std::move(filter));
    return emit(OperatorType::DEPTHWISE_CONV_2D, {x, w, b}, window(in, channels, size, padding),
                {.padding = padding});
  }

  int pool(int x, OperatorType type) {
    const Shape in = graph.tensors[x].shape;
    const int y = emit(
        type, {x}, {4, {1, in.dims[1] / 2, in.dims[2] / 2, in.dims[3]}},
        {.padding = Padding::VALID, .stride_h = 2, .stride_w = 2, .filter_h = 2, .filter_w = 2});
    graph.tensors[y].quantization = graph.tensors[x].quantization;
    return y;
  }

  int mean(int x) {
    const Shape in = graph.tensors[x].shape;
    return emit(OperatorType::MEAN, {x, add_int32_constant(graph, {1, 2})}, {2, {1, in.dims[3]}});
  }

  int add(int x, int y) { return emit(OperatorType::ADD, {x, y}, graph.tensors[x].shape); }

  int concatenate(int x, int y) {
    Shape shape = graph.tensors[x].shape;
    shape.dims[3] += graph.tensors[y].shape.dims[3];
    graph.tensors[y].quantization = graph.tensors[x].quantization;
    const int z = emit(OperatorType::CONCATENATION, {x, y}, shape, {.axis = 3});
    graph.tensors[z].quantization = graph.tensors[x].quantization;
    return z;
  }

  // One that keeps the shape.
  int keeping(OperatorType type, int x, const std::vector<int>& others = {}) {
    std::vector<int> inputs = {x};
    inputs.insert(inputs.end(), others.begin(), others.end());
    const int y = emit(type, inputs, graph.tensors[x].shape, {.alpha = 0.25F});
    if (is_int8() && (type == OperatorType::LOGISTIC || type == OperatorType::TANH))
      graph.tensors[y].quantization = type == OperatorType::TANH
                                          ? compiler::Quantization{{1.0F / 128}, {0}, 0}
                                          : compiler::Quantization{{1.0F / 256}, {-128}, 0};
    if (type == OperatorType::MAXIMUM || type == OperatorType::MINIMUM)
      for (const int input : inputs)
        graph.tensors[input].quantization = graph.tensors[y].quantization;
    return y;
  }

  // Noise for each channel, zero for those of `dead`.
  int channel_constant(int32_t channels, const std::vector<int32_t>& dead) {
    Tensor tensor = noise({1, {channels}});
    for (const int32_t c : dead) clear(tensor, c);
    return graph.add_tensor(std::move(tensor));
  }

  // Of the same values, and another height and width.
  int moving(OperatorType type, int x, int32_t height, int32_t width,
             const std::vector<int>& others) {
    std::vector<int> inputs = {x};
    inputs.insert(inputs.end(), others.begin(), others.end());
    const int y = emit(type, inputs, {4, {1, height, width, graph.tensors[x].shape.dims[3]}});
    graph.tensors[y].quantization = graph.tensors[x].quantization;
    return y;
  }

  int reduced(OperatorType type, int x) {
    const int32_t channels = graph.tensors[x].shape.dims[3];
    const int y = emit(type, {x, add_int32_constant(graph, {1, 2})}, {2, {1, channels}});
    if (type != OperatorType::SUM) graph.tensors[y].quantization = graph.tensors[x].quantization;
    return y;
  }

  int flatten(int x) {
    const auto elements = static_cast<int32_t>(graph.tensors[x].shape.elements());
    const int y = emit(OperatorType::RESHAPE, {x, add_int32_constant(graph, {1, elements})},
                       {2, {1, elements}});
    graph.tensors[y].quantization = graph.tensors[x].quantization;
    return y;
  }

  int dense(int x, int32_t outputs) {
    const auto inputs = static_cast<int32_t>(graph.tensors[x].shape.elements());
    const int w = graph.add_tensor(noise({2, {outputs, inputs}}));
    return emit(OperatorType::FULLY_CONNECTED, {x, w, bias(outputs, {}, 0)}, {2, {1, outputs}});
  }

  int random(int below) { return static_cast<int>(random_() % static_cast<uint32_t>(below)); }
  bool is_int8() const { return type_ == TensorType::INT8; }

 private:
  static Shape window(const Shape& in, int32_t channels, int32_t size, Padding padding) {
    const int32_t lost = padding == Padding::SAME ? 0 : size - 1;
    return {4, {1, in.dims[1] - lost, in.dims[2] - lost, channels}};
  }

  int activation(const Shape& shape) {
    Tensor tensor{.name = "activation", .type = type_, .shape = shape};
    if (is_int8()) tensor.quantization = {{0.05F}, {int64_t{random(40)} - 20}, 0};
    return graph.add_tensor(std::move(tensor));
  }

  Tensor noise(const Shape& shape) {
    if (!is_int8()) return float_constant("weights", shape, random_floats(shape.elements(), 3));
    Tensor tensor{.name = "weights", .type = type_, .shape = shape};
    tensor.quantization = {{0.02F}, {0}, 0};
    for (int64_t i = 0; i < shape.elements(); ++i)
      tensor.data.push_back(static_cast<uint8_t>(random(255) - 127));
    return tensor;
  }

  void clear(Tensor& tensor, int64_t index) const {
    const auto bytes = static_cast<int64_t>(size_of(type_));
    for (int64_t i = 0; i < bytes; ++i) tensor.data[index * bytes + i] = 0;
  }

  int bias(int32_t channels, const std::vector<int32_t>& dead, float dead_bias) {
    Floats values = random_floats(channels, 5);
    for (const int32_t c : dead) values[c] = dead_bias;
    if (!is_int8()) return add_constant(graph, {1, {channels}}, values);
    std::vector<int32_t> integers;
    for (const float value : values)
      integers.push_back(static_cast<int32_t>(value / (0.05F * 0.02F)));
    return add_int32_constant(graph, integers);
  }

  int emit(OperatorType type, const std::vector<int>& inputs, const Shape& shape,
           const Options& options = {}) {
    const int y = activation(shape);
    graph.operators.push_back({.type = type, .inputs = inputs, .outputs = {y}, .options = options});
    return y;
  }

  TensorType type_;
  std::mt19937 random_;
};

std::vector<std::vector<uint8_t>> run_on_random_bytes(const Graph& graph, TensorType type) {
  std::vector<std::vector<uint8_t>> inputs;
  for (const int input : graph.inputs) {
    const int64_t elements = graph.tensors[input].shape.elements();
    const Floats noise = random_floats(elements, 7);
    std::vector<uint8_t> bytes;
    if (type == TensorType::INT8)
      for (const float value : noise) bytes.push_back(static_cast<uint8_t>(int(value * 127)));
    else
      bytes.assign(reinterpret_cast<const uint8_t*>(noise.data()),
                   reinterpret_cast<const uint8_t*>(noise.data() + elements));
    inputs.push_back(std::move(bytes));
  }
  return run_bytes(graph, inputs);
}

// Runs the pass, checks that outputs keep their bytes, and returns the channels of each operator's
// output.
std::vector<int32_t> channels_after(Net& net) {
  Graph& graph = net.graph;
  const TensorType type = net.is_int8() ? TensorType::INT8 : TensorType::FLOAT32;
  const auto before = run_on_random_bytes(graph, type);
  remove_dead_channels(graph);
  remove_dead_code(graph);
  validate(graph);
  EXPECT_EQ(run_on_random_bytes(graph, type), before);
  EXPECT_FALSE(remove_dead_channels(graph)) << "something was left";
  std::vector<int32_t> channels;
  for (const Operator& op : graph.operators) {
    const Shape& shape = graph.tensors[op.outputs[0]].shape;
    channels.push_back(shape.dims[shape.rank - 1]);
  }
  return channels;
}

using Channels = std::vector<int32_t>;

class DeadChannels : public ::testing::TestWithParam<TensorType> {};
INSTANTIATE_TEST_SUITE_P(Types, DeadChannels,
                         ::testing::Values(TensorType::INT8, TensorType::FLOAT32),
                         [](const auto& test) { return type_name(test.param); });

TEST_P(DeadChannels, ZerosGoThroughEverything) {
  Net net(GetParam());
  int x = net.input({4, {1, 8, 8, 3}});
  x = net.conv(x, {.outputs = 6, .size = 3, .dead = {1, 4}, .dead_bias = -0.5F});
  int y = net.conv(x, {.outputs = 6, .size = 3, .dead = {0, 4}, .dead_bias = -1});
  int z = net.conv(x, {.outputs = 6, .dead = {0, 4, 5}, .dead_bias = -1});
  x = net.pool(net.add(y, z), OperatorType::MAX_POOL_2D);
  x = net.flatten(net.pool(x, OperatorType::AVERAGE_POOL_2D));
  net.graph.outputs = {net.dense(x, 4)};
  // What one side of the sum alone holds at zero stays; the flattened image has 2x2 pixels.
  EXPECT_EQ(channels_after(net), (Channels{4, 4, 4, 4, 4, 4, 16, 4}));
}

// Each operator between what makes two channels of six dead and what reads them.
TEST_P(DeadChannels, GoThroughEveryKind) {
  using enum OperatorType;
  const auto expect_gone = [](OperatorType type, auto add, size_t operators) {
    SCOPED_TRACE(operator_name(type));
    Net net(GetParam());
    int x = net.input({4, {1, 4, 4, 3}});
    x = net.conv(x, {.outputs = 6, .size = 3, .dead = {1, 4}, .dead_bias = -0.5F});
    x = add(net, x);
    net.graph.outputs = {net.graph.tensors[x].shape.rank == 2 ? net.dense(x, 3)
                                                              : net.conv(x, {.outputs = 3})};
    Channels expected(operators, 4);
    expected.push_back(3);
    EXPECT_EQ(channels_after(net), expected);
  };
  for (const OperatorType type : {ABS, ELU, GELU, HARD_SWISH, LEAKY_RELU, SQUARE, TANH}) {
    if (GetParam() == TensorType::INT8 && (type == ABS || type == SQUARE)) continue;
    expect_gone(
        type, [&](Net& net, int x) { return net.keeping(type, x); }, 2);
  }
  for (const OperatorType type : {MAXIMUM, MINIMUM, MUL, PRELU, SQUARED_DIFFERENCE, SUB})
    expect_gone(
        type,
        [&](Net& net, int x) {
          const int with = net.channel_constant(6, {1, 4});
          return net.keeping(type, x, {with});
        },
        2);
  for (const OperatorType type : {REDUCE_MAX, REDUCE_MIN, SUM})
    expect_gone(
        type, [&](Net& net, int x) { return net.reduced(type, x); }, 2);
  for (const OperatorType type : {RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR})
    expect_gone(
        type,
        [&](Net& net, int x) {
          return net.moving(type, x, 8, 6, {add_int32_constant(net.graph, {8, 6})});
        },
        2);
  const auto pads = [](Net& net) {
    const int amounts = add_int32_constant(net.graph, {0, 0, 1, 0, 0, 1, 0, 0});
    net.graph.tensors[static_cast<size_t>(amounts)].shape = {2, {4, 2}};
    return amounts;
  };
  expect_gone(
      MIRROR_PAD, [&](Net& net, int x) { return net.moving(MIRROR_PAD, x, 5, 5, {pads(net)}); }, 2);
}

TEST_P(DeadChannels, UnreadOnesGo) {
  Net net(GetParam());
  int x = net.input({4, {1, 6, 6, 3}});
  x = net.conv(x, {.outputs = 5, .size = 3});
  x = net.depthwise(x, 3, Padding::SAME, 2);
  x = net.conv(x, {.outputs = 3, .unread = {0, 1, 5, 8}});
  net.graph.outputs = {x};
  // Channel 0 of the first feeds 0 and 1; one of 4 and 5, and of 8 and 9, is read.
  EXPECT_EQ(channels_after(net), (Channels{4, 8, 3}));
}

TEST_P(DeadChannels, OutputsKeepTheirs) {
  Net net(GetParam());
  const int x = net.input({4, {1, 4, 4, 3}});
  net.graph.outputs = {net.conv(x, {.outputs = 4, .dead = {1, 2}, .dead_bias = 1})};
  EXPECT_EQ(channels_after(net), (Channels{4}));
}

TEST_P(DeadChannels, OneChannelStays) {
  Net net(GetParam());
  int x = net.input({4, {1, 4, 4, 3}});
  x = net.conv(x, {.outputs = 3, .dead = {0, 1, 2}, .dead_bias = -1});
  net.graph.outputs = {net.conv(x, {.outputs = 2, .size = 3})};
  EXPECT_EQ(channels_after(net), (Channels{1, 2}));
}

TEST_P(DeadChannels, ConcatenatedOnesGo) {
  Net net(GetParam());
  const int x = net.input({4, {1, 4, 4, 3}});
  const int y = net.conv(x, {.outputs = 4, .dead = {0}, .dead_bias = -1});
  const int z = net.conv(x, {.outputs = 5});
  net.graph.outputs = {net.conv(net.concatenate(y, z), {.outputs = 2, .unread = {6, 7}})};
  EXPECT_EQ(channels_after(net), (Channels{3, 3, 6, 2}));
}

// A constant other than zero goes into integer biases, exactly; in floats the sum would be rounded
// otherwise.
TEST_P(DeadChannels, ConstantsGoIntoIntegerBiases) {
  Net net(GetParam());
  int x = net.input({4, {1, 8, 8, 3}});
  x = net.conv(x, {.outputs = 6, .dead = {1, 4}, .dead_bias = 0.75F});
  x = net.depthwise(x, 3, Padding::VALID);
  x = net.conv(x, {.outputs = 5, .size = 3, .padding = Padding::VALID});
  x = net.mean(x);
  net.graph.outputs = {net.dense(x, 3)};
  EXPECT_EQ(channels_after(net),
            net.is_int8() ? (Channels{4, 4, 5, 5, 3}) : (Channels{6, 6, 5, 5, 3}));
}

// Outside the image it is zero, so it is no constant for those who read there.
TEST_P(DeadChannels, ConstantsAtPaddedBordersStay) {
  for (const bool is_depthwise : {false, true}) {
    Net net(GetParam());
    int x = net.input({4, {1, 6, 6, 3}});
    x = net.conv(x, {.outputs = 6, .dead = {1, 4}, .dead_bias = 0.75F});
    if (is_depthwise) x = net.depthwise(x, 3, Padding::SAME);
    x = net.conv(x, {.outputs = 5, .size = is_depthwise ? 1 : 3});
    net.graph.outputs = {x};
    EXPECT_EQ(channels_after(net)[0], 6);
  }
}

// A depthwise filter of zeros makes a constant of what is none.
TEST_P(DeadChannels, DepthwiseOnesTakeTheirInputsAlong) {
  Net net(GetParam());
  int x = net.input({4, {1, 6, 6, 3}});
  x = net.conv(x, {.outputs = 6});
  x = net.depthwise(x, 3, Padding::SAME, 1, {0, 5});
  net.graph.outputs = {net.conv(x, {.outputs = 2})};
  EXPECT_EQ(channels_after(net), net.is_int8() ? (Channels{4, 4, 2}) : (Channels{6, 6, 2}));
}

TEST(RemoveDeadChannels, RandomNetworksKeepTheirBytes) {
  int removed = 0;
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    Net net(seed % 4 == 0 ? TensorType::FLOAT32 : TensorType::INT8, seed);
    const auto some = [&](int32_t channels) {
      std::vector<int32_t> chosen;
      for (int32_t c = 0; c < channels; ++c)
        if (net.random(3) == 0) chosen.push_back(c);
      return chosen;
    };
    const auto conv = [&](int x, int32_t outputs) {
      const int32_t inputs = net.graph.tensors[x].shape.dims[3];
      return net.conv(x, {.outputs = outputs,
                          .size = 1 + 2 * net.random(2),
                          .dead = some(outputs),
                          .unread = net.random(2) == 0 ? some(inputs) : std::vector<int32_t>(),
                          .dead_bias = static_cast<float>(net.random(5)) / 2 - 1});
    };
    int x = conv(net.input({4, {1, 8, 8, 3}}), 5);
    for (int layer = 0; layer < 5; ++layer) {
      const int choice = net.random(6);
      if (choice <= 1) x = conv(x, 4 + net.random(3));
      if (choice == 2)
        x = net.depthwise(x, 3, Padding::SAME, 1 + net.random(2),
                          some(net.graph.tensors[x].shape.dims[3]));
      if (choice == 3) x = net.add(conv(x, 5), conv(x, 5));
      if (choice == 4) x = net.concatenate(conv(x, 3), conv(x, 4));
      if (choice == 5 && net.graph.tensors[x].shape.dims[1] > 2)
        x = net.pool(
            x, net.random(2) == 0 ? OperatorType::MAX_POOL_2D : OperatorType::AVERAGE_POOL_2D);
    }
    x = net.random(2) == 0 ? net.mean(x) : net.flatten(x);
    net.graph.outputs = {net.dense(x, 3)};
    const int64_t before = macs(net.graph);
    channels_after(net);
    removed += macs(net.graph) < before ? 1 : 0;
  }
  EXPECT_GT(removed, 40);
}

// A damaged file may name sizes that would take forever.
TEST(RemoveDeadChannels, DoesNotRunWhatIsHuge) {
  Net net(TensorType::INT8);
  int x = net.input({4, {1, 8192, 8192, 1}});
  x = net.conv(x, {.outputs = 2, .dead = {0}, .dead_bias = -1});
  net.graph.outputs = {net.conv(x, {.outputs = 1})};
  EXPECT_FALSE(remove_dead_channels(net.graph));
}

TEST(RemoveDeadChannels, HalvesVisualWakeWords) {
  const auto path = std::filesystem::path(SOLDER_SHARED_DIR) / "models/mlperf_tiny/vww_int8.tflite";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no model " << path;
  Graph graph = import_model(path);
  EXPECT_EQ(macs(graph), 7489664);
  run_passes(graph);
  EXPECT_LT(macs(graph), 3900000);
}

}  // namespace
}  // namespace solder::compiler
