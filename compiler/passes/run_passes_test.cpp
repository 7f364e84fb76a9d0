#include <gtest/gtest.h>

#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;

// conv, batch norm, bias, activation, flatten in NCHW order, dense: what exporters make of one
// layer and the next.
TEST(RunPasses, LeavesTheOperatorsThatCompute) {
  Graph graph;
  Options valid;
  valid.padding = Padding::VALID;
  const Shape image{4, {1, 2, 2, 3}};
  int x = add_input(graph, {4, {1, 4, 4, 2}});
  x = add_operator(graph, OperatorType::CONV_2D,
                   {x, add_constant(graph, {4, {3, 3, 3, 2}}, random_floats(54, 1)),
                    add_constant(graph, {1, {3}}, random_floats(3, 2))},
                   image, valid);
  x = add_operator(graph, OperatorType::DEPTHWISE_CONV_2D,
                   {x, add_constant(graph, {4, {1, 1, 1, 3}}, random_floats(3, 3)),
                    add_constant(graph, {1, {3}}, random_floats(3, 4))},
                   image, valid);
  x = add_operator(graph, OperatorType::ADD,
                   {x, add_constant(graph, {4, {1, 1, 1, 3}}, random_floats(3, 5))}, image);
  x = add_operator(graph, OperatorType::RELU, {x}, image);
  x = add_operator(graph, OperatorType::TRANSPOSE, {x, add_int32_constant(graph, {0, 3, 1, 2})},
                   {4, {1, 3, 2, 2}});
  x = add_operator(graph, OperatorType::RESHAPE, {x, add_int32_constant(graph, {1, 12})},
                   {2, {1, 12}});
  x = add_operator(graph, OperatorType::FULLY_CONNECTED,
                   {x, add_constant(graph, {2, {4, 12}}, random_floats(48, 6)),
                    add_constant(graph, {1, {4}}, random_floats(4, 7))},
                   {2, {1, 4}});
  graph.outputs = {x};

  const auto before = run_on_noise(graph);
  run_passes(graph);
  EXPECT_EQ(operator_types(graph),
            (std::vector{OperatorType::CONV_2D, OperatorType::FULLY_CONNECTED}));
  EXPECT_EQ(graph.tensors.size(), 7);
  expect_near(run_on_noise(graph), before);
}

TEST(RunPasses, KeepsInputsThatNobodyReads) {
  Graph graph;
  add_input(graph, {1, {3}});
  const int x = add_input(graph, {1, {4}});
  graph.outputs = {add_operator(graph, OperatorType::RELU, {x}, {1, {4}})};
  run_passes(graph);
  EXPECT_EQ(graph.inputs.size(), 2);
}

}  // namespace
}  // namespace solder::compiler
