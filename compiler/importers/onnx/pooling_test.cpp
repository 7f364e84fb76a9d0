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
  EXPECT_THAT(one_node("MaxPool", {1, 1, 4})
                  .attribute("kernel_shape", std::vector<int64_t>{2})
                  .import_error(),
              HasSubstr("rank 4"));
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
