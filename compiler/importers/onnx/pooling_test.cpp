#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/importers/onnx/testing.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

OnnxModel pool(const char* op_type, int64_t size, int64_t kernel, int64_t stride) {
  return one_node(op_type, {1, 1, size, size})
      .attribute("kernel_shape", {kernel, kernel})
      .attribute("strides", {stride, stride});
}

// Relu, then a pool of 3 by 3 and stride 2 with padding on one side, as ResNets begin.
TEST(OnnxMaxPool, PadsWithZerosBehindRelu) {
  OnnxModel model;
  model.input("x", {1, 1, 8, 8}).node("Relu", {"x"}, "r").node("MaxPool", {"r"}, "y").output("y");
  model.attribute("kernel_shape", {3, 3}).attribute("strides", {2, 2});
  model.attribute("pads", {1, 1, 1, 1});
  EXPECT_EQ(operator_types(model.import()),
            (std::vector{OperatorType::RELU, OperatorType::PAD, OperatorType::MAX_POOL_2D}));
}

TEST(OnnxMaxPool, RefusesThatPaddingElsewhere) {
  EXPECT_THAT(pool("MaxPool", 8, 3, 2).attribute("pads", {1, 1, 1, 1}).import_error(),
              HasSubstr("only after Relu"));
}

TEST(OnnxMaxPool, CeilModeIsPaddingBehind) {
  const Graph graph = pool("MaxPool", 5, 2, 2).attribute("ceil_mode", int64_t{1}).import();
  EXPECT_EQ(graph.operators[0].options.padding, Padding::SAME);
  EXPECT_EQ(to_string(graph.tensors[graph.outputs[0]].shape), "1x3x3x1");
  const auto result = run(graph, {counting_floats(25)});
  EXPECT_THAT(result[0], ElementsAre(7, 9, 10, 17, 19, 20, 22, 24, 25));
}

TEST(OnnxMaxPool, CeilModeWithoutEffect) {
  const Graph graph = pool("MaxPool", 4, 2, 2).attribute("ceil_mode", int64_t{1}).import();
  EXPECT_EQ(graph.operators[0].options.padding, Padding::VALID);
}

TEST(OnnxMaxPool, Errors) {
  EXPECT_THAT(pool("MaxPool", 8, 3, 1).attribute("dilations", {2, 2}).import_error(),
              HasSubstr("dilated"));
  EXPECT_THAT(one_node("MaxPool", {1, 1, 4, 4}).import_error(), HasSubstr("kernel_shape"));
  EXPECT_THAT(one_node("MaxPool", {1, 4}).import_error(), HasSubstr("ranks 3 to 4"));
  EXPECT_THAT(one_node("MaxPool", {1, 1, 4}).attribute("kernel_shape", {2, 2}).import_error(),
              HasSubstr("kernel_shape has 2 entries, 1 are wanted for an input of rank 3"));
  EXPECT_THAT(pool("MaxPool", 8, 2, 1).attribute("pads", {2, 2, 2, 2}).import_error(),
              HasSubstr("as large as its window"));
}

TEST(OnnxAveragePool, PaddingThatCounts) {
  const Graph graph = pool("AveragePool", 2, 2, 1)
                          .attribute("pads", {1, 1, 1, 1})
                          .attribute("count_include_pad", int64_t{1})
                          .import();
  const auto result = run(graph, {{4, 8, 12, 16}});
  EXPECT_THAT(result[0], ElementsAre(1, 3, 2, 4, 10, 6, 3, 7, 4));
}

TEST(OnnxAveragePool, PaddingThatDoesNotCount) {
  const Graph same = pool("AveragePool", 3, 3, 1).attribute("pads", {1, 1, 1, 1}).import();
  EXPECT_EQ(operator_types(same), std::vector{OperatorType::AVERAGE_POOL_2D});
  EXPECT_EQ(same.operators[0].options.padding, Padding::SAME);
  EXPECT_THAT(pool("AveragePool", 2, 2, 1).attribute("pads", {1, 1, 1, 1}).import_error(),
              HasSubstr("count_include_pad"));
}

