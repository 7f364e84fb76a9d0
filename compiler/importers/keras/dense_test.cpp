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
  EXPECT_THAT(dense("celu").import_error(), HasSubstr("activation \"celu\" is not supported"));
  EXPECT_THAT(dense({{"class_name", "PReLU"}, {"config", Json::object()}}).import_error(),
              HasSubstr("activation \"PReLU\" is not supported"));
  EXPECT_THAT(one_layer({3}, "Dense", {{"units", 2}}, {{"kernel:0", {2, 2}}}).import_error(),
              HasSubstr("its kernel has shape 2x2, 3x2 is wanted"));
  EXPECT_THAT(one_layer({3}, "Dense", {{"units", 2}}).import_error(),
              HasSubstr("the file has 0 weights for it, its kernel is missing"));
}

const Floats kInputs = {-8, -2.5F, -1, -0.1F, 0, 0.3F, 3, 7};

Floats mapped(double (*function)(double)) {
  Floats values;
  for (const float x : kInputs) values.push_back(static_cast<float>(function(double{x})));
  return values;
}

std::vector<Floats> run_layer(const std::string& class_name, const Json& arguments,
                              const std::vector<KerasWeight>& weights = {},
                              const std::string& version = "3.3.0") {
  KerasFile file = one_layer({8}, class_name, arguments, weights);
  file.keras_version = version;
  Graph graph = file.import();
  const auto outputs = run(graph, {kInputs});
  run_passes(graph);
  expect_near(run(graph, {kInputs}), outputs);
  return outputs;
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }
double clamped(double x, double low, double high) { return std::fmin(high, std::fmax(low, x)); }
double softplus(double x) { return std::log1p(std::exp(x)); }

TEST(KerasActivation, ByName) {
  const struct {
    const char* name;
    double (*function)(double);
  } cases[] = {
      {"elu", [](double x) { return x < 0 ? std::expm1(x) : x; }},
      {"exponential", [](double x) { return std::exp(x); }},
      {"gelu", [](double x) { return x * std::erfc(-x / std::sqrt(2.0)) / 2; }},
      {"hard_sigmoid", [](double x) { return clamped(x / 6 + 0.5, 0, 1); }},
      {"hard_silu", [](double x) { return x * clamped(x / 6 + 0.5, 0, 1); }},
      {"hard_swish", [](double x) { return x * clamped(x / 6 + 0.5, 0, 1); }},
      {"hard_tanh", [](double x) { return clamped(x, -1, 1); }},
      {"leaky_relu", [](double x) { return x < 0 ? 0.2 * x : x; }},
      {"linear", [](double x) { return x; }},
      {"mish", [](double x) { return x * std::tanh(softplus(x)); }},
      {"relu", [](double x) { return std::fmax(0, x); }},
      {"relu6", [](double x) { return clamped(x, 0, 6); }},
      {"selu",
       [](double x) {
         return 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * std::expm1(x) : x);
       }},
      {"sigmoid", logistic},
      {"silu", [](double x) { return x * logistic(x); }},
      {"softplus", softplus},
      {"softsign", [](double x) { return x / (1 + std::fabs(x)); }},
      {"swish", [](double x) { return x * logistic(x); }},
      {"tanh", [](double x) { return std::tanh(x); }},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    if (std::string("linear") == c.name) {
      // Within a model that computes something.
      expect_near(run(dense("linear").import(), {{1, 4}}), {{9.5F, -3}});
      continue;
    }
    expect_near(run_layer("Activation", {{"activation", c.name}}), {mapped(c.function)});
  }
}

TEST(KerasActivation, HardSigmoidOfKeras2) {
  const auto expected = mapped([](double x) { return clamped(0.2 * x + 0.5, 0, 1); });
  for (const char* version : {"2.13.1", ""})
    EXPECT_NEAR(run(one_layer({8}, "Activation", {{"activation", "hard_sigmoid"}}).import(),
                    {kInputs})[0][5],
                expected[5], 1e-6)
        << version;
  expect_near(run_layer("Activation", {{"activation", "hard_sigmoid"}}, {}, "2.13.1"), {expected});
}

TEST(KerasActivation, Layers) {
  expect_near(run_layer("ReLU", {{"max_value", nullptr}, {"negative_slope", 0.0}}),
              {mapped([](double x) { return std::fmax(0, x); })});
  expect_near(run_layer("ReLU", {{"max_value", 6.0}}),
              {mapped([](double x) { return clamped(x, 0, 6); })});
  expect_near(run_layer("ReLU", {{"max_value", 2.5}}),
              {mapped([](double x) { return clamped(x, 0, 2.5); })});
  expect_near(run_layer("ReLU", {{"negative_slope", 0.25}}),
              {mapped([](double x) { return x < 0 ? x / 4 : x; })});
  expect_near(run_layer("ReLU", {{"max_value", 1.0}, {"negative_slope", 0.25}}),
              {mapped([](double x) { return x < 0 ? x / 4 : std::fmin(x, 1); })});
  const auto leaky = mapped([](double x) { return x < 0 ? x / 8 : x; });
  // The step at the threshold is exact.
  const auto relu = [](double slope, double limit, double threshold) {
    Floats expected;
    for (const float x : kInputs) {
      const double passed = std::fmin(limit, x > static_cast<float>(threshold) ? double{x} : 0);
      expected.push_back(static_cast<float>((std::isinf(limit) ? passed : std::fmax(0, passed)) -
                                            slope * std::fmax(0, threshold - x)));
    }
    return expected;
  };
  for (const double threshold : {0.3, 0.2999999, -2.5, 7.5, 1e-30})
    for (const double slope : {0.0, 0.25}) {
      const Json arguments = {{"threshold", threshold}, {"negative_slope", slope}};
      expect_near(run_layer("ReLU", arguments), {relu(slope, HUGE_VAL, threshold)});
      Json limited = arguments;
      limited["max_value"] = 5;
      expect_near(run_layer("ReLU", limited), {relu(slope, 5, threshold)});
    }
  expect_near(run_layer("LeakyReLU", {{"alpha", 0.125}}), {leaky});
  expect_near(run_layer("LeakyReLU", {{"negative_slope", 0.125}}), {leaky});
  expect_near(run_layer("LeakyReLU", Json::object()),
              {mapped([](double x) { return x < 0 ? 0.3 * x : x; })});
  expect_near(run_layer("ELU", {{"alpha", 0.5}}),
              {mapped([](double x) { return x < 0 ? 0.5 * std::expm1(x) : x; })});
  const auto softmax = run_layer("Softmax", {{"axis", -1}})[0];
  EXPECT_NEAR(softmax[7] / softmax[6], std::exp(4.0F), 1e-3);
}

