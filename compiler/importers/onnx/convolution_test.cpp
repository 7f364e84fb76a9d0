#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/importers/onnx/testing.h"
#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

OnnxModel conv_model(const std::vector<int64_t>& input, const std::vector<int64_t>& filter) {
  OnnxModel model = one_node("Conv", input, 13, {"w"});
  int64_t count = 1;
  for (const int64_t dim : filter) count *= dim;
  model.constant("w", filter, counting_floats(count));
  return model;
}

TEST(OnnxConv, FilterIsOutputsHeightWidthInputs) {
  const Graph graph = conv_model({1, 2, 5, 4}, {3, 2, 1, 2}).import();
  ASSERT_EQ(operator_types(graph), std::vector{OperatorType::CONV_2D});
  const Operator& conv = graph.operators[0];
  EXPECT_EQ(conv.options.padding, Padding::VALID);
  EXPECT_EQ(to_string(graph.tensors[graph.inputs[0]].shape), "1x5x4x2");
  EXPECT_EQ(to_string(graph.tensors[graph.outputs[0]].shape), "1x5x3x3");
  const Tensor& filter = graph.tensors[conv.inputs[1]];
  EXPECT_EQ(to_string(filter.shape), "3x1x2x2");
  EXPECT_THAT(filter.values<float>(), ElementsAre(1, 3, 2, 4, 5, 7, 6, 8, 9, 11, 10, 12));
  EXPECT_THAT(graph.tensors[conv.inputs[2]].values<float>(), ElementsAre(0, 0, 0));
}

TEST(OnnxConv, OneGroupForEachInputIsDepthwise) {
  const Graph graph =
      conv_model({1, 2, 3, 3}, {4, 1, 1, 2}).attribute("group", int64_t{2}).import();
  ASSERT_EQ(operator_types(graph), std::vector{OperatorType::DEPTHWISE_CONV_2D});
  const Tensor& filter = graph.tensors[graph.operators[0].inputs[1]];
  EXPECT_EQ(to_string(filter.shape), "1x1x2x4");
  EXPECT_THAT(filter.values<float>(), ElementsAre(1, 3, 5, 7, 2, 4, 6, 8));
}

TEST(OnnxConv, OtherGroupsHaveNarrowFilters) {
  const Graph graph =
      conv_model({1, 4, 3, 3}, {2, 2, 1, 1}).attribute("group", int64_t{2}).import();
  ASSERT_EQ(operator_types(graph), std::vector{OperatorType::CONV_2D});
  EXPECT_EQ(to_string(graph.tensors[graph.operators[0].inputs[1]].shape), "2x1x1x2");
}

TEST(OnnxConv, StrideAndDilation) {
  const Graph graph = conv_model({1, 1, 9, 9}, {1, 1, 3, 3})
                          .attribute("strides", {2, 1})
                          .attribute("dilations", {1, 3})
                          .import();
  const Options& options = graph.operators[0].options;
  EXPECT_EQ(options.stride_h, 2);
  EXPECT_EQ(options.stride_w, 1);
  EXPECT_EQ(options.dilation_h, 1);
  EXPECT_EQ(options.dilation_w, 3);
  EXPECT_EQ(to_string(graph.tensors[graph.outputs[0]].shape), "1x4x3x1");
}

struct PaddingCase {
  int64_t size, kernel, stride;
  std::vector<int64_t> pads;
  const char* expected;  // the operators' padding, and the output's height
};

