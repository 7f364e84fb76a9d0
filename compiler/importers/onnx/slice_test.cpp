// Parts of values, and images in other sizes. The node models of ONNX cover the operators'
// variants; here is what they leave out: channels-last inputs, integers, errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/importers/onnx/testing.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::HasSubstr;

// Of the last output, in ONNX's order, for the input 1, 2, 3, ... of shape [1, 2, 3, 4].
Floats outputs_of(const OnnxModel& model, const Shape& to, size_t output = 0) {
  const Graph graph = model.import();
  const Floats input = to_channels_last(counting_floats(24), {4, {1, 2, 3, 4}});
  return from_channels_last(run(graph, {input})[output], to);
}

TEST(OnnxSliceOfValues, OfAnImage) {
  OnnxModel model = one_node("Slice", {1, 2, 3, 4}, 13, {"starts", "ends", "axes", "steps"});
  model.integers("starts", {1, -1, 0}).integers("ends", {9, -9, 4}).integers("axes", {1, 2, 3});
  model.integers("steps", {1, -2, 3});
  EXPECT_EQ(outputs_of(model, {4, {1, 1, 2, 2}}), (Floats{21, 24, 13, 16}));
  EXPECT_EQ(operator_types(model.import()), std::vector{OperatorType::STRIDED_SLICE});
}

TEST(OnnxSliceOfValues, OfWholeStepsIsPlain) {
  OnnxModel model = one_node("Slice", {1, 2, 3, 4}, 9);
  model.attribute("starts", {1, 0}).attribute("ends", {2, 1}).attribute("axes", {3, 1});
  EXPECT_EQ(outputs_of(model, {4, {1, 1, 3, 1}}), (Floats{2, 6, 10}));
  EXPECT_EQ(operator_types(model.import()), std::vector{OperatorType::SLICE});
}

TEST(OnnxSliceOfValues, Errors) {
  const auto error = [](const std::vector<int64_t>& starts, const std::vector<int64_t>& ends,
                        const std::vector<int64_t>& axes) {
    return one_node("Slice", {1, 2, 3, 4}, 13, {"starts", "ends", "axes"})
        .integers("starts", starts)
        .integers("ends", ends)
        .integers("axes", axes)
        .import_error();
  };
  EXPECT_THAT(error({1}, {1}, {1}), HasSubstr("empty"));
  EXPECT_THAT(error({0}, {1}, {4}), HasSubstr("axis 4"));
  EXPECT_THAT(error({0, 0}, {1, 1}, {1, -3}), HasSubstr("named twice"));
  EXPECT_THAT(error({0, 0}, {1}, {1}), HasSubstr("differ in length"));
}

TEST(OnnxSplit, HasSeveralOutputs) {
  OnnxModel model;
  model.input("x", {1, 2, 3, 4}).integers("sizes", {1, 3}).output("b").output("a");
  model.node("Split", {"x", "sizes"}, "a").attribute("axis", int64_t{-1});
  model.proto.mutable_graph()->mutable_node(0)->add_output("b");
  EXPECT_EQ(outputs_of(model, {4, {1, 2, 3, 1}}, 1), (Floats{1, 5, 9, 13, 17, 21}));
  EXPECT_EQ(outputs_of(model, {4, {1, 2, 3, 3}}, 0)[0], 2);
  EXPECT_EQ(operator_types(model.import()), std::vector{OperatorType::SPLIT_V});
}

TEST(OnnxSplit, Errors) {
  const auto error = [](const std::vector<int64_t>& sizes) {
    return one_node("Split", {1, 4}, 9)
        .attribute("axis", int64_t{1})
        .attribute("split", sizes)
        .import_error();
  };
  EXPECT_THAT(error({3}), HasSubstr("parts of [3]"));
  EXPECT_THAT(error({2, 2}), HasSubstr("for 1 outputs"));
  EXPECT_THAT(error({INT64_MIN}), HasSubstr("parts of"));
  OnnxModel model = one_node("MaxPool", {1, 1, 2, 2}).attribute("kernel_shape", {2, 2}).output("i");
  model.proto.mutable_graph()->mutable_node(0)->add_output("i");
  EXPECT_THAT(model.import_error(), HasSubstr("output 'i' is used, which is not supported"));
}

