#include <gtest/gtest.h>

#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;

// dense(input), 2 x 3
int add_dense(Graph& graph) {
  const int x = add_input(graph, {2, {2, 5}});
  const int w = add_constant(graph, {2, {3, 5}}, random_floats(15, 1));
  const int b = add_constant(graph, {1, {3}}, random_floats(3, 2));
  return add_operator(graph, OperatorType::FULLY_CONNECTED, {x, w, b}, {2, {2, 3}});
}

Graph graph_of_sum(const Shape& shape, bool constant_first) {
  Graph graph;
  const int y = add_dense(graph);
  const int c = add_constant(graph, shape, random_floats(shape.elements(), 3));
  Options options;
  options.activation = Activation::RELU;
  graph.outputs = {add_operator(graph, OperatorType::ADD,
                                constant_first ? std::vector{c, y} : std::vector{y, c}, {2, {2, 3}},
                                options)};
  return graph;
}

TEST(FoldBiasAdd, OneNumberForEachOutput) {
  for (const bool constant_first : {false, true})
    for (const Shape& shape : {Shape{1, {3}}, Shape{2, {1, 3}}, Shape{1, {1}}}) {
      Graph graph = graph_of_sum(shape, constant_first);
      const auto before = run_on_noise(graph);
      ASSERT_TRUE(fold_bias_add(graph)) << to_string(shape);
      remove_dead_code(graph);
      validate(graph);
      EXPECT_EQ(operator_types(graph), std::vector{OperatorType::FULLY_CONNECTED});
      EXPECT_EQ(graph.operators[0].options.activation, Activation::RELU);
      expect_near(run_on_noise(graph), before);
    }
}

TEST(FoldBiasAdd, KeepsOtherSums) {
  for (const Shape& shape : {Shape{2, {2, 3}}, Shape{2, {2, 1}}}) {
    Graph graph = graph_of_sum(shape, false);
    EXPECT_FALSE(fold_bias_add(graph)) << to_string(shape);
  }
}

TEST(FoldBiasAdd, KeepsWhatOthersRead) {
  Graph graph = graph_of_sum({1, {3}}, false);
  graph.outputs.push_back(graph.operators[0].outputs[0]);
  EXPECT_FALSE(fold_bias_add(graph));
}

}  // namespace
}  // namespace solder::compiler