TEST(OnnxConv, PaddingIsSameWhereTfliteDoesThat) {
  const PaddingCase cases[] = {
      {8, 3, 1, {1, 1, 1, 1}, "SAME 8"},
      {9, 3, 2, {1, 1, 1, 1}, "SAME 5"},
      // The last row of padding is never read: one row before, none behind.
      {8, 3, 2, {1, 1, 1, 1}, "PAD 1,0 VALID 4"},
      {8, 3, 2, {0, 0, 1, 1}, "SAME 4"},
      {9, 3, 2, {0, 0, 1, 1}, "VALID 4"},
      {8, 3, 1, {2, 2, 2, 2}, "PAD 2,2 VALID 10"},
      {8, 3, 1, {0, 0, 0, 0}, "VALID 6"},
  };
  for (const PaddingCase& c : cases) {
    const Graph graph = conv_model({1, 1, c.size, c.size}, {1, 1, c.kernel, c.kernel})
                            .attribute("pads", c.pads)
                            .attribute("strides", {c.stride, c.stride})
                            .import();
    std::string found;
    if (graph.operators.size() == 2) {
      const auto paddings = graph.tensors[graph.operators[0].inputs[1]].values<int32_t>();
      found = "PAD " + std::to_string(paddings[2]) + "," + std::to_string(paddings[3]) + " ";
    }
    found += graph.operators.back().options.padding == Padding::SAME ? "SAME " : "VALID ";
    found += std::to_string(graph.tensors[graph.outputs[0]].shape.dims[1]);
    EXPECT_EQ(found, c.expected);
  }
}

TEST(OnnxConv, AutoPad) {
  const auto import = [](const char* auto_pad) {
    return conv_model({1, 1, 8, 8}, {1, 1, 3, 3})
        .attribute("auto_pad", auto_pad)
        .attribute("strides", {2, 2})
        .import();
  };
  EXPECT_EQ(import("SAME_UPPER").operators[0].options.padding, Padding::SAME);
  EXPECT_EQ(import("VALID").operators[0].options.padding, Padding::VALID);
  const Graph lower = import("SAME_LOWER");
  EXPECT_EQ(operator_types(lower), (std::vector{OperatorType::PAD, OperatorType::CONV_2D}));
}

TEST(OnnxConv, Errors) {
  EXPECT_THAT(conv_model({1, 2, 3, 3, 3}, {3, 2, 3, 3, 3}).import_error(),
              HasSubstr("ranks 3 to 4 are supported"));
  EXPECT_THAT(conv_model({1, 2, 9}, {3, 2, 3, 3}).import_error(),
              HasSubstr("filter of shape 3x2x3x3 for an input of rank 3"));
  EXPECT_THAT(conv_model({1, 2, 9}, {3, 2, 3}).attribute("pads", {1, 1, 1, 1}).import_error(),
              HasSubstr("pads has 4 entries, 2 are wanted"));
  EXPECT_THAT(conv_model({1, 3, 5, 5}, {3, 2, 3, 3}).import_error(),
              HasSubstr("does not fit 3 input channels"));
  EXPECT_THAT(conv_model({1, 1, 2, 2}, {1, 1, 3, 3}).import_error(),
              HasSubstr("covers 3 of an input of 2"));
  EXPECT_THAT(conv_model({1, 1, 5, 5}, {1, 1, 3, 3}).attribute("pads", {1, 1}).import_error(),
              HasSubstr("pads has 2 entries"));
  EXPECT_THAT(conv_model({1, 1, 5, 5}, {1, 1, 3, 3}).attribute("strides", {0, 1}).import_error(),
              HasSubstr("strides of 0"));
  EXPECT_THAT(conv_model({1, 1, 5, 5}, {1, 1, 3, 3}).attribute("group", int64_t{0}).import_error(),
              HasSubstr("0 groups"));
  EXPECT_THAT(
      conv_model({1, 1, 5, 5}, {1, 1, 3, 3}).attribute("kernel_shape", {5, 5}).import_error(),
      HasSubstr("kernel_shape differs"));
  OnnxModel computed = one_node("Conv", {1, 1, 5, 5}, 13, {"x"});
  EXPECT_EQ(computed.import_error(), "node 0 'Conv_node' (Conv): input 'x' must be a constant");
}

