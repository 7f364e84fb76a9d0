#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "compiler/importers/onnx/testing.h"
#include "compiler/passes/passes.h"
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

TEST(OnnxClip, OtherBounds) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const struct {
    float low, high;
    Floats expected;
    std::vector<OperatorType> types;
  } cases[] = {
      {0, 3.5F, {0, 0, 2, 3.5F}, {OperatorType::RELU, OperatorType::MINIMUM}},
      {-2, 1, {-2, -1, 1, 1}, {OperatorType::MAXIMUM, OperatorType::MINIMUM}},
      {-2, kInfinity, {-2, -1, 2, 9}, {OperatorType::MAXIMUM}},
      {-kInfinity, 4, {-5, -1, 2, 4}, {OperatorType::MINIMUM}},
  };
  for (const auto& c : cases) {
    const Graph graph =
        one_node("Clip", {1, 4}, 10).attribute("min", c.low).attribute("max", c.high).import();
    EXPECT_EQ(operator_types(graph), c.types);
    expect_near(run(graph, {{-5, -1, 2, 9}}), {c.expected});
  }
}

double softplus(double x) { return std::log1p(std::exp(x)); }

TEST(OnnxActivation, OfEveryKind) {
  const struct {
    const char* op_type;
    double (*function)(double);
  } cases[] = {
      {"Abs", [](double x) { return std::fabs(x); }},
      {"Elu", [](double x) { return x < 0 ? std::expm1(x) : x; }},
      {"Exp", [](double x) { return std::exp(x); }},
      {"Gelu", [](double x) { return x * std::erfc(-x / std::sqrt(2.0)) / 2; }},
      {"HardSigmoid", [](double x) { return std::fmin(1, std::fmax(0, 0.2 * x + 0.5)); }},
      {"HardSwish", [](double x) { return x * std::fmin(6, std::fmax(0, x + 3)) / 6; }},
      {"LeakyRelu", [](double x) { return x < 0 ? 0.01 * x : x; }},
      {"Reciprocal", [](double x) { return 1 / x; }},
      {"Selu",
       [](double x) {
         return 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * std::expm1(x) : x);
       }},
      {"Sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }},
      {"Softplus", softplus},
      {"Softsign", [](double x) { return x / (1 + std::fabs(x)); }},
      {"Tanh", [](double x) { return std::tanh(x); }},
  };
  const Floats input = {-20, -3, -0.5F, 0.1F, 1, 4};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.op_type);
    Floats expected;
    for (const float x : input) expected.push_back(static_cast<float>(c.function(double{x})));
    expect_near(run(one_node(c.op_type, {1, 6}, 14).import(), {input}), {expected});
  }
}

TEST(OnnxActivation, PReluOfChannels) {
  const Shape shape{4, {1, 2, 1, 3}};
  OnnxModel model = one_node("PRelu", {1, 2, 1, 3}, 13, {"slope"});
  model.constant("slope", {2, 1, 1}, {2, 10});
  const Graph graph = model.import();
  EXPECT_EQ(operator_types(graph), std::vector{OperatorType::PRELU});
  const auto result = run(graph, {to_channels_last({-1, 2, -3, -4, -5, 6}, shape)});
  EXPECT_EQ(from_channels_last(result[0], shape), (Floats{-2, 2, -6, -40, -50, 6}));
}

// The ways in which exporters multiply x, 1 + erf(x / sqrt(2)) and a half.
TEST(OnnxGelu, IsFoundInItsParts) {
  for (int variant = 0; variant < 5; ++variant) {
    SCOPED_TRACE(variant);
    OnnxModel model;
    model.input("x", {1, 4}).output("y");
    model.constant("root", {}, {variant == 1 ? 0.70710678F : 1.41421356F})
        .constant("one", {1}, {1})
        .constant("half", {}, {0.5F})
        .constant("two", {}, {2});
    model.node(variant == 1 ? "Mul" : "Div", {"x", "root"}, "scaled")
        .node("Erf", {"scaled"}, "erf")
        .node("Add", {variant == 2 ? "one" : "erf", variant == 2 ? "erf" : "one"}, "sum");
    if (variant <= 1)
      model.node("Mul", {"x", "sum"}, "product").node("Mul", {"product", "half"}, "y");
    else if (variant == 2)
      model.node("Mul", {"half", "sum"}, "product").node("Mul", {"product", "x"}, "y");
    else if (variant == 3)
      model.node("Mul", {"x", "half"}, "product").node("Mul", {"product", "sum"}, "y");
    else
      model.node("Div", {"x", "two"}, "product").node("Mul", {"sum", "product"}, "y");
    Graph graph = model.import();
    run_passes(graph);
    EXPECT_EQ(operator_types(graph), std::vector{OperatorType::GELU});
    expect_near(run(graph, {{-1, 0, 1, 3}}), {{-0.15865525F, 0, 0.84134475F, 2.9959502F}});
  }
}

