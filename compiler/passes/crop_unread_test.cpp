#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/ir/padding.h"
#include "compiler/passes/passes.h"
#include "compiler/planning/executable.h"
#include "compiler/testing/graphs.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::ElementsAre;

// Square windows; `channels` of the output, 0: a pool.
struct Layer {
  int32_t size = 3, stride = 1;
  Padding padding = Padding::VALID;
  int32_t channels = 2;
};

int add_window(Graph& graph, int x, const Layer& layer) {
  const Shape in = graph.tensors[x].shape;
  const bool is_pool = layer.channels == 0;
  const auto outputs = [&](int d) {
    const Padded padded = layer.padding == Padding::SAME
                              ? same_padding(in.dims[d], layer.size, layer.stride)
                              : explicit_padding(in.dims[d], layer.size, layer.stride, 0, 0);
    return static_cast<int32_t>(padded.outputs);
  };
  Options options{.padding = layer.padding, .stride_h = layer.stride, .stride_w = layer.stride};
  if (is_pool) options.filter_h = options.filter_w = layer.size;
  const Shape out{4, {1, outputs(1), outputs(2), is_pool ? in.dims[3] : layer.channels}};
  if (is_pool) return add_operator(graph, OperatorType::AVERAGE_POOL_2D, {x}, out, options);
  const Shape filter{4, {layer.channels, layer.size, layer.size, in.dims[3]}};
  const int w = add_constant(graph, filter, random_floats(filter.elements(), 2));
  const int b = add_constant(graph, {1, {layer.channels}}, random_floats(layer.channels, 3));
  return add_operator(graph, OperatorType::CONV_2D, {x, w, b}, out, options);
}

Floats run_on(const Graph& graph, const KernelSet& kernels) {
  const Executable executable(graph, kernels);
  const Model model = executable.model();
  const Floats input = random_floats(model.input_info(0).shape.elements(), 1);
  std::ranges::copy(input, model.input<float>(0));
  model.invoke();
  const auto* output = model.output<float>(0);
  return {output, output + model.output_info(0).shape.elements()};
}

// Rows of each operator's output once cropped; every output stays what it was, bit for bit.
std::vector<int32_t> rows_after(Graph& graph) {
  std::vector<Floats> before;
  const auto sets = {&kReferenceKernels, &kGenericKernels};
  for (const KernelSet* kernels : sets) before.push_back(run_on(graph, *kernels));
  crop_unread(graph);
  validate(graph);
  size_t set = 0;
  for (const KernelSet* kernels : sets) EXPECT_EQ(run_on(graph, *kernels), before[set++]);
  std::vector<int32_t> rows;
  for (const Operator& op : graph.operators)
    rows.push_back(graph.tensors[op.outputs[0]].shape.dims[1]);
  return rows;
}

constexpr Layer kPool = {.size = 2, .stride = 2, .channels = 0};

TEST(CropUnread, BackToTheInput) {
  Graph graph;
  int x = add_input(graph, {4, {1, 28, 28, 1}});
  for (const Layer& layer : {Layer{}, kPool, Layer{}, kPool, Layer{}})
    x = add_window(graph, x, layer);
  graph.outputs = {x};
  // 26, 13, 11, 5, 3 without: of 11 rows the second pool reads 10, and so on.
  EXPECT_THAT(rows_after(graph), ElementsAre(24, 12, 10, 5, 3));
  for (size_t i = 0; i < graph.operators.size(); ++i)
    EXPECT_EQ(graph.operators[i].options.cropped, i == 0) << i;
  EXPECT_THROW(export_tflite(graph), ModelError);
  EXPECT_FALSE(crop_unread(graph));
}