// The filter walks along the row: its taps are 1, 10 and 100, the input's channels 1 2 3 4, 5 6
// 7 8.
TEST(OnnxConv1d, IsOneOfHeightOne) {
  OnnxModel model = one_node("Conv", {1, 2, 4}, 13, {"w"});
  model.constant("w", {2, 2, 3}, {1, 10, 100, 0, 0, 0, 0, 0, 0, 1, 10, 100});
  const Graph graph =
      model.attribute("pads", {1, 1}).attribute("strides", std::vector<int64_t>{2}).import();
  EXPECT_EQ(to_string(graph.tensors[graph.inputs[0]].shape), "1x2x4");
  EXPECT_EQ(to_string(graph.tensors[graph.outputs[0]].shape), "1x2x2");
  EXPECT_EQ(run(graph, {{1, 2, 3, 4, 5, 6, 7, 8}})[0], (Floats{210, 432, 650, 876}));
}

// What PyTorch makes of a small 1-D network: between the entrance and the exit nothing is moved.
TEST(OnnxConv1d, StaysChannelsLastToTheEnd) {
  OnnxModel model;
  model.input("x", {1, 2, 12}).output("y");
  model.constant("w", {3, 2, 3}, random_floats(18, 1))
      .constant("v", {4, 3, 3}, random_floats(36, 2));
  for (const char* name : {"scale", "shift", "mean", "var"}) model.constant(name, {3}, {1, 2, 3});
  model.node("Conv", {"x", "w"}, "c").attribute("pads", {1, 1});
  model.node("BatchNormalization", {"c", "scale", "shift", "mean", "var"}, "n");
  model.node("Relu", {"n"}, "r").node("MaxPool", {"r"}, "p");
  model.attribute("kernel_shape", std::vector<int64_t>{2});
  model.attribute("strides", std::vector<int64_t>{2});
  model.node("Conv", {"p", "v"}, "d").node("GlobalAveragePool", {"d"}, "g");
  Graph graph = model.node("Flatten", {"g"}, "y").import();
  const auto before = run_on_noise(graph);
  run_passes(graph);
  std::vector<OperatorType> computing = operator_types(graph);
  std::erase(computing, OperatorType::RESHAPE);
  EXPECT_EQ(computing,
            (std::vector{OperatorType::TRANSPOSE, OperatorType::CONV_2D, OperatorType::MAX_POOL_2D,
                         OperatorType::CONV_2D, OperatorType::MEAN}));
  expect_near(run_on_noise(graph), before);
}

OnnxModel batch_norm(const std::vector<int64_t>& dims) {
  OnnxModel model = one_node("BatchNormalization", dims, 13, {"scale", "b", "mean", "var"});
  model.constant("scale", {2}, {1, 2}).constant("b", {2}, {0.5, 0});
  model.constant("mean", {2}, {0, 1}).constant("var", {2}, {1, 4});
  return model.attribute("epsilon", 0.0F);
}

TEST(OnnxBatchNormalization, IsADepthwiseConvByOneFactor) {
  const Graph graph = batch_norm({1, 2, 3, 3}).import();
  ASSERT_EQ(operator_types(graph), std::vector{OperatorType::DEPTHWISE_CONV_2D});
  EXPECT_THAT(graph.tensors[graph.operators[0].inputs[1]].values<float>(), ElementsAre(1, 1));
  EXPECT_THAT(graph.tensors[graph.operators[0].inputs[2]].values<float>(), ElementsAre(0.5, -1));
}

TEST(OnnxBatchNormalization, OfRows) {
  const Graph graph = batch_norm({1, 2}).import();
  expect_near(run(graph, {{3, 5}}), {{3.5, 4}});
}

TEST(OnnxBatchNormalization, OfSequences) {
  const Graph graph = batch_norm({1, 2, 2}).import();
  expect_near(run(graph, {{3, 4, 5, 7}}), {{3.5, 4.5, 4, 6}});
}

TEST(OnnxBatchNormalization, Errors) {
  EXPECT_THAT(batch_norm({1, 3, 4, 4}).import_error(), HasSubstr("of shape 2, 3 is wanted"));
  EXPECT_THAT(batch_norm({1, 2, 4, 4}).attribute("training_mode", int64_t{1}).import_error(),
              HasSubstr("evaluation mode"));
}

}  // namespace
}  // namespace solder::compiler