TEST(OnnxGather, EmbedsIndicesThatAreFed) {
  OnnxModel model;
  model.input("words", {1, 3}).constant("table", {4, 2}, counting_floats(8)).output("y");
  auto* type = model.proto.mutable_graph()->mutable_input(0)->mutable_type();
  type->mutable_tensor_type()->set_elem_type(onnx::TensorProto::INT64);
  model.node("Cast", {"words"}, "w").attribute("to", int64_t{onnx::TensorProto::INT32});
  model.node("Unsqueeze", {"w", "axis"}, "u").integers("axis", {0});
  model.node("Gather", {"table", "u"}, "y");
  const Graph graph = model.import();
  EXPECT_EQ(graph.tensors[graph.inputs[0]].type, TensorType::INT32);
  const int32_t words[] = {3, 0, 2};
  const auto* first = reinterpret_cast<const uint8_t*>(words);
  const auto bytes = run_bytes(graph, {{first, first + sizeof(words)}})[0];
  const auto* floats = reinterpret_cast<const float*>(bytes.data());
  // [1, 1, 3, 2] of rank 4 leaves channels-last: [1, 3, 2, 1].
  EXPECT_EQ(Floats(floats, floats + 6), (Floats{7, 8, 1, 2, 5, 6}));
}

TEST(OnnxGather, IntegersAreNotComputedWith) {
  OnnxModel model = one_node("Relu", {1, 3});
  auto* type = model.proto.mutable_graph()->mutable_input(0)->mutable_type();
  type->mutable_tensor_type()->set_elem_type(onnx::TensorProto::INT64);
  EXPECT_THAT(model.import_error(), HasSubstr("must be of type FLOAT"));
}

OnnxModel resize(const std::vector<float>& scales, const char* mode, const char* where,
                 const char* rounding = "floor") {
  OnnxModel model = one_node("Resize", {1, 2, 3, 4}, 13, {"", "scales"});
  model.constant("scales", {static_cast<int64_t>(scales.size())}, scales);
  return model.attribute("mode", mode)
      .attribute("coordinate_transformation_mode", where)
      .attribute("nearest_mode", rounding);
}

TEST(OnnxResize, EnlargesByWholeFactors) {
  for (const float factor : {2.0F, 3.0F, 41.0F}) {
    const auto n = static_cast<int32_t>(factor);
    const Floats found =
        outputs_of(resize({1, 1, 1, factor}, "nearest", "asymmetric"), {4, {1, 2, 3, 4 * n}});
    for (size_t i = 0; i < found.size(); ++i)
      ASSERT_EQ(found[i], static_cast<float>(i / static_cast<size_t>(n) + 1));
  }
}

TEST(OnnxResize, Errors) {
  EXPECT_THAT(resize({1, 2, 1, 1}, "nearest", "asymmetric").import_error(),
              HasSubstr("only height and width"));
  EXPECT_THAT(resize({1, 1, 1, 1.3F}, "nearest", "asymmetric").import_error(),
              HasSubstr("no whole number"));
  EXPECT_THAT(resize({1, 1, 1, 0}, "nearest", "asymmetric").import_error(), HasSubstr("scale 0"));
  EXPECT_THAT(resize({1, 1, 2, 2}, "cubic", "asymmetric").import_error(), HasSubstr("'cubic'"));
  EXPECT_THAT(resize({1, 1, 2, 2}, "nearest", "asymmetric", "ceil").import_error(),
              HasSubstr("nearest_mode ceil"));
  EXPECT_THAT(
      one_node("SpaceToDepth", {1, 1, 3, 4}).attribute("blocksize", int64_t{2}).import_error(),
      HasSubstr("blocks of 2"));
  EXPECT_THAT(
      one_node("DepthToSpace", {1, 1, 3, 4}).attribute("blocksize", int64_t{0}).import_error(),
      HasSubstr("blocks of 0"));
}

TEST(OnnxPad, WithAValueAndByReflection) {
  OnnxModel model = one_node("Pad", {1, 2}, 13, {"pads", "value"});
  model.integers("pads", {0, 1, 0, 0}).constant("value", {}, {7});
  EXPECT_EQ(run(model.import(), {{1, 2}})[0], (Floats{7, 1, 2}));
  OnnxModel mirrored = one_node("Pad", {1, 3}, 13, {"pads"}).integers("pads", {0, 2, 0, 1});
  mirrored.attribute("mode", "reflect");
  EXPECT_EQ(run(mirrored.import(), {{1, 2, 3}})[0], (Floats{3, 2, 1, 2, 3, 2}));
}

}  // namespace
}  // namespace solder::compiler