TEST(CropUnread, ThroughWhatGoesPixelByPixel) {
  Graph graph;
  const int input = add_input(graph, {4, {1, 9, 9, 1}});
  const int a = add_window(graph, input, {});
  const int b = add_window(graph, input, {});
  const Shape shape = graph.tensors[a].shape;
  const int relu = add_operator(graph, OperatorType::RELU, {a}, shape);
  const int sum = add_operator(graph, OperatorType::ADD, {relu, b}, shape);
  const int c = add_constant(graph, {4, {1, 1, 1, 2}}, {1, 2});
  const int more = add_operator(graph, OperatorType::ADD, {sum, c}, shape);
  graph.outputs = {add_window(graph, more, {.size = 2, .stride = 3, .channels = 0})};
  EXPECT_THAT(rows_after(graph), ElementsAre(5, 5, 5, 5, 5, 2));
}

// One operator of each kind between a convolution and a pool that leaves rows unread.
TEST(CropUnread, ThroughEveryKindOfPixel) {
  using enum OperatorType;
  for (const OperatorType type : {ABS, ELU, EXP, GELU, HARD_SWISH, LEAKY_RELU, LOGISTIC, NEG, RELU6,
                                  RELU_N1_TO_1, SOFTMAX, SQUARE, TANH}) {
    SCOPED_TRACE(operator_name(type));
    Graph graph;
    int x = add_window(graph, add_input(graph, {4, {1, 9, 9, 1}}), {});
    x = add_operator(graph, type, {x}, graph.tensors[x].shape, {.alpha = 0.5F});
    graph.outputs = {add_window(graph, x, {.size = 2, .stride = 3, .channels = 0})};
    EXPECT_THAT(rows_after(graph), ElementsAre(5, 5, 2));
  }
  for (const OperatorType type :
       {ADD, DIV, MAXIMUM, MINIMUM, MUL, PRELU, SQUARED_DIFFERENCE, SUB}) {
    SCOPED_TRACE(operator_name(type));
    Graph graph;
    int x = add_window(graph, add_input(graph, {4, {1, 9, 9, 1}}), {});
    const int c = add_constant(graph, {3, {1, 1, 2}}, {1, 2});
    x = add_operator(graph, type, {x, c}, graph.tensors[x].shape);
    graph.outputs = {add_window(graph, x, {.size = 2, .stride = 3, .channels = 0})};
    EXPECT_THAT(rows_after(graph), ElementsAre(5, 5, 2));
  }
}

TEST(CropUnread, KeepsWhatOthersRead) {
  Graph graph;
  const int x = add_window(graph, add_input(graph, {4, {1, 9, 9, 1}}), {});
  const int y = add_window(graph, x, kPool);
  const int z =
      add_operator(graph, OperatorType::MEAN, {x, add_int32_constant(graph, {1, 2})}, {2, {1, 2}});
  graph.outputs = {y, z};
  EXPECT_FALSE(crop_unread(graph));
}

TEST(CropUnread, KeepsOutputs) {
  Graph graph;
  const int x = add_window(graph, add_input(graph, {4, {1, 9, 9, 1}}), {});
  graph.outputs = {x, add_window(graph, x, kPool)};
  EXPECT_FALSE(crop_unread(graph));
}

// Padding of SAME lies where the whole input would have it.
TEST(CropUnread, RandomNetworksKeepTheirOutputs) {
  std::mt19937 random(1);
  const auto below = [&](uint32_t n) { return static_cast<int32_t>(random() % n); };
  int cropped = 0;
  for (int i = 0; i < 200; ++i) {
    SCOPED_TRACE(i);
    Graph graph;
    int x = add_input(graph, {4, {1, 14 + below(20), 14 + below(20), 1}});
    for (int layer = 0; layer < 3; ++layer) {
      const Shape& shape = graph.tensors[x].shape;
      if (shape.dims[1] < 4 || shape.dims[2] < 4) break;
      x = add_window(graph, x,
                     {.size = 1 + below(4),
                      .stride = 1 + below(3),
                      .padding = below(2) == 0 ? Padding::SAME : Padding::VALID,
                      .channels = below(3)});
    }
    graph.outputs = {x};
    const Graph before = graph;
    rows_after(graph);
    cropped += graph == before ? 0 : 1;
  }
  EXPECT_GT(cropped, 40);
}

}  // namespace
}  // namespace solder::compiler
