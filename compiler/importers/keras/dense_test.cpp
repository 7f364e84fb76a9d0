// Dense layers, activations and batch normalization.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "compiler/importers/keras/testing.h"
#include "compiler/passes/passes.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::HasSubstr;

KerasFile dense(const Json& activation) {
  return one_layer({2}, "Dense", {{"units", 2}, {"activation", activation}},
                   {{"kernel:0", {2, 2}, {1, -1, 2, -3}}, {"bias:0", {2}, {0.5F, 10}}});
}

TEST(KerasDense, Activations) {
  const auto outputs = [](const Json& activation) {
    return run(dense(activation).import(), {{1, 4}});
  };
  // 1 * 1 + 4 * 2 + 0.5 and 1 * -1 + 4 * -3 + 10
  const float a = 9.5F, b = -3;
  expect_near(outputs("linear"), {{a, b}});
  expect_near(outputs(nullptr), {{a, b}});
  expect_near(outputs("relu"), {{a, 0}});
  expect_near(outputs("relu6"), {{6, 0}});
  expect_near(outputs("sigmoid"), {{1 / (1 + std::exp(-a)), 1 / (1 + std::exp(-b))}});
  const float sum = std::exp(a) + std::exp(b);
  expect_near(outputs("softmax"), {{std::exp(a) / sum, std::exp(b) / sum}});
  // A function or a layer, as Keras 2 and 3 spell them.
  expect_near(outputs({{"class_name", "function"}, {"config", "relu6"}}), {{6, 0}});
  expect_near(outputs({{"class_name", "ReLU"}, {"config", {{"max_value", 6.0}}}}), {{6, 0}});
  expect_near(outputs({{"class_name", "Softmax"}, {"config", {{"axis", -1}}}}),
              {{std::exp(a) / sum, std::exp(b) / sum}});
}

TEST(KerasDense, ReluIsPartOfTheOperator) {
  const Graph graph = dense("relu").import();
  ASSERT_EQ(operator_types(graph), std::vector{OperatorType::FULLY_CONNECTED});
  EXPECT_EQ(graph.operators[0].options.activation, Activation::RELU);
  EXPECT_EQ(graph.tensors[graph.outputs[0]].name, "y");
  EXPECT_EQ(graph.tensors[graph.inputs[0]].name, "x");
}

TEST(KerasDense, OfRows) {
  const Graph graph =
      one_layer({2, 3}, "Dense", {{"units", 1}, {"use_bias", false}}, {{"kernel:0", {3, 1}}})
          .import();
  EXPECT_EQ(graph.tensors[graph.outputs[0]].shape, (Shape{3, {1, 2, 1}}));
  expect_near(run(graph, {{1, 0, 0, 0, 1, 1}}), {{1, 5}});
}

TEST(KerasDense, Errors) {
  EXPECT_THAT(dense("swish").import_error(), HasSubstr("activation \"swish\" is not supported"));
  EXPECT_THAT(dense({{"class_name", "LeakyReLU"}, {"config", Json::object()}}).import_error(),
              HasSubstr("activation \"LeakyReLU\" is not supported"));
  EXPECT_THAT(one_layer({3}, "Dense", {{"units", 2}}, {{"kernel:0", {2, 2}}}).import_error(),
              HasSubstr("its kernel has shape 2x2, 3x2 is wanted"));
  EXPECT_THAT(one_layer({3}, "Dense", {{"units", 2}}).import_error(),
              HasSubstr("the file has 0 weights for it, its kernel is missing"));
}

TEST(KerasActivation, Layers) {
  const Floats x = {-8, -1, 0, 3, 7};
  const auto outputs = [&](const char* class_name, const Json& arguments) {
    return run(one_layer({5}, class_name, arguments).import(), {x});
  };
  expect_near(outputs("Activation", {{"activation", "relu"}}), {{0, 0, 0, 3, 7}});
  expect_near(outputs("ReLU", {{"max_value", nullptr}, {"negative_slope", 0.0}}),
              {{0, 0, 0, 3, 7}});
  expect_near(outputs("ReLU", {{"max_value", 6.0}}), {{0, 0, 0, 3, 6}});
  const auto softmax = outputs("Softmax", {{"axis", -1}})[0];
  EXPECT_NEAR(softmax[4] / softmax[3], std::exp(4.0F), 1e-3);
}

