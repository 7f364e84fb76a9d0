#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;

const Shape kImage{4, {1, 4, 4, 2}};

// QUANTIZE and DEQUANTIZE.
int round_to(Graph& graph, int x, float scale, int64_t zero_point) {
  const Shape shape = graph.tensors[x].shape;
  const int q = add_operator(graph, OperatorType::QUANTIZE, {x}, shape);
  graph.tensors[q].type = TensorType::INT8;
  graph.tensors[q].quantization = {{scale}, {zero_point}, 0};
  return add_operator(graph, OperatorType::DEQUANTIZE, {q}, shape);
}

struct Case {
  const char* name;
  OperatorType type;
  int inputs;
  Shape output;
  float scale = 0.05F;  // of the output
  int64_t zero_point = 3;
  bool is_integer = true;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class IntegerOperators : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(
    All, IntegerOperators,
    ::testing::Values(Case{"Add", OperatorType::ADD, 2, kImage},
                      Case{"Mean", OperatorType::MEAN, 1, {2, {1, 2}}},
                      Case{"Relu6", OperatorType::RELU6, 1, kImage},
                      Case{"Concatenation", OperatorType::CONCATENATION, 2, {4, {1, 4, 4, 4}}},
                      Case{"AveragePoolOfOneScale",
                           OperatorType::AVERAGE_POOL_2D,
                           1,
                           {4, {1, 2, 2, 2}},
                           0.02F,
                           -5},
                      Case{"AveragePoolOfTwo",
                           OperatorType::AVERAGE_POOL_2D,
                           1,
                           {4, {1, 2, 2, 2}},
                           0.05F,
                           3,
                           false},
                      Case{"Softmax", OperatorType::SOFTMAX, 1, kImage, 1.0F / 256, -128},
                      Case{"SoftmaxOfAnotherScale", OperatorType::SOFTMAX, 1, kImage, 0.005F, -128,
                           false},
                      Case{"Neg", OperatorType::NEG, 1, kImage, 0.05F, 3, false}),
    [](const auto& test) { return test.param.name; });

TEST_P(IntegerOperators, RoundAsFloatsDo) {
  const Case& c = GetParam();
  Graph graph;
  std::vector<int> inputs;
  for (int i = 0; i < c.inputs; ++i)
    inputs.push_back(round_to(graph, add_input(graph, kImage), i == 0 ? 0.02F : 0.03F, -5));
  if (c.type == OperatorType::MEAN) inputs.push_back(add_int32_constant(graph, {1, 2}));
  const int y = add_operator(graph, c.type, inputs, c.output,
                             {.padding = Padding::VALID,
                              .stride_h = 2,
                              .stride_w = 2,
                              .filter_h = 2,
                              .filter_w = 2,
                              .axis = 3});
  graph.outputs = {round_to(graph, y, c.scale, c.zero_point)};

  const auto before = run_on_noise(graph);
  EXPECT_EQ(use_integer_operators(graph), c.is_integer);
  validate(graph);
  const auto after = run_on_noise(graph);
  for (size_t i = 0; i < before[0].size(); ++i)
    EXPECT_NEAR(after[0][i], before[0][i], 1.01F * c.scale);
  for (const Operator& op : graph.operators)
    if (op.type == c.type) {
      EXPECT_EQ(graph.tensors[op.inputs[0]].type,
                c.is_integer ? TensorType::INT8 : TensorType::FLOAT32);
    }
  const auto changes = std::ranges::count(operator_types(graph), OperatorType::DEQUANTIZE);
  EXPECT_EQ(changes, c.is_integer ? 1 : c.inputs + 1);
}

// What selects or moves values needs no QUANTIZE behind it, and changes no bit.
TEST(UseIntegerOperators, DequantizeSinks) {
  Graph graph;
  int x = round_to(graph, add_input(graph, kImage), 0.02F, -5);
  x = add_operator(
      graph, OperatorType::MAX_POOL_2D, {x}, {4, {1, 2, 2, 2}},
      {.padding = Padding::VALID, .stride_h = 2, .stride_w = 2, .filter_h = 2, .filter_w = 2});
  x = add_operator(graph, OperatorType::TRANSPOSE, {x, add_int32_constant(graph, {0, 3, 1, 2})},
                   {4, {1, 2, 2, 2}});
  x = add_operator(graph, OperatorType::RELU, {x}, {4, {1, 2, 2, 2}});
  graph.outputs = {add_operator(graph, OperatorType::RESHAPE,
                                {x, add_int32_constant(graph, {1, 8})}, {2, {1, 8}})};
  const auto before = run_on_noise(graph);
  EXPECT_TRUE(use_integer_operators(graph));
  validate(graph);
  EXPECT_EQ(run_on_noise(graph), before);
  EXPECT_EQ(operator_types(graph).back(), OperatorType::DEQUANTIZE);
  EXPECT_EQ(std::ranges::count(operator_types(graph), OperatorType::DEQUANTIZE), 1);
}

// Weights of floats are rounded nowhere.
TEST(UseIntegerOperators, KeepsFloatWeights) {
  Graph graph;
  const int x = round_to(graph, add_input(graph, {2, {1, 4}}), 0.02F, 0);
  const int w = add_constant(graph, {2, {3, 4}}, random_floats(12, 1));
  const int y = add_operator(graph, OperatorType::FULLY_CONNECTED, {x, w}, {2, {1, 3}});
  graph.outputs = {round_to(graph, y, 0.02F, 0)};
  EXPECT_FALSE(use_integer_operators(graph));
}

}  // namespace
}  // namespace solder::compiler
