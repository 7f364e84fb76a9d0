#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "compiler/importers/onnx/testing.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::HasSubstr;

OperatorType type_of_clip(int64_t opset, float low, float high) {
  OnnxModel model(opset);
  model.input("x", {1, 4}).output("y");
  if (opset < 11)
    model.node("Clip", {"x"}, "y").attribute("min", low).attribute("max", high);
  else
    model.constant("low", {}, {low})
        .constant("high", {}, {high})
        .node("Clip", {"x", "low", "high"}, "y");
  return model.import().operators.at(0).type;
}

TEST(OnnxClip, BoundsThatAreActivations) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kMax = std::numeric_limits<float>::max();
  for (const int64_t opset : {10, 13}) {
    EXPECT_EQ(type_of_clip(opset, 0, 6), OperatorType::RELU6);
    EXPECT_EQ(type_of_clip(opset, -1, 1), OperatorType::RELU_N1_TO_1);
    EXPECT_EQ(type_of_clip(opset, 0, kInfinity), OperatorType::RELU);
    EXPECT_EQ(type_of_clip(opset, 0, kMax), OperatorType::RELU);
    // No bounds: only the copy between input and output is left.
    EXPECT_EQ(type_of_clip(opset, -kInfinity, kInfinity), OperatorType::RESHAPE);
  }
}

TEST(OnnxClip, OtherBoundsAreNamed) {
  OnnxModel model = one_node("Clip", {1, 4}, 10).attribute("min", 0.0F).attribute("max", 3.5F);
  EXPECT_THAT(model.import_error(),
              HasSubstr("bounds [0, 3.5]; supported: [0, inf), [0, 6], [-1, 1]"));
}

TEST(OnnxAdd, BroadcastsInOnnxOrder) {
  const Shape shape{4, {1, 2, 2, 3}};
  const struct {
    std::vector<int64_t> dims;
    Floats expected;  // in ONNX's order, added to zeros
  } cases[] = {
      {{2, 1, 1}, {1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2}},
      {{3}, {1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3}},
      {{2, 1}, {1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2}},
      {{}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
  };
  for (const auto& c : cases) {
    int64_t count = 1;
    for (const int64_t dim : c.dims) count *= dim;
    OnnxModel model = one_node("Add", {1, 2, 2, 3}, 13, {"c"});
    model.constant("c", c.dims, counting_floats(count));
    const auto result = run(model.import(), {Floats(12)});
    EXPECT_EQ(from_channels_last(result[0], shape), c.expected);
  }
}

TEST(OnnxAdd, OfAnActivationOfLowerRank) {
  OnnxModel model;
  model.input("a", {1, 2, 2, 3}).input("b", {2, 1, 3}).node("Add", {"a", "b"}, "y").output("y");
  const auto result = run(model.import(), {Floats(12), counting_floats(6)});
  EXPECT_EQ(from_channels_last(result[0], {4, {1, 2, 2, 3}}),
            (Floats{1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6}));
}

TEST(OnnxAdd, Errors) {
  OnnxModel model;
  model.input("a", {2, 3}).input("b", {2, 2}).node("Add", {"a", "b"}, "y").output("y");
  EXPECT_THAT(model.import_error(), HasSubstr("shapes 2x3 and 2x2 do not fit"));
}

TEST(OnnxSoftmax, OverEveryAxis) {
  // Two equal numbers share one; three a third each.
  const Shape shape{4, {1, 2, 1, 3}};
  for (const int64_t opset : {11, 13}) {
    for (int64_t axis = 0; axis < 4; ++axis) {
      const Graph graph = one_node("Softmax", {1, 2, 1, 3}, opset).attribute("axis", axis).import();
      int64_t share = shape.dims[axis];
      if (opset < 13) {
        share = 1;
        for (int64_t i = axis; i < 4; ++i) share *= shape.dims[i];
      }
      expect_near(run(graph, {Floats(6)}), {Floats(6, 1.0F / static_cast<float>(share))});
    }
  }
}

TEST(OnnxSoftmax, OverChannelsNeedsNoTranspose) {
  const Graph graph = one_node("Softmax", {1, 2, 4, 4}).attribute("axis", int64_t{1}).import();
  EXPECT_EQ(operator_types(graph), std::vector{OperatorType::SOFTMAX});
}

}  // namespace
}  // namespace solder::compiler
