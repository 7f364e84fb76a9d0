#include <gtest/gtest.h>

#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;

int add_reshape(Graph& graph, int x, const Shape& shape) {
  const int dims = add_int32_constant(graph, {shape.dims, shape.dims + shape.rank});
  return add_operator(graph, OperatorType::RESHAPE, {x, dims}, shape);
}

int add_transpose(Graph& graph, int x, const std::vector<int32_t>& permutation,
                  const Shape& shape) {
  return add_operator(graph, OperatorType::TRANSPOSE, {x, add_int32_constant(graph, permutation)},
                      shape);
}

void expect_becomes(Graph graph, const std::vector<OperatorType>& types) {
  const auto before = run_on_noise(graph);
  EXPECT_TRUE(remove_no_ops(graph));
  remove_dead_code(graph);
  validate(graph);
  EXPECT_EQ(operator_types(graph), types);
  expect_near(run_on_noise(graph), before, 0);
}

TEST(RemoveNoOps, ReshapeToTheSameShape) {
  Graph graph;
  int x = add_operator(graph, OperatorType::RELU, {add_input(graph, {2, {2, 6}})}, {2, {2, 6}});
  x = add_reshape(graph, x, {2, {2, 6}});
  graph.tensors[x].name = "result";
  graph.outputs = {x};
  expect_becomes(graph, {OperatorType::RELU});
  remove_no_ops(graph);
  EXPECT_EQ(graph.tensors[graph.outputs[0]].name, "result");
}

TEST(RemoveNoOps, KeepsOneBetweenInputAndOutput) {
  Graph graph;
  graph.outputs = {add_reshape(graph, add_input(graph, {1, {6}}), {1, {6}})};
  EXPECT_FALSE(remove_no_ops(graph));
  EXPECT_EQ(operator_types(graph), std::vector{OperatorType::RESHAPE});
}

TEST(RemoveNoOps, ChainOfReshapes) {
  Graph graph;
  int x = add_reshape(graph, add_input(graph, {1, {12}}), {2, {3, 4}});
  x = add_reshape(graph, x, {3, {2, 3, 2}});
  graph.outputs = {
      add_operator(graph, OperatorType::RELU, {add_reshape(graph, x, {1, {12}})}, {1, {12}})};
  expect_becomes(graph, {OperatorType::RELU});
}

TEST(RemoveNoOps, TransposesThatUndoEachOther) {
  Graph graph;
  int x = add_input(graph, {4, {1, 2, 3, 4}});
  x = add_transpose(graph, x, {0, 3, 1, 2}, {4, {1, 4, 2, 3}});
  x = add_transpose(graph, x, {0, 2, 3, 1}, {4, {1, 2, 3, 4}});
  graph.outputs = {add_operator(graph, OperatorType::RELU, {x}, {4, {1, 2, 3, 4}})};
  expect_becomes(graph, {OperatorType::RELU});
}

TEST(RemoveNoOps, TransposesThatMakeAnother) {
  Graph graph;
  int x = add_input(graph, {3, {2, 3, 4}});
  x = add_transpose(graph, x, {1, 2, 0}, {3, {3, 4, 2}});
  graph.outputs = {add_transpose(graph, x, {1, 2, 0}, {3, {4, 2, 3}})};
  expect_becomes(graph, {OperatorType::TRANSPOSE});
}

TEST(RemoveNoOps, TransposeOfOnes) {
  Graph graph;
  const int x = add_input(graph, {4, {1, 1, 5, 1}});
  graph.outputs = {add_transpose(graph, x, {0, 3, 1, 2}, {4, {1, 1, 1, 5}})};
  expect_becomes(graph, {OperatorType::RESHAPE});
}

TEST(RemoveNoOps, FlattenBeforeDense) {
  Graph graph;
  const int x = add_reshape(graph, add_input(graph, {4, {2, 2, 1, 3}}), {2, {2, 6}});
  const int w = add_constant(graph, {2, {4, 6}}, random_floats(24, 1));
  const int b = add_constant(graph, {1, {4}}, random_floats(4, 2));
  graph.outputs = {add_operator(graph, OperatorType::FULLY_CONNECTED, {x, w, b}, {2, {2, 4}})};
  expect_becomes(graph, {OperatorType::FULLY_CONNECTED});
}

TEST(RemoveNoOps, KeepsTransposesOfUnknownOrder) {
  Graph graph;
  int x = add_input(graph, {2, {2, 3}});
  const int order = add_input(graph, {1, {2}});
  x = add_operator(graph, OperatorType::TRANSPOSE, {x, order}, {2, {3, 2}});
  graph.outputs = {add_operator(graph, OperatorType::TRANSPOSE, {x, order}, {2, {2, 3}})};
  EXPECT_FALSE(remove_no_ops(graph));
}

TEST(RemoveNoOps, KeepsRequantization) {
  Graph graph;
  const int x = add_input(graph, {1, {6}});
  const int y = add_reshape(graph, x, {1, {6}});
  for (const int tensor : {x, y}) graph.tensors[tensor].type = TensorType::INT8;
  graph.tensors[x].quantization = {{0.5F}, {0}, 0};
  graph.tensors[y].quantization = {{0.25F}, {0}, 0};
  graph.outputs = {y};
  EXPECT_FALSE(remove_no_ops(graph));
}

}  // namespace
}  // namespace solder::compiler