TEST(OnnxGlobalAveragePool, IsAMeanOverHeightAndWidth) {
  const Graph graph = one_node("GlobalAveragePool", {1, 3, 2, 4}).import();
  ASSERT_EQ(operator_types(graph), std::vector{OperatorType::MEAN});
  EXPECT_THAT(graph.tensors[graph.operators[0].inputs[1]].values<int32_t>(), ElementsAre(1, 2));
  EXPECT_TRUE(graph.operators[0].options.keep_dims);
  EXPECT_EQ(to_string(graph.tensors[graph.outputs[0]].shape), "1x1x1x3");
}

TEST(OnnxPool1d, WalksAlongRows) {
  const auto pooled = [](const char* op_type) {
    OnnxModel model = one_node(op_type, {1, 2, 4});
    if (std::string(op_type) != "GlobalAveragePool")
      model.attribute("kernel_shape", std::vector<int64_t>{3});
    const Graph graph = model.import();
    EXPECT_EQ(graph.tensors[graph.outputs[0]].shape.rank, 3);
    return run(graph, {{1, 2, 3, 7, 10, 8, 6, 1}})[0];
  };
  EXPECT_EQ(pooled("MaxPool"), (Floats{3, 7, 10, 8}));
  EXPECT_EQ(pooled("AveragePool"), (Floats{2, 4, 8, 5}));
  EXPECT_EQ(pooled("GlobalAveragePool"), (Floats{3.25, 6.25}));
}

// Operators of any rank behind a pool, whose result is channels-last: 2 4 (channel 0), 8 5.
TEST(OnnxPool1d, LeavesAnyOperatorItsAxes) {
  const auto behind_pool = [](const char* op_type, int64_t axis, bool has_axes) {
    OnnxModel model;
    model.input("x", {1, 2, 4}).constant("c", {2}, {100, 200}).output("y");
    model.node("AveragePool", {"x"}, "p").attribute("kernel_shape", std::vector<int64_t>{3});
    std::vector<std::string> inputs{"p"};
    if (std::string(op_type) == "Add") inputs.push_back("c");
    if (std::string(op_type) == "Concat") inputs.push_back("p");
    model.node(op_type, inputs, "y");
    if (has_axes)
      model.attribute("axes", std::vector<int64_t>{axis}).attribute("keepdims", int64_t{0});
    else if (axis >= 0)
      model.attribute("axis", axis);
    return run(model.import(), {{1, 2, 3, 7, 10, 8, 6, 1}})[0];
  };
  EXPECT_EQ(behind_pool("ReduceMax", 1, true), (Floats{8, 5}));
  EXPECT_EQ(behind_pool("ReduceMax", 2, true), (Floats{4, 8}));
  EXPECT_EQ(behind_pool("ReduceMax", 0, true), (Floats{2, 4, 8, 5}));
  EXPECT_EQ(behind_pool("Add", -1, false), (Floats{102, 204, 108, 205}));
  EXPECT_EQ(behind_pool("Concat", 1, false), (Floats{2, 4, 8, 5, 2, 4, 8, 5}));
  EXPECT_EQ(behind_pool("Concat", 2, false), (Floats{2, 4, 2, 4, 8, 5, 8, 5}));
  EXPECT_EQ(behind_pool("Transpose", -1, false), (Floats{2, 8, 4, 5}));
  EXPECT_EQ(behind_pool("Flatten", -1, false), (Floats{2, 4, 8, 5}));
}

TEST(OnnxReduceMean, OverHeightAndWidthLeavesChannels) {
  const Graph graph = one_node("ReduceMean", {1, 3, 2, 4})
                          .attribute("axes", {-1, -2})
                          .attribute("keepdims", int64_t{0})
                          .import();
  ASSERT_EQ(operator_types(graph), std::vector{OperatorType::MEAN});
  EXPECT_EQ(to_string(graph.tensors[graph.outputs[0]].shape), "1x3");
}

TEST(OnnxReduceMean, OverHeightAloneLeavesOnnxOrder) {
  const Graph graph = one_node("ReduceMean", {1, 2, 2, 2})
                          .attribute("axes", std::vector<int64_t>{2})
                          .attribute("keepdims", int64_t{0})
                          .import();
  // Rows of NCHW are 1 2, 3 4 (channel 0) and 5 6, 7 8 (channel 1).
  const auto result = run(graph, {to_channels_last(counting_floats(8), Shape{4, {1, 2, 2, 2}})});
  EXPECT_THAT(result[0], ElementsAre(2, 3, 6, 7));
}

}  // namespace
}  // namespace solder::compiler
