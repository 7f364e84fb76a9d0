#include <gtest/gtest.h>

#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;

// input + folded
Graph graph_of_sum(Graph graph, int folded) {
  const Shape shape = graph.tensors[folded].shape;
  graph.outputs = {
      add_operator(graph, OperatorType::ADD, {add_input(graph, shape), folded}, shape)};
  return graph;
}

void expect_folds(Graph graph, const Floats& values) {
  const int folded = graph.operators[0].outputs[0];
  ASSERT_TRUE(fold_constants(graph));
  EXPECT_EQ(operator_types(graph), std::vector{OperatorType::ADD});
  const auto found = graph.tensors[folded].values<float>();
  EXPECT_EQ(Floats(found.begin(), found.end()), values);
  validate(graph);
  EXPECT_FALSE(fold_constants(graph));
}

TEST(FoldConstants, Reshape) {
  Graph graph;
  const int c = add_constant(graph, {2, {2, 3}}, counting_floats(6));
  const int y = add_operator(graph, OperatorType::RESHAPE, {c, add_int32_constant(graph, {3, 2})},
                             {2, {3, 2}});
  expect_folds(graph_of_sum(graph, y), counting_floats(6));
}

TEST(FoldConstants, Transpose) {
  Graph graph;
  const int c = add_constant(graph, {2, {2, 3}}, counting_floats(6));
  const int y = add_operator(graph, OperatorType::TRANSPOSE, {c, add_int32_constant(graph, {1, 0})},
                             {2, {3, 2}});
  expect_folds(graph_of_sum(graph, y), {1, 4, 2, 5, 3, 6});
}

TEST(FoldConstants, Pad) {
  Graph graph;
  const int c = add_constant(graph, {2, {1, 2}}, {7, 8});
  const int paddings = add_int32_constant(graph, {1, 0, 1, 2});
  graph.tensors[paddings].shape = {2, {2, 2}};
  const int y = add_operator(graph, OperatorType::PAD, {c, paddings}, {2, {2, 5}});
  expect_folds(graph_of_sum(graph, y), {0, 0, 0, 0, 0, 0, 7, 8, 0, 0});
}

TEST(FoldConstants, LeavesWhatIsComputed) {
  Graph graph;
  const int x = add_input(graph, {2, {2, 3}});
  graph.outputs = {add_operator(graph, OperatorType::RESHAPE,
                                {x, add_int32_constant(graph, {6, 1})}, {2, {6, 1}})};
  EXPECT_FALSE(fold_constants(graph));
}

TEST(FoldConstants, LeavesTransposeThatDoesNotFit) {
  Graph graph;
  const int c = add_constant(graph, {2, {2, 3}}, counting_floats(6));
  const int y = add_operator(graph, OperatorType::TRANSPOSE, {c, add_int32_constant(graph, {0, 0})},
                             {2, {3, 2}});
  graph = graph_of_sum(graph, y);
  EXPECT_FALSE(fold_constants(graph));
}

}  // namespace
}  // namespace solder::compiler
