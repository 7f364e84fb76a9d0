#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/importers/onnx/testing.h"
#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::HasSubstr;

Floats run_in_onnx_order(const Graph& graph, const Floats& input, const Shape& from,
                         const Shape& to) {
  return from_channels_last(run(graph, {to_channels_last(input, from)})[0], to);
}

TEST(OnnxTranspose, OfEveryOrder) {
  const Shape from{4, {1, 2, 3, 4}};
  const int64_t stride[] = {24, 12, 4, 1};
  std::vector<int64_t> perm = {0, 1, 2, 3};
  do {
    // A Relu first, so that the input is channels-last whatever the order.
    OnnxModel model;
    model.input("x", {1, 2, 3, 4}).node("Relu", {"x"}, "r").output("y");
    Graph graph = model.node("Transpose", {"r"}, "t")
                      .attribute("perm", perm)
                      .node("Relu", {"t"}, "y")
                      .import();
    Shape to{.rank = 4};
    for (int i = 0; i < 4; ++i) to.dims[i] = from.dims[perm[i]];
    Floats expected;
    for (int64_t a = 0; a < to.dims[0]; ++a)
      for (int64_t b = 0; b < to.dims[1]; ++b)
        for (int64_t c = 0; c < to.dims[2]; ++c)
          for (int64_t d = 0; d < to.dims[3]; ++d)
            expected.push_back(static_cast<float>(1 + a * stride[perm[0]] + b * stride[perm[1]] +
                                                  c * stride[perm[2]] + d * stride[perm[3]]));
    EXPECT_EQ(run_in_onnx_order(graph, counting_floats(24), from, to), expected);
  } while (std::ranges::next_permutation(perm).found);
}

TEST(OnnxTranspose, FromTensorFlowCostsNothing) {
  OnnxModel model;
  model.input("x", {-1, 4, 5, 3}).output("y");
  model.node("Transpose", {"x"}, "nchw").attribute("perm", {0, 3, 1, 2});
  model.node("Relu", {"nchw"}, "r").node("Transpose", {"r"}, "y").attribute("perm", {0, 2, 3, 1});
  const Graph graph = model.import();
  EXPECT_EQ(operator_types(graph), std::vector{OperatorType::RELU});
  EXPECT_EQ(to_string(graph.tensors[graph.inputs[0]].shape), "1x4x5x3");
  EXPECT_EQ(to_string(graph.tensors[graph.outputs[0]].shape), "1x4x5x3");
}

TEST(OnnxTranspose, OfAConstantIsOne) {
  OnnxModel model;
  model.input("x", {1, 2}).constant("w", {3, 2}, counting_floats(6)).output("y");
  model.node("Transpose", {"w"}, "t").node("MatMul", {"x", "t"}, "y");
  expect_near(run(model.import(), {{1, 10}}), {{21, 43, 65}});
}

TEST(OnnxTranspose, Errors) {
  EXPECT_THAT(one_node("Transpose", {1, 2}).attribute("perm", {0, 0}).import_error(),
              HasSubstr("perm [0, 0]"));
  EXPECT_THAT(one_node("Transpose", {1, 2}).attribute("perm", {0, 2}).import_error(),
              HasSubstr("axis 2"));
}

TEST(OnnxConcat, AlongEveryAxis) {
  for (int64_t axis = -4; axis < 4; ++axis) {
    OnnxModel model;
    model.input("a", {1, 2, 3, 4}).input("b", {1, 2, 3, 4}).output("y");
    const Graph graph = model.node("Concat", {"a", "b"}, "y").attribute("axis", axis).import();
    ASSERT_EQ(operator_types(graph), std::vector{OperatorType::CONCATENATION});
    const int32_t stored[] = {0, 3, 1, 2};
    EXPECT_EQ(graph.operators[0].options.axis, stored[(axis + 4) % 4]);
    EXPECT_EQ(graph.tensors[graph.outputs[0]].shape.dims[stored[(axis + 4) % 4]],
              graph.tensors[graph.inputs[0]].shape.dims[stored[(axis + 4) % 4]] * 2);
  }
}

TEST(OnnxConcat, Errors) {
  OnnxModel model;
  model.input("a", {1, 2}).input("b", {2, 2}).node("Concat", {"a", "b"}, "y").output("y");
  EXPECT_THAT(model.import_error(), HasSubstr("axis is missing"));
  model.attribute("axis", int64_t{1});
  EXPECT_THAT(model.import_error(), HasSubstr("shapes 1x2 and 2x2 do not fit along axis 1"));
}

TEST(OnnxPad, MovesWithTheDimensions) {
  OnnxModel model = one_node("Pad", {1, 1, 2, 2}, 13, {"pads"});
  model.integers("pads", {0, 0, 1, 0, 0, 0, 0, 2});
  const Shape to{4, {1, 1, 3, 4}};
  EXPECT_EQ(run_in_onnx_order(model.import(), {1, 2, 3, 4}, {4, {1, 1, 2, 2}}, to),
            (Floats{0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0}));
  EXPECT_EQ(one_node("Pad", {1, 1, 2, 2}, 10)
                .attribute("pads", {0, 0, 1, 0, 0, 0, 0, 2})
                .import()
                .operators,
            model.import().operators);
}

TEST(OnnxPad, OfNamedAxes) {
  OnnxModel model = one_node("Pad", {1, 1, 2, 2}, 18, {"pads", "", "axes"});
  model.integers("pads", {1, 2}).integers("axes", {-1});
  EXPECT_EQ(to_string(model.import().tensors.back().shape), "1x2x5x1");
}

