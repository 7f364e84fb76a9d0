#include <gtest/gtest.h>

#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;

const Shape kShape{4, {1, 4, 4, 2}};

Graph graph_of_pool(OperatorType pool, OperatorType activation) {
  Graph graph;
  Options options;
  options.filter_h = options.filter_w = 2;
  const int y = add_operator(graph, pool, {add_input(graph, kShape)}, kShape, options);
  graph.outputs = {add_operator(graph, activation, {y}, kShape)};
  return graph;
}

TEST(FuseActivations, EveryKind) {
  const std::pair<OperatorType, Activation> kinds[] = {
      {OperatorType::RELU, Activation::RELU},
      {OperatorType::RELU6, Activation::RELU6},
      {OperatorType::RELU_N1_TO_1, Activation::RELU_N1_TO_1}};
  for (const auto& [type, activation] : kinds) {
    Graph graph = graph_of_pool(OperatorType::AVERAGE_POOL_2D, type);
    graph.tensors[graph.outputs[0]].name = "result";
    const auto before = run_on_noise(graph);
    ASSERT_TRUE(fuse_activations(graph));
    remove_dead_code(graph);
    validate(graph);
    EXPECT_EQ(operator_types(graph), std::vector{OperatorType::AVERAGE_POOL_2D});
    EXPECT_EQ(graph.operators[0].options.activation, activation);
    EXPECT_EQ(graph.tensors[graph.outputs[0]].name, "result");
    expect_near(run_on_noise(graph), before, 0);
  }
}

TEST(FuseActivations, OnlyOne) {
  Graph graph = graph_of_pool(OperatorType::MAX_POOL_2D, OperatorType::RELU);
  graph.outputs = {add_operator(graph, OperatorType::RELU6, {graph.outputs[0]}, kShape)};
  EXPECT_TRUE(fuse_activations(graph));
  EXPECT_EQ(operator_types(graph), (std::vector{OperatorType::MAX_POOL_2D, OperatorType::RELU6}));
}

// As after a 1-D convolution.
TEST(FuseActivations, ThroughReshape) {
  Graph graph = graph_of_pool(OperatorType::AVERAGE_POOL_2D, OperatorType::RELU);
  const int relu_output = graph.outputs[0];
  graph.operators.pop_back();
  const Shape flat{3, {1, 16, 2}};
  const int dims = add_int32_constant(graph, {1, 16, 2});
  const int reshaped =
      add_operator(graph, OperatorType::RESHAPE, {graph.operators[0].outputs[0], dims}, flat);
  graph.tensors[relu_output].shape = flat;
  graph.operators.push_back(
      {.type = OperatorType::RELU, .inputs = {reshaped}, .outputs = {relu_output}});
  const auto before = run_on_noise(graph);
  ASSERT_TRUE(fuse_activations(graph));
  EXPECT_EQ(operator_types(graph),
            (std::vector{OperatorType::AVERAGE_POOL_2D, OperatorType::RESHAPE}));
  EXPECT_EQ(graph.operators[0].options.activation, Activation::RELU);
  expect_near(run_on_noise(graph), before, 0);
}

TEST(FuseActivations, KeepsWhatOthersRead) {
  Graph graph = graph_of_pool(OperatorType::MAX_POOL_2D, OperatorType::RELU);
  graph.outputs.push_back(graph.operators[0].outputs[0]);
  EXPECT_FALSE(fuse_activations(graph));
}

TEST(FuseActivations, KeepsThoseOfOtherOperators) {
  Graph graph;
  const int y = add_operator(graph, OperatorType::LOGISTIC, {add_input(graph, kShape)}, kShape);
  graph.outputs = {add_operator(graph, OperatorType::RELU, {y}, kShape)};
  EXPECT_FALSE(fuse_activations(graph));
}

TEST(FuseActivations, QuantizedOnlyWithoutRequantization) {
  Graph graph = graph_of_pool(OperatorType::MAX_POOL_2D, OperatorType::RELU);
  for (const int tensor : {0, 1, 2}) {
    graph.tensors[tensor].type = TensorType::INT8;
    graph.tensors[tensor].quantization = {{0.5F}, {3}, 0};
  }
  Graph requantizing = graph;
  requantizing.tensors[2].quantization = {{0.25F}, {-128}, 0};
  EXPECT_FALSE(fuse_activations(requantizing));
  EXPECT_TRUE(fuse_activations(graph));
}

}  // namespace
}  // namespace solder::compiler