TEST(KerasActivation, PRelu) {
  expect_near(run_layer("PReLU", Json::object(), {{"alpha:0", {8}, {1, 2, 3, 4, 5, 6, 7, 8}}}),
              {{-8, -5, -3, -0.4F, 0, 0.3F, 3, 7}});
  // One slope for each channel, shared over height and width.
  const Graph graph =
      one_layer({2, 1, 2}, "PReLU", {{"shared_axes", {1, 2}}}, {{"alpha:0", {1, 1, 2}, {2, 3}}})
          .import();
  expect_near(run(graph, {{-1, -1, 4, -2}}), {{-2, -3, 4, -6}});
  EXPECT_THAT(one_layer({2}, "PReLU", {{"shared_axes", {2}}}).import_error(),
              HasSubstr("shared axis 2"));
}

TEST(KerasScaling, RescalingAndNormalization) {
  expect_near(run_layer("Rescaling", {{"scale", 0.5}, {"offset", 1}}),
              {mapped([](double x) { return x / 2 + 1; })});
  expect_near(run_layer("Rescaling", {{"scale", 2}}), {mapped([](double x) { return x * 2; })});
  const Graph graph =
      one_layer({2, 2}, "Normalization", {{"mean", {{{1, 2}}}}, {"variance", {{{4, 0.25}}}}})
          .import();
  expect_near(run(graph, {{1, 2, 5, 3}}), {{0, 0, 2, 2}});
  EXPECT_THAT(one_layer({2}, "Normalization", {{"axis", {-1}}}).import_error(),
              HasSubstr("the file has 0 weights for it, its mean is missing"));
  EXPECT_THAT(one_layer({2}, "Normalization", {{"mean", 1}}).import_error(),
              HasSubstr("it has a mean or a variance alone"));
  EXPECT_THAT(one_layer({2}, "Rescaling", {{"scale", {1, 2, 3}}}).import_error(),
              HasSubstr("scale has 3 numbers for 2 channels"));
}

// What adapt() has found is kept with the weights, and how many values it has seen.
TEST(KerasScaling, AdaptedNormalization) {
  const auto adapted = [](const Json& arguments, const std::vector<int64_t>& dims,
                          const Floats& mean, const Floats& variance) {
    return one_layer(
        {2, 2}, "Normalization", arguments,
        {{"mean:0", dims, mean}, {"variance:0", dims, variance}, {"count:0", {}, {60000}, true}});
  };
  const Floats x = {1, 2, 5, 3};
  const auto of = [&x](const KerasFile& file) { return run(file.import(), {x}); };
  expect_near(of(adapted({{"axis", {-1}}}, {2}, {1, 2}, {4, 0.25F})), {{0, 0, 2, 2}});
  expect_near(of(adapted(Json::object(), {2}, {1, 2}, {4, 0.25F})), {{0, 0, 2, 2}});
  expect_near(of(adapted({{"axis", 1}}, {2}, {1, 2}, {4, 0.25F})), {{0, 0.5F, 6, 2}});
  expect_near(of(adapted({{"axis", {1, 2}}}, {2, 2}, {1, 2, 3, 4}, {4, 1, 4, 1})), {{0, 0, 1, -1}});
  expect_near(of(adapted({{"axis", nullptr}}, {}, {1}, {4})), {{0, 0.5F, 2, 1}});
  expect_near(of(adapted({{"invert", true}}, {2}, {1, 2}, {4, 0.25F})), {{3, 3, 11, 3.5F}});
  EXPECT_THAT(adapted({{"axis", 1}}, {3}, {1, 2, 3}, {1, 1, 1}).import_error(),
              HasSubstr("its mean has shape 3, 2 is wanted"));
  EXPECT_THAT(adapted({{"axis", 0}}, {1}, {1}, {1}).import_error(),
              HasSubstr("axis 0 of an input"));
}

TEST(KerasActivation, Errors) {
  const auto error = [](const char* class_name, const Json& arguments) {
    return one_layer({5, 2}, class_name, arguments).import_error();
  };
  EXPECT_THAT(error("ReLU", {{"max_value", -1.0}}), HasSubstr("max_value of -1"));
  EXPECT_THAT(error("ReLU", {{"threshold", "x"}}), HasSubstr("threshold is \"x\", no number"));
  EXPECT_THAT(error("Softmax", {{"axis", 1}}), HasSubstr("softmax over axis 1"));
  EXPECT_THAT(error("CRelu", {}),
              HasSubstr("layer \"y\" is a CRelu, which is not supported; supported are "
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
