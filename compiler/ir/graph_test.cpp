#include "compiler/ir/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/ir/dump.h"
#include "compiler/ir/transpose.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// relu(input) + constant
Graph small_graph() {
  Graph graph{.name = "small"};
  const int x = add_input(graph, {1, {3}});
  const int r = add_operator(graph, OperatorType::RELU, {x}, {1, {3}});
  const int c = add_constant(graph, {1, {3}}, {1, 2, 3});
  graph.outputs = {add_operator(graph, OperatorType::ADD, {r, c}, {1, {3}})};
  return graph;
}

std::string error_of(const Graph& graph) {
  try {
    validate(graph);
  } catch (const ModelError& error) {
    return error.what();
  }
  return "none";
}

TEST(Graph, WhoMakesAndWhoReads) {
  Graph graph = small_graph();
  EXPECT_EQ(graph.producer_of(0), -1);
  EXPECT_EQ(graph.producer_of(1), 0);
  EXPECT_THAT(graph.users_of(1), ElementsAre(1));
  EXPECT_TRUE(graph.has_one_user(1));
  EXPECT_FALSE(graph.has_one_user(3));
  EXPECT_TRUE(graph.is_constant(2));
  graph.replace_uses(1, 0);
  EXPECT_THAT(graph.operators[1].inputs, ElementsAre(0, 2));
  EXPECT_TRUE(graph.users_of(1).empty());
}

TEST(Graph, EqualityIsOfEverything) {
  const Graph graph = small_graph();
  Graph other = graph;
  EXPECT_EQ(graph, other);
  other.operators[0].options.activation = Activation::RELU6;
  EXPECT_NE(graph, other);
  other = graph;
  other.tensors[2].data[0] ^= 1;
  EXPECT_NE(graph, other);
}

TEST(Graph, MakeShape) {
  const auto error = [](const std::vector<int64_t>& dims) {
    try {
      make_shape(dims, "'x'");
    } catch (const ModelError& e) {
      return std::string(e.what());
    }
    return std::string("none");
  };
  EXPECT_EQ(error({1, 2, 3, 4, 5}), "none");
  EXPECT_EQ(error({}), "none");
  EXPECT_EQ(error({1, 1, 1, 1, 1, 1}), "'x': 6 dimensions, at most 5 are supported");
  EXPECT_EQ(error({3, 0}), "'x': dimension 1 is 0; sizes must be fixed and positive");
  EXPECT_THAT(error({-1}), HasSubstr("dimension 0 is -1"));
  EXPECT_THAT(error({1 << 20, 1 << 20}), HasSubstr("more than"));
  EXPECT_THAT(error({INT64_MAX, INT64_MAX}), HasSubstr("more than"));
}

TEST(Validate, NamesWhatIsWrong) {
  const Graph good = small_graph();
  EXPECT_EQ(error_of(good), "none");
  Graph bad = good;
  bad.operators[0].inputs[0] = 99;
  EXPECT_EQ(error_of(bad), "operator 0 RELU reads tensor 99, which does not exist");
  bad = good;
  bad.operators[0].inputs[0] = 3;
  EXPECT_EQ(error_of(bad), "operator 0 RELU reads tensor 3 'ADD' before it is computed");
  bad = good;
  bad.operators[1].outputs[0] = 1;
  EXPECT_EQ(error_of(bad), "operator 1 ADD writes tensor 1 'RELU', which has a value already");
  bad = good;
  bad.operators[1].outputs[0] = 2;
  EXPECT_THAT(error_of(bad), HasSubstr("which has a value already"));
  bad = good;
  bad.operators[1].outputs = {};
  EXPECT_EQ(error_of(bad), "operator 1 ADD has no input or no output");
  bad = good;
  bad.outputs = {-1};
  EXPECT_EQ(error_of(bad), "output tensor -1 does not exist");
  bad = good;
  bad.inputs = {0, 0};
  EXPECT_THAT(error_of(bad), HasSubstr("is an input twice"));
  bad = good;
  bad.operators[0].type = static_cast<OperatorType>(32);
  EXPECT_EQ(error_of(bad), "operator 0 of unknown type 32");
  bad = good;
  bad.tensors[2].data.pop_back();
  EXPECT_EQ(error_of(bad), "tensor 2 'constant': 11 bytes of data, FLOAT32 3 takes 12");
  bad = good;
  bad.tensors[0].shape.dims[0] = 0;
  EXPECT_THAT(error_of(bad), HasSubstr("dimension 0 is 0"));
  bad = good;
  bad.tensors[0].type = TensorType::STRING;
  EXPECT_THAT(error_of(bad), HasSubstr("type STRING is not supported"));
  bad = good;
  bad.tensors[0].quantization = {{1, 1}, {0, 0}, 0};
  EXPECT_THAT(error_of(bad), HasSubstr("2 quantization scales do not match axis 0 of 3"));
  bad = good;
  bad.tensors[0].quantization = {{1}, {}, 0};
  EXPECT_THAT(error_of(bad), HasSubstr("1 quantization scales but 0 zero points"));
}

TEST(RemoveDeadCode, KeepsWhatOutputsNeedAndAllInputs) {
  Graph graph = small_graph();
  const Graph before = graph;
  add_operator(graph, OperatorType::RELU, {graph.outputs[0]}, {1, {3}});
  add_constant(graph, {1, {1}}, {0});
  remove_dead_code(graph);
  EXPECT_EQ(graph, before);

  graph.outputs = {1};
  remove_dead_code(graph);
  EXPECT_EQ(operator_types(graph), std::vector{OperatorType::RELU});
  EXPECT_EQ(graph.tensors.size(), 2);
  validate(graph);
}

TEST(Dump, OneLineForEachOperator) {
  Graph graph = small_graph();
  graph.tensors[1].quantization = {{0.5F}, {3}, 0};
  EXPECT_EQ(dump(graph),
            "graph 'small'\n"
            "  input %0 'input' FLOAT32 3\n"
            "  0 RELU: %0 -> %1 'RELU' FLOAT32 3 scale 0.5 zero 3\n"
            "  1 ADD: %1, %2 'constant' FLOAT32 3 {1 2 3} -> %3 'ADD' FLOAT32 3\n"
            "  output %3\n");
}

TEST(Transposed, MovesElements) {
  const Tensor tensor = float_constant("", {3, {2, 1, 3}}, counting_floats(6));
  const std::vector<int32_t> order = {2, 0, 1};
  EXPECT_EQ(to_string(transposed(tensor.shape, order)), "3x2x1");
  const auto data = transposed(tensor.data, tensor.shape, order, sizeof(float));
  const Tensor moved = {.shape = {3, {3, 2, 1}}, .data = data};
  EXPECT_THAT(moved.values<float>(), ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(Transposed, KeepsMemoryOrder) {
  EXPECT_TRUE(keeps_memory_order({4, {1, 1, 5, 6}}, std::vector{0, 2, 1, 3}));
  EXPECT_TRUE(keeps_memory_order({4, {2, 1, 1, 6}}, std::vector{0, 3, 1, 2}));
  EXPECT_FALSE(keeps_memory_order({4, {1, 2, 3, 1}}, std::vector{0, 2, 1, 3}));
}

}  // namespace
}  // namespace solder::compiler
