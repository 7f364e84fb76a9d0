#include <gtest/gtest.h>

#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;

Options valid() {
  Options options;
  options.padding = Padding::VALID;
  return options;
}

int add_batch_norm(Graph& graph, int x) {
  const Shape shape = graph.tensors[x].shape;
  const int32_t channels = shape.dims[3];
  const int w = add_constant(graph, {4, {1, 1, 1, channels}}, random_floats(channels, 10));
  const int b = add_constant(graph, {1, {channels}}, random_floats(channels, 11));
  return add_operator(graph, OperatorType::DEPTHWISE_CONV_2D, {x, w, b}, shape, valid());
}

void expect_folds(Graph graph, const std::vector<OperatorType>& types) {
  const auto before = run_on_noise(graph);
  ASSERT_TRUE(fold_batch_norm(graph));
  remove_dead_code(graph);
  validate(graph);
  EXPECT_EQ(operator_types(graph), types);
  expect_near(run_on_noise(graph), before);
}

TEST(FoldBatchNorm, IntoConv) {
  Graph graph;
  const int x = add_input(graph, {4, {1, 5, 5, 2}});
  const int w = add_constant(graph, {4, {3, 3, 3, 2}}, random_floats(54, 1));
  const int b = add_constant(graph, {1, {3}}, random_floats(3, 2));
  const int y = add_operator(graph, OperatorType::CONV_2D, {x, w, b}, {4, {1, 3, 3, 3}}, valid());
  graph.outputs = {add_batch_norm(graph, y)};
  expect_folds(graph, {OperatorType::CONV_2D});
}

TEST(FoldBatchNorm, IntoDepthwiseConv) {
  Graph graph;
  const int x = add_input(graph, {4, {1, 5, 5, 2}});
  const int w = add_constant(graph, {4, {1, 3, 3, 4}}, random_floats(36, 1));
  const int b = add_constant(graph, {1, {4}}, random_floats(4, 2));
  const int y =
      add_operator(graph, OperatorType::DEPTHWISE_CONV_2D, {x, w, b}, {4, {1, 3, 3, 4}}, valid());
  graph.outputs = {add_batch_norm(graph, y)};
  expect_folds(graph, {OperatorType::DEPTHWISE_CONV_2D});
}

TEST(FoldBatchNorm, IntoDenseThroughReshape) {
  Graph graph;
  const int x = add_input(graph, {2, {2, 5}});
  const int w = add_constant(graph, {2, {3, 5}}, random_floats(15, 1));
  const int b = add_constant(graph, {1, {3}}, random_floats(3, 2));
  int y = add_operator(graph, OperatorType::FULLY_CONNECTED, {x, w, b}, {2, {2, 3}});
  y = add_operator(graph, OperatorType::RESHAPE, {y, add_int32_constant(graph, {2, 1, 1, 3})},
                   {4, {2, 1, 1, 3}});
  graph.outputs = {add_batch_norm(graph, y)};
  expect_folds(graph, {OperatorType::FULLY_CONNECTED, OperatorType::RESHAPE});
}

TEST(FoldBatchNorm, KeepsWhatOthersRead) {
  Graph graph;
  const int x = add_input(graph, {4, {1, 5, 5, 2}});
  const int w = add_constant(graph, {4, {2, 1, 1, 2}}, random_floats(4, 1));
  const int b = add_constant(graph, {1, {2}}, random_floats(2, 2));
  const int y = add_operator(graph, OperatorType::CONV_2D, {x, w, b}, {4, {1, 5, 5, 2}}, valid());
  const int z = add_batch_norm(graph, y);
  graph.outputs = {add_operator(graph, OperatorType::ADD, {y, z}, {4, {1, 5, 5, 2}})};
  EXPECT_FALSE(fold_batch_norm(graph));
}

TEST(FoldBatchNorm, KeepsItBehindAnActivation) {
  Graph graph;
  const int x = add_input(graph, {4, {1, 5, 5, 2}});
  const int w = add_constant(graph, {4, {2, 1, 1, 2}}, random_floats(4, 1));
  const int b = add_constant(graph, {1, {2}}, random_floats(2, 2));
  Options options = valid();
  options.activation = Activation::RELU;
  const int y = add_operator(graph, OperatorType::CONV_2D, {x, w, b}, {4, {1, 5, 5, 2}}, options);
  graph.outputs = {add_batch_norm(graph, y)};
  EXPECT_FALSE(fold_batch_norm(graph));
}

}  // namespace
}  // namespace solder::compiler