TEST(OnnxPad, Errors) {
  EXPECT_THAT(one_node("Pad", {1, 2}, 10).attribute("mode", "edge").import_error(),
              HasSubstr("mode 'edge'"));
  EXPECT_THAT(one_node("Pad", {1, 2}, 10)
                  .attribute("pads", {0, 2, 0, 1})
                  .attribute("mode", "reflect")
                  .import_error(),
              HasSubstr("reflecting 2 of 2"));
  EXPECT_THAT(one_node("Pad", {1, 2}, 10).attribute("pads", {0, -1, 0, 0}).import_error(),
              HasSubstr("negative"));
  EXPECT_THAT(one_node("Pad", {1, 2}, 10).attribute("pads", {0, 1}).import_error(),
              HasSubstr("2 pads for 2 dimensions"));
}

// Flattening walks an image in NCHW order; the weights of the layer behind take that up.
TEST(OnnxFlatten, GoesIntoTheWeights) {
  OnnxModel model;
  model.input("x", {1, 3, 2, 2}).constant("w", {12, 2}, random_floats(24, 1)).output("y");
  model.node("Flatten", {"x"}, "f").node("MatMul", {"f", "w"}, "y");
  Graph graph = model.import();
  EXPECT_EQ(operator_types(graph), (std::vector{OperatorType::TRANSPOSE, OperatorType::RESHAPE,
                                                OperatorType::FULLY_CONNECTED}));
  const auto before = run_on_noise(graph);
  run_passes(graph);
  EXPECT_EQ(operator_types(graph), std::vector{OperatorType::FULLY_CONNECTED});
  expect_near(run_on_noise(graph), before);
}

TEST(OnnxFlatten, NeedsNoTransposeOfOneChannelOrOnePixel) {
  for (const std::vector<int64_t>& dims : {std::vector<int64_t>{1, 1, 4, 5}, {1, 7, 1, 1}}) {
    OnnxModel model;
    model.input("x", dims).output("y").node("Relu", {"x"}, "r").node("Flatten", {"r"}, "y");
    Graph graph = model.import();
    run_passes(graph);
    EXPECT_EQ(operator_types(graph), (std::vector{OperatorType::RELU, OperatorType::RESHAPE}));
  }
}

std::string reshaped(const std::vector<int64_t>& dims, const std::vector<int64_t>& shape) {
  OnnxModel model = one_node("Reshape", dims, 13, {"shape"}).integers("shape", shape);
  const Graph graph = model.import();
  return to_string(graph.tensors[graph.outputs[0]].shape);
}

TEST(OnnxReshape, ZeroCopiesAndMinusOneIsTheRest) {
  EXPECT_EQ(reshaped({2, 6}, {0, -1}), "2x6");
  EXPECT_EQ(reshaped({2, 6}, {3, -1}), "3x4");
  EXPECT_EQ(reshaped({2, 6}, {-1}), "12");
  EXPECT_EQ(reshaped({2, 6}, {1, 0, 2}), "1x6x2");
  // To an image: NCHW 1x3x2x2 is 1x2x2x3.
  EXPECT_EQ(reshaped({2, 6}, {1, 3, 2, 2}), "1x2x2x3");
}

TEST(OnnxReshape, Errors) {
  const auto error = [](const std::vector<int64_t>& shape) {
    return one_node("Reshape", {2, 6}, 13, {"shape"}).integers("shape", shape).import_error();
  };
  EXPECT_THAT(error({5, 2}), HasSubstr("2x6 does not reshape to 5x2"));
  EXPECT_THAT(error({5, -1}), HasSubstr("does not reshape"));
  EXPECT_THAT(error({-1, -1}), HasSubstr("more than one"));
  EXPECT_THAT(error({-2, 6}), HasSubstr("its shape [-2, 6]"));
  EXPECT_THAT(error({int64_t{1} << 40, int64_t{1} << 40}), HasSubstr("its shape"));
  EXPECT_THAT(one_node("Reshape", {2, 6}, 13, {"x"}).import_error(),
              HasSubstr("must be a constant of integers"));
}

// x.view(x.size(0), -1) as PyTorch exports it for a batch of any size.
TEST(OnnxReshape, ToAComputedShape) {
  OnnxModel model;
  model.input("x", {-1, 1, 2, 3}).integers("first", {0}).integers("rest", {-1}).output("y");
  model.node("Shape", {"x"}, "s").node("Gather", {"s", "first"}, "n");
  model.node("Concat", {"n", "rest"}, "shape").attribute("axis", int64_t{0});
  model.node("Reshape", {"x", "shape"}, "y");
  const Graph graph = model.import();
  EXPECT_EQ(to_string(graph.tensors[graph.outputs[0]].shape), "1x6");
}

TEST(OnnxSqueeze, AndUnsqueeze) {
  OnnxModel model;
  model.input("x", {1, 5}).integers("two", {2, 0}).integers("none", {0}).output("y");
  model.node("Unsqueeze", {"x", "two"}, "u").node("Relu", {"u"}, "r");
  model.node("Squeeze", {"r", "none"}, "y");
  const Graph graph = model.import();
  EXPECT_EQ(to_string(graph.tensors[graph.operators[1].inputs[0]].shape), "1x1x1x5");
  EXPECT_EQ(to_string(graph.tensors[graph.outputs[0]].shape), "1x1x5");
}

TEST(OnnxDropout, IsNothing) {
  OnnxModel model;
  model.input("x", {1, 5}).output("y").node("Dropout", {"x"}, "d").node("Relu", {"d"}, "y");
  EXPECT_EQ(operator_types(model.import()), std::vector{OperatorType::RELU});
}

}  // namespace
}  // namespace solder::compiler
