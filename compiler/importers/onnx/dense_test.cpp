#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/importers/onnx/testing.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

OnnxModel gemm(const std::vector<int64_t>& weights) {
  return one_node("Gemm", {1, 3}, 13, {"w", "c"})
      .constant("w", weights, counting_floats(6))
      .constant("c", {2}, {10, 20});
}

TEST(OnnxGemm, WeightsAreOutputsByInputs) {
  const Graph plain = gemm({3, 2}).import();
  ASSERT_EQ(operator_types(plain), std::vector{OperatorType::FULLY_CONNECTED});
  const Tensor& weights = plain.tensors[plain.operators[0].inputs[1]];
  EXPECT_EQ(to_string(weights.shape), "2x3");
  EXPECT_THAT(weights.values<float>(), ElementsAre(1, 3, 5, 2, 4, 6));

  OnnxModel transposed = one_node("Gemm", {1, 3}, 13, {"w", "c"}).attribute("transB", int64_t{1});
  transposed.constant("w", {2, 3}, counting_floats(6)).constant("c", {2}, {10, 20});
  const Graph graph = transposed.import();
  EXPECT_THAT(graph.tensors[graph.operators[0].inputs[1]].values<float>(),
              ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(OnnxGemm, AlphaAndBetaGoIntoTheConstants) {
  const Graph graph = gemm({3, 2}).attribute("alpha", 2.0F).attribute("beta", 0.5F).import();
  expect_near(run(graph, {{1, 1, 1}}), {{2 * 9 + 5, 2 * 12 + 10}});
}

TEST(OnnxGemm, TransposedInput) {
  OnnxModel model = one_node("Gemm", {3, 1}, 13, {"w"}).attribute("transA", int64_t{1});
  model.constant("w", {3, 2}, counting_floats(6));
  expect_near(run(model.import(), {{1, 10, 100}}), {{531, 642}});
}

TEST(OnnxGemm, Errors) {
  EXPECT_THAT(gemm({2, 3}).import_error(), HasSubstr("3 inputs, but B is for 2"));
  OnnxModel bias = one_node("Gemm", {2, 3}, 13, {"w", "c"});
  bias.constant("w", {3, 2}, counting_floats(6)).constant("c", {2, 1}, {1, 2});
  EXPECT_THAT(bias.import_error(), HasSubstr("one number for each of 2 outputs"));
  EXPECT_THAT(one_node("Gemm", {3, 3}, 13, {"x"}).import_error(), HasSubstr("must be a constant"));
  EXPECT_THAT(one_node("Gemm", {3, 3}).import_error(), HasSubstr("input 1 is missing"));
}

TEST(OnnxMatMul, OfHigherRankKeepsItsDimensions) {
  OnnxModel model = one_node("MatMul", {1, 2, 2, 3}, 13, {"w"});
  model.constant("w", {3, 1}, {1, 10, 100});
  const Graph graph = model.import();
  EXPECT_EQ(to_string(graph.tensors[graph.outputs[0]].shape), "1x2x1x2");
  const Shape onnx_shape{4, {1, 2, 2, 3}};
  const auto result = run(graph, {to_channels_last(counting_floats(12), onnx_shape)});
  EXPECT_EQ(from_channels_last(result[0], {4, {1, 2, 2, 1}}), (Floats{321, 654, 987, 1320}));
}

TEST(OnnxMatMul, Errors) {
  OnnxModel model = one_node("MatMul", {2, 3}, 13, {"w"}).constant("w", {2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(model.import_error(), HasSubstr("shapes 2x3 and 2x2 do not fit"));
  OnnxModel batched = one_node("MatMul", {1, 2}, 13, {"w"}).constant("w", {1, 2, 1}, {1, 2});
  EXPECT_THAT(batched.import_error(), HasSubstr("only matrices"));
}

}  // namespace
}  // namespace solder::compiler
