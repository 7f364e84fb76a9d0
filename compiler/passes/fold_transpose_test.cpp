#include <gtest/gtest.h>

#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;

// Dense over a channels-last image in NCHW order, as a flattened ONNX network has it.
Graph graph_of_dense(const Shape& image, const std::vector<int32_t>& permutation,
                     const Shape& moved) {
  Graph graph;
  const int x =
      add_operator(graph, OperatorType::TRANSPOSE,
                   {add_input(graph, image), add_int32_constant(graph, permutation)}, moved);
  const auto columns = static_cast<int32_t>(image.elements() / moved.dims[0]);
  const int w = add_constant(graph, {2, {3, columns}}, random_floats(3 * columns, 1));
  const int b = add_constant(graph, {1, {3}}, random_floats(3, 2));
  graph.outputs = {
      add_operator(graph, OperatorType::FULLY_CONNECTED, {x, w, b}, {2, {moved.dims[0], 3}})};
  return graph;
}

TEST(FoldTranspose, IntoDenseColumns) {
  Graph graph = graph_of_dense({4, {2, 3, 4, 5}}, {0, 3, 1, 2}, {4, {2, 5, 3, 4}});
  const auto before = run_on_noise(graph);
  ASSERT_TRUE(fold_transpose(graph));
  remove_dead_code(graph);
  validate(graph);
  EXPECT_EQ(operator_types(graph), std::vector{OperatorType::FULLY_CONNECTED});
  expect_near(run_on_noise(graph), before);
}

TEST(FoldTranspose, KeepsOneThatMovesTheBatch) {
  Graph graph = graph_of_dense({4, {3, 2, 4, 5}}, {1, 0, 2, 3}, {4, {2, 3, 4, 5}});
  EXPECT_FALSE(fold_transpose(graph));
}

TEST(FoldTranspose, SharedWeightsStayForTheOthers) {
  Graph graph = graph_of_dense({4, {1, 2, 2, 3}}, {0, 3, 1, 2}, {4, {1, 3, 2, 2}});
  const Operator dense = graph.operators[1];
  const int plain = add_input(graph, {2, {1, 12}});
  graph.outputs.push_back(add_operator(graph, OperatorType::FULLY_CONNECTED,
                                       {plain, dense.inputs[1], dense.inputs[2]}, {2, {1, 3}}));
  const auto before = run_on_noise(graph);
  ASSERT_TRUE(fold_transpose(graph));
  remove_dead_code(graph);
  expect_near(run_on_noise(graph), before);
}

}  // namespace
}  // namespace solder::compiler
