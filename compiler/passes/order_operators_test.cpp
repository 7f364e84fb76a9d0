#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/passes/passes.h"
#include "compiler/planning/executable.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;

int add_fully_connected(Graph& graph, int x, int32_t outputs, uint32_t seed) {
  const int32_t inputs = graph.tensors[static_cast<size_t>(x)].shape.dims[1];
  const int w = add_constant(graph, {2, {outputs, inputs}}, random_floats(outputs * inputs, seed));
  return add_operator(graph, OperatorType::FULLY_CONNECTED, {x, w}, {2, {1, outputs}});
}

uint32_t arena_bytes(const Graph& graph) {
  return Executable(graph, kReferenceKernels).plan().arena_bytes;
}

// `branches` times a wide layer, then the narrow ones behind them, then their sum.
Graph wide_layers_first(int branches) {
  Graph graph;
  const int x = add_input(graph, {2, {1, 4}});
  std::vector<int> wide, narrow;
  for (int i = 0; i < branches; ++i)
    wide.push_back(add_fully_connected(graph, x, 256, static_cast<uint32_t>(i)));
  for (int i = 0; i < branches; ++i)
    narrow.push_back(
        add_fully_connected(graph, wide[static_cast<size_t>(i)], 4, static_cast<uint32_t>(9 + i)));
  int sum = narrow[0];
  for (int i = 1; i < branches; ++i)
    sum =
        add_operator(graph, OperatorType::ADD, {sum, narrow[static_cast<size_t>(i)]}, {2, {1, 4}});
  graph.outputs = {sum};
  return graph;
}

TEST(OrderOperators, OneWideTensorAtATime) {
  Graph graph = wide_layers_first(4);
  const auto before = run_on_noise(graph);
  const uint32_t bytes = arena_bytes(graph);
  EXPECT_GE(bytes, 4U * 1024);
  EXPECT_TRUE(order_operators(graph));
  validate(graph);
  EXPECT_LT(arena_bytes(graph), 1024U + 128);
  EXPECT_EQ(run_on_noise(graph), before);
  EXPECT_FALSE(order_operators(graph)) << "the best order is kept";
}

TEST(OrderOperators, AChainHasOneOrder) {
  Graph graph = wide_layers_first(1);
  EXPECT_FALSE(order_operators(graph));
}

}  // namespace
}  // namespace solder::compiler