TEST(OnnxGelu, OtherUsesOfErfAreRefused) {
  const auto parts = [](const char* factor) {
    OnnxModel model;
    model.input("x", {1, 4}).input("z", {1, 4}).output("y").constant("root", {}, {1.4142135F});
    model.constant("one", {}, {1}).constant("half", {}, {0.5F});
    model.node("Div", {"x", "root"}, "scaled")
        .node("Erf", {"scaled"}, "erf")
        .node("Add", {"erf", "one"}, "sum")
        .node("Mul", {factor, "sum"}, "product")
        .node("Mul", {"product", "half"}, "y");
    return model;
  };
  EXPECT_EQ(operator_types(parts("x").import()),
            (std::vector{OperatorType::MUL, OperatorType::GELU}));
  EXPECT_THAT(parts("z").import_error(), HasSubstr("only as part of GELU"));
  OnnxModel used_twice = parts("x");
  used_twice.node("Neg", {"sum"}, "again").output("again");
  EXPECT_THAT(used_twice.import_error(), HasSubstr("only as part of GELU"));
  EXPECT_THAT(one_node("Erf", {1, 4}).import_error(), HasSubstr("only as part of GELU"));
}

OperatorType type_by_constant(const char* op_type, float constant) {
  OnnxModel model = one_node(op_type, {1, 2}, 13, {"c"});
  return model.constant("c", {}, {constant}).import().operators.at(0).type;
}

TEST(OnnxArithmetic, ByConstants) {
  EXPECT_EQ(type_by_constant("Div", 4), OperatorType::MUL);
  EXPECT_EQ(type_by_constant("Div", 0), OperatorType::DIV);
  EXPECT_EQ(type_by_constant("Sub", 4), OperatorType::ADD);
  EXPECT_EQ(type_by_constant("Pow", 2), OperatorType::SQUARE);
  EXPECT_EQ(type_by_constant("Pow", 0.5F), OperatorType::SQRT);
  EXPECT_EQ(type_by_constant("Pow", -0.5F), OperatorType::RSQRT);
  EXPECT_EQ(type_by_constant("Pow", -1), OperatorType::DIV);
  const auto by_three = [](const char* op_type) {
    return run(one_node(op_type, {1, 2}, 13, {"c"}).constant("c", {}, {3}).import(), {{2, -5}});
  };
  expect_near(by_three("Div"), {{2.0F / 3, -5.0F / 3}});
  expect_near(by_three("Sub"), {{-1, -8}});
  expect_near(by_three("Pow"), {{8, -125}});
  OnnxModel model = one_node("Pow", {1, 2}, 13, {"c"});
  EXPECT_THAT(model.constant("c", {}, {1.5F}).import_error(), HasSubstr("exponent 1.5"));
}

// What exporters compute shapes with.
TEST(OnnxArithmetic, OfIntegers) {
  OnnxModel model;
  model.input("x", {2, 6}).output("y").integers("two", {2}).integers("dims", {3, 1});
  model.node("Mul", {"dims", "two"}, "doubled")
      .node("Sub", {"doubled", "two"}, "less")
      .node("Add", {"less", "two"}, "sum")
      .node("Reshape", {"x", "sum"}, "y");
  const Graph graph = model.import();
  EXPECT_EQ(to_string(graph.tensors[graph.outputs[0]].shape), "6x2");
  OnnxModel zero;
  zero.input("x", {2, 6}).output("y").integers("a", {2}).integers("b", {0});
  zero.node("Div", {"a", "b"}, "c").node("Reshape", {"x", "c"}, "y");
  EXPECT_THAT(zero.import_error(), HasSubstr("cannot be computed of 2 and 0"));
}

TEST(OnnxReduce, AxesAreAttributesOrInputs) {
  const struct {
    const char* op_type;
    int64_t opset;
    Floats expected;
  } cases[] = {
      {"ReduceSum", 11, {6, 15}},
      {"ReduceSum", 13, {6, 15}},
      {"ReduceMax", 13, {3, 6}},
      {"ReduceMax", 18, {3, 6}},
      {"ReduceMin", 9, {1, 4}},
      {"ReduceMean", 18, {2, 5}},
      {"ReduceL1", 13, {6, 15}},
      {"ReduceSumSquare", 18, {14, 77}},
      {"ReduceL2", 13, {std::sqrt(14.0F), std::sqrt(77.0F)}},
      {"ReduceLogSum", 13, {std::log(6.0F), std::log(15.0F)}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.op_type);
    const bool is_input = c.opset >= (std::string("ReduceSum") == c.op_type ? 13 : 18);
    OnnxModel model =
        one_node(c.op_type, {2, 3}, c.opset,
                 is_input ? std::vector<std::string>{"axes"} : std::vector<std::string>{});
    model.attribute("keepdims", int64_t{0});
    if (is_input)
      model.integers("axes", {-1});
    else
      model.attribute("axes", std::vector<int64_t>{1});
    expect_near(run(model.import(), {{1, 2, 3, 4, 5, 6}}), {c.expected});
  }
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