TEST(KerasActivation, Errors) {
  const auto error = [](const char* class_name, const Json& arguments) {
    return one_layer({5, 2}, class_name, arguments).import_error();
  };
  EXPECT_THAT(error("ReLU", {{"negative_slope", 0.1}}), HasSubstr("negative_slope 0.1"));
  EXPECT_THAT(error("ReLU", {{"max_value", 1.0}}), HasSubstr("max_value must be None or 6"));
  EXPECT_THAT(error("ReLU", {{"threshold", "x"}}), HasSubstr("threshold is \"x\", no number"));
  EXPECT_THAT(error("Softmax", {{"axis", 1}}), HasSubstr("softmax over axis 1"));
  EXPECT_THAT(error("LeakyReLU", {}),
              HasSubstr("layer \"y\" is a LeakyReLU, which is not supported; supported are "
                        "InputLayer, Activation, "));
}

const std::vector<KerasWeight> kStatistics = {{"gamma:0", {2}, {2, 3}},
                                              {"beta:0", {2}, {1, -1}},
                                              {"moving_mean:0", {2}, {5, 6}},
                                              {"moving_variance:0", {2}, {3, 8}}};

TEST(KerasBatchNormalization, OfAnyRank) {
  // (x - mean) / sqrt(variance + 1) is 1 for 7 and 9.
  for (const std::vector<int64_t>& input :
       std::vector<std::vector<int64_t>>{{2}, {2, 2}, {1, 2, 2}}) {
    const Json axis = input.size() == 1 ? Json(1) : Json({input.size()});
    const Graph graph =
        one_layer(input, "BatchNormalization", {{"epsilon", 1}, {"axis", axis}}, kStatistics)
            .import();
    if (input.size() == 1)
      expect_near(run(graph, {{7, 9}}), {{3, 2}});
    else
      expect_near(run(graph, {{7, 9, 5, 6}}), {{3, 2, 1, -1}});
  }
}

TEST(KerasBatchNormalization, WithoutScaleAndCenter) {
  const Graph graph =
      one_layer({2}, "BatchNormalization", {{"epsilon", 1}, {"scale", false}, {"center", false}},
                {{"moving_mean:0", {2}, {5, 6}}, {"moving_variance:0", {2}, {3, 8}}})
          .import();
  expect_near(run(graph, {{7, 9}}), {{1, 1}});
}

TEST(KerasBatchNormalization, GoesIntoWhatIsBeforeIt) {
  Graph graph =
      KerasFile({3})
          .layer("Dense", {{"name", "d"}, {"units", 2}}, {{"kernel:0", {3, 2}}, {"bias:0", {2}}})
          .layer("BatchNormalization", {}, kStatistics)
          .layer("Activation", {{"name", "a"}, {"activation", "relu"}})
          .import();
  const auto before = run_on_noise(graph);
  run_passes(graph);
  EXPECT_EQ(operator_types(graph), std::vector{OperatorType::FULLY_CONNECTED});
  expect_near(run_on_noise(graph), before);
}

TEST(KerasBatchNormalization, Errors) {
  EXPECT_THAT(one_layer({2, 3, 4}, "BatchNormalization", {{"axis", 1}}).import_error(),
              HasSubstr("axis [1] of rank 4"));
  std::vector<KerasWeight> negative = kStatistics;
  negative[3].values[1] = -1;
  EXPECT_THAT(one_layer({2}, "BatchNormalization", Json::object(), negative).import_error(),
              HasSubstr("variance of -1"));
}

}  // namespace
}  // namespace solder::compiler
