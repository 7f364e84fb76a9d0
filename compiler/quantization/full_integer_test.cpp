#include "compiler/quantization/full_integer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "compiler/quantization/affine.h"
#include "compiler/quantization/bias_correction.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using testing::add_constant;
using testing::add_input;
using testing::add_operator;
using ::testing::ElementsAre;
using testing::Floats;
using testing::operator_types;
using testing::random_floats;
using enum OperatorType;

std::vector<Sample> noise(const Graph& graph, uint32_t count) {
  std::vector<Sample> samples(count);
  for (uint32_t i = 0; i < count; ++i)
    for (const int input : graph.inputs)
      samples[i].push_back(random_floats(graph.tensors[input].shape.elements(), i + 1));
  return samples;
}

Graph quantized(const Graph& graph, const FullIntegerOptions& options = {}) {
  return quantize_full_integer(graph, calibrate(graph, noise(graph, 20)), options);
}

// Real outputs of the quantized graph.
Floats run_quantized(const Graph& graph, const Sample& sample) {
  std::vector<std::vector<uint8_t>> bytes;
  for (size_t i = 0; i < sample.size(); ++i) {
    const Tensor& input = graph.tensors[graph.inputs[i]];
    bytes.push_back(quantize_values(sample[i], input.quantization, input.type));
  }
  Tensor output = graph.tensors[graph.outputs[0]];
  output.data = testing::run_bytes(graph, bytes)[0];
  Floats result;
  const auto add = [&](int32_t q) {
    result.push_back(output.quantization.scale[0] *
                     static_cast<float>(q - output.quantization.zero_point[0]));
  };
  if (output.type == TensorType::INT16)
    std::ranges::for_each(output.values<int16_t>(), add);
  else
    std::ranges::for_each(output.values<int8_t>(), add);
  return result;
}

// The largest error of the quantized graph on samples it was calibrated with.
void expect_close(const Graph& graph, float tolerance, const FullIntegerOptions& options = {}) {
  const Graph integer = quantized(graph, options);
  for (const Sample& sample : noise(graph, 5)) {
    const Floats expected = testing::run(graph, sample)[0];
    const Floats actual = run_quantized(integer, sample);
    ASSERT_EQ(actual.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i)
      ASSERT_NEAR(actual[i], expected[i], tolerance) << i;
  }
}

const Tensor& output_of(const Graph& graph, size_t op) {
  return graph.tensors[graph.operators[op].outputs[0]];
}

// A convolution, a pool, a dense layer and a softmax.
Graph classifier() {
  Graph graph;
  const int x = add_input(graph, {4, {1, 6, 6, 2}});
  const int w = add_constant(graph, {4, {4, 3, 3, 2}}, random_floats(72, 1));
  const int b = add_constant(graph, {1, {4}}, random_floats(4, 2));
  const int y =
      add_operator(graph, CONV_2D, {x, w, b}, {4, {1, 6, 6, 4}}, {.activation = Activation::RELU});
  const int z = add_operator(graph, MAX_POOL_2D, {y}, {4, {1, 3, 3, 4}},
                             {.stride_h = 2, .stride_w = 2, .filter_h = 2, .filter_w = 2});
  const int dw = add_constant(graph, {4, {1, 3, 3, 4}}, random_floats(36, 3));
  const int d = add_operator(graph, DEPTHWISE_CONV_2D, {z, dw}, {4, {1, 3, 3, 4}});
  const int fw = add_constant(graph, {2, {5, 36}}, random_floats(180, 4));
  const int fb = add_constant(graph, {1, {5}}, random_floats(5, 5));
  const int f = add_operator(graph, FULLY_CONNECTED, {d, fw, fb}, {2, {1, 5}});
  graph.outputs = {add_operator(graph, SOFTMAX, {f}, {2, {1, 5}})};
  return graph;
}

TEST(FullInteger, QuantizesEveryTensor) {
  const Graph graph = quantized(classifier());
  EXPECT_THAT(operator_types(graph),
              ElementsAre(CONV_2D, MAX_POOL_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, SOFTMAX));
  for (const Tensor& tensor : graph.tensors) {
    EXPECT_NE(tensor.type, TensorType::FLOAT32) << tensor.name;
    EXPECT_FALSE(tensor.quantization.scale.empty()) << tensor.name;
  }
  const auto weights = [&](size_t op) -> const Quantization& {
    return graph.tensors[graph.operators[op].inputs[1]].quantization;
  };
  EXPECT_EQ(weights(0).scale.size(), 4U);
  EXPECT_EQ(weights(0).axis, 0);
  EXPECT_EQ(weights(2).scale.size(), 4U);
  EXPECT_EQ(weights(2).axis, 3);
  EXPECT_EQ(weights(3).scale.size(), 1U);
  EXPECT_EQ(output_of(graph, 0).quantization, output_of(graph, 1).quantization);
  EXPECT_EQ(output_of(graph, 0).quantization.zero_point[0], -128);
  EXPECT_EQ(output_of(graph, 4).quantization,
            (Quantization{.scale = {1.0F / 256}, .zero_point = {-128}}));
  EXPECT_EQ(graph.tensors[graph.inputs[0]].name, "input");
}

TEST(FullInteger, ResultsAreClose) { expect_close(classifier(), 0.03F); }

TEST(FullInteger, SixteenBitsAreCloser) {
  const FullIntegerOptions options = {.interface = TensorType::INT16};
  expect_close(classifier(), 0.006F, options);
  const Graph graph = quantized(classifier(), options);
  EXPECT_THAT(operator_types(graph),
              ElementsAre(CONV_2D, MAX_POOL_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, SOFTMAX));
  for (size_t op = 0; op < 5; ++op) {
    EXPECT_EQ(output_of(graph, op).type, TensorType::INT16);
    EXPECT_THAT(output_of(graph, op).quantization.zero_point, ElementsAre(0));
  }
  EXPECT_EQ(graph.tensors[graph.operators[0].inputs[1]].type, TensorType::INT8);
  EXPECT_EQ(graph.tensors[graph.operators[0].inputs[2]].type, TensorType::INT64);
  EXPECT_EQ(output_of(graph, 4).quantization,
            (Quantization{.scale = {1.0F / 32768}, .zero_point = {0}}));
  EXPECT_EQ(graph.tensors[graph.outputs[0]].name, "SOFTMAX");
}

TEST(FullInteger, EveryOperatorMayHaveAPrecisionOfItsOwn) {
  using enum TensorType;
  const std::vector<TensorType> precisions = {INT8, INT8, INT16, FLOAT32, INT8};
  const FullIntegerOptions options = {.precisions = precisions};
  const Graph graph = quantized(classifier(), options);
  EXPECT_THAT(operator_types(graph),
              ElementsAre(CONV_2D, MAX_POOL_2D, DEQUANTIZE, QUANTIZE, DEPTHWISE_CONV_2D, DEQUANTIZE,
                          FULLY_CONNECTED, QUANTIZE, SOFTMAX));
  expect_close(classifier(), 0.03F, options);
}

// The first channel's weights are huge because what they meet is nearly always zero.
TEST(FullInteger, SixteenBitsBearAHugeWeight) {
  Graph graph;
  const int x = add_input(graph, {2, {1, 2}});
  const int w = add_constant(graph, {2, {2, 2}}, {1e9F, 0, 0, 1});
  graph.outputs = {add_operator(graph, FULLY_CONNECTED, {x, w}, {2, {1, 2}})};
  const auto statistics = calibrate(graph, std::vector<Sample>{{{0, 1}}, {{0, -1}}});
  const Graph integer = quantize_full_integer(graph, statistics, {.interface = TensorType::INT16});
  EXPECT_NEAR(run_quantized(integer, {{0, 0.5F}})[0], 0, 1e-3F);
}

TEST(FullInteger, EqualInputsGiveEqualGraphs) {
  EXPECT_EQ(quantized(classifier()), quantized(classifier()));
}

TEST(FullInteger, OperatorsThatMoveValuesShareScales) {
  Graph graph;
  const int a = add_input(graph, {4, {1, 2, 2, 1}});
  const int b = add_constant(graph, {4, {1, 2, 2, 1}}, {3, -3, 0, 1});
  const int sum = add_operator(graph, ADD, {a, b}, {4, {1, 2, 2, 1}});
  const int both = add_operator(graph, CONCATENATION, {sum, a}, {4, {1, 2, 2, 2}}, {.axis = 3});
  const int padding = testing::add_int32_constant(graph, {0, 0, 1, 0, 0, 0, 0, 0});
  const int padded = add_operator(graph, PAD, {both, padding}, {4, {1, 3, 2, 2}});
  graph.outputs = {padded};
  const Graph integer = quantized(graph);
  EXPECT_THAT(operator_types(integer), ElementsAre(ADD, CONCATENATION, PAD));
  const Quantization& shared = integer.tensors[integer.inputs[0]].quantization;
  for (size_t op = 0; op < 3; ++op) EXPECT_EQ(output_of(integer, op).quantization, shared);
  expect_close(graph, 0.05F);
}

TEST(FullInteger, ConcatenationOfAProbabilityAndOthersRescalesIt) {
  Graph graph;
  const int x = add_input(graph, {2, {1, 4}});
  const int p = add_operator(graph, LOGISTIC, {x}, {2, {1, 4}});
  graph.outputs = {add_operator(graph, CONCATENATION, {p, x}, {2, {1, 8}}, {.axis = 1})};
  EXPECT_THAT(operator_types(quantized(graph)), ElementsAre(LOGISTIC, QUANTIZE, CONCATENATION));
  expect_close(graph, 0.02F);
}

TEST(FullInteger, ConcatenationOfProbabilitiesIsOne) {
  Graph graph;
  const int x = add_input(graph, {2, {1, 4}});
  const int p = add_operator(graph, LOGISTIC, {x}, {2, {1, 4}});
  const int q = add_operator(graph, SOFTMAX, {x}, {2, {1, 4}});
  graph.outputs = {add_operator(graph, CONCATENATION, {p, q}, {2, {1, 8}}, {.axis = 1})};
  EXPECT_THAT(operator_types(quantized(graph)), ElementsAre(LOGISTIC, SOFTMAX, CONCATENATION));
  expect_close(graph, 0.01F);
}

TEST(FullInteger, ConcatenationOfDifferentFixedScalesRescalesBoth) {
  Graph graph;
  const int x = add_input(graph, {2, {1, 4}});
  const int p = add_operator(graph, LOGISTIC, {x}, {2, {1, 4}});
  const int t = add_operator(graph, TANH, {x}, {2, {1, 4}});
  graph.outputs = {add_operator(graph, CONCATENATION, {p, t}, {2, {1, 8}}, {.axis = 1})};
  const Graph integer = quantized(graph);
  EXPECT_THAT(operator_types(integer),
              ElementsAre(LOGISTIC, TANH, QUANTIZE, QUANTIZE, CONCATENATION));
  EXPECT_EQ(output_of(integer, 1).quantization,
            (Quantization{.scale = {1.0F / 128}, .zero_point = {0}}));
  expect_close(graph, 0.02F);
}

// Every operator of one or two inputs that has an INT8 kernel, and whether there is one of INT16.
TEST(FullInteger, ElementwiseOperators) {
  const struct {
    OperatorType type;
    int inputs;
    bool has_int16;
    Options options = {};
  } cases[] = {
      {ABS, 1, true},
      {ELU, 1, false},
      {GELU, 1, false},
      {GELU, 1, false, {.approximate = true}},
      {HARD_SWISH, 1, false},
      {LEAKY_RELU, 1, true, {.alpha = 0.1F}},
      {LOGISTIC, 1, true},
      {RELU, 1, true},
      {TANH, 1, true},
      {ADD, 2, true},
      {MAXIMUM, 2, true},
      {MINIMUM, 2, true},
      {MUL, 2, true},
      {PRELU, 2, false},
      {SQUARED_DIFFERENCE, 2, false},
      {SUB, 2, true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(operator_name(c.type));
    Graph graph;
    std::vector<int> inputs;
    for (int i = 0; i < c.inputs; ++i) inputs.push_back(add_input(graph, {2, {1, 16}}));
    graph.outputs = {add_operator(graph, c.type, inputs, {2, {1, 16}}, c.options)};
    EXPECT_THAT(operator_types(quantized(graph)), ElementsAre(c.type));
    expect_close(graph, 0.025F);
    const FullIntegerOptions options = {.interface = TensorType::INT16};
    EXPECT_EQ(operator_types(quantized(graph, options)).size() == 1, c.has_int16);
    if (c.has_int16) expect_close(graph, 0.0005F, options);
  }
}

TEST(FullInteger, Reductions) {
  for (const OperatorType type : {MEAN, REDUCE_MAX, REDUCE_MIN, SUM}) {
    SCOPED_TRACE(operator_name(type));
    Graph graph;
    const int x = add_input(graph, {2, {4, 8}});
    const int axes = testing::add_int32_constant(graph, {1});
    graph.outputs = {add_operator(graph, type, {x, axes}, {1, {4}})};
    EXPECT_THAT(operator_types(quantized(graph)), ElementsAre(type));
    expect_close(graph, 0.06F);
    expect_close(graph, 0.0005F, {.interface = TensorType::INT16});
  }
}

// Bounds of a clip: constants are quantized like what they limit.
TEST(FullInteger, ConstantsOfSelectionsShareItsScale) {
  Graph graph;
  const int x = add_input(graph, {2, {1, 16}});
  const int low = add_constant(graph, {}, {-0.5F}), high = add_constant(graph, {}, {0.75F});
  const int above = add_operator(graph, MAXIMUM, {x, low}, {2, {1, 16}});
  graph.outputs = {add_operator(graph, MINIMUM, {above, high}, {2, {1, 16}})};
  EXPECT_THAT(operator_types(quantized(graph)), ElementsAre(MAXIMUM, MINIMUM));
  expect_close(graph, 0.01F);
}

// What comes out is so much smaller than what goes in that its own range would be refused.
TEST(FullInteger, HardSwishOfLargeNegativeValues) {
  Graph graph;
  const int x = add_input(graph, {2, {1, 16}});
  const int factor = add_constant(graph, {}, {100.0F}), offset = add_constant(graph, {}, {-102.5F});
  const int scaled = add_operator(graph, MUL, {x, factor}, {2, {1, 16}});
  const int shifted = add_operator(graph, ADD, {scaled, offset}, {2, {1, 16}});
  graph.outputs = {add_operator(graph, HARD_SWISH, {shifted}, {2, {1, 16}})};
  expect_close(graph, 0.5F);
}

TEST(FullInteger, OperatorsWithoutIntegerKernelsStayFloat) {
  Graph graph;
  const int x = add_input(graph, {2, {1, 4}});
  const int r = add_operator(graph, RELU, {x}, {2, {1, 4}});
  const int n = add_operator(graph, NEG, {r}, {2, {1, 4}});
  graph.outputs = {add_operator(graph, ADD, {n, r}, {2, {1, 4}})};
  EXPECT_THAT(operator_types(quantized(graph)), ElementsAre(RELU, DEQUANTIZE, NEG, QUANTIZE, ADD));
  expect_close(graph, 0.02F);
}

TEST(FullInteger, UnsignedInterfaceIsConvertedAtBothEnds) {
  const Graph graph = quantized(classifier(), {.interface = TensorType::UINT8});
  EXPECT_EQ(graph.operators.front().type, QUANTIZE);
  EXPECT_EQ(graph.operators.back().type, QUANTIZE);
  const Tensor& input = graph.tensors[graph.inputs[0]];
  const Tensor& output = graph.tensors[graph.outputs[0]];
  EXPECT_EQ(input.type, TensorType::UINT8);
  EXPECT_EQ(input.name, "input");
  EXPECT_EQ(input.quantization.zero_point[0], output_of(graph, 0).quantization.zero_point[0] + 128);
  EXPECT_EQ(output.type, TensorType::UINT8);
  EXPECT_EQ(output.name, "SOFTMAX");
  EXPECT_EQ(output.quantization, (Quantization{.scale = {1.0F / 256}, .zero_point = {0}}));
}

TEST(FullInteger, UnsignedBytesAreSignedOnesMovedBy128) {
  const Graph with_signed = quantized(classifier());
  const Graph with_unsigned = quantized(classifier(), {.interface = TensorType::UINT8});
  std::vector<uint8_t> input(72), moved;
  for (size_t i = 0; i < input.size(); ++i) input[i] = static_cast<uint8_t>(i * 37);
  for (const uint8_t byte : input) moved.push_back(byte ^ 0x80);
  auto expected = testing::run_bytes(with_signed, {input});
  for (uint8_t& byte : expected[0]) byte ^= 0x80;
  EXPECT_EQ(testing::run_bytes(with_unsigned, {moved}), expected);
}

TEST(FullInteger, RefusesWhatIsQuantized) {
  const Graph graph = quantized(classifier());
  EXPECT_THROW(quantize_full_integer(graph, {}, {}), ModelError);
}

TEST(BiasCorrection, IsTheErrorTimesTheMeanInput) {
  // Grouped, so that each half of the outputs meets its half of the inputs.
  const Tensor w = float_constant("w", {4, {2, 1, 2, 1}}, Floats{1, 0.3F, 0.7F, 1});
  const Tensor q = quantize_weights(w, std::nullopt);
  const std::vector<float> rounded = dequantize_weights(q);
  const std::vector<double> mean = {2, 10, 4, 30};  // of channels: 3 and 20
  const auto error = mean_output_error({.type = CONV_2D, .inputs = {0, 1}, .outputs = {2}}, w, q,
                                       {4, {1, 1, 2, 2}}, mean);
  EXPECT_NEAR(error[0], 3 * (rounded[0] - 1 + rounded[1] - 0.3F), 1e-5);
  EXPECT_NEAR(error[1], 20 * (rounded[2] - 0.7F + rounded[3] - 1), 1e-5);
}

TEST(BiasCorrection, MakesMeanErrorsSmaller) {
  Graph graph;
  const int x = add_input(graph, {2, {1, 64}});
  const int w = add_constant(graph, {2, {8, 64}}, random_floats(512, 1));
  graph.outputs = {add_operator(graph, FULLY_CONNECTED, {x, w}, {2, {1, 8}})};
  std::vector<Sample> samples;
  for (uint32_t i = 0; i < 100; ++i) {
    samples.push_back({random_floats(64, i)});
    for (float& value : samples.back()[0]) value += 1;
  }
  const auto statistics = calibrate(graph, samples);
  const auto mean_error = [&](bool correct_bias) {
    const Graph integer = quantize_full_integer(graph, statistics, {.correct_bias = correct_bias});
    std::vector<double> sums(8);
    for (const Sample& sample : samples) {
      const Floats expected = testing::run(graph, sample)[0];
      const Floats actual = run_quantized(integer, sample);
      for (size_t c = 0; c < 8; ++c) sums[c] += static_cast<double>(actual[c] - expected[c]);
    }
    double total = 0;
    for (const double sum : sums) total += std::abs(sum) / static_cast<double>(samples.size());
    return total;
  };
  EXPECT_LT(mean_error(true), mean_error(false) / 2);
}

// An embedding, taken apart, padded and put together again: one scale for all of it.
TEST(FullInteger, MovedElementsKeepTheirScale) {
  Graph graph;
  const int words = add_input(graph, {2, {1, 3}});
  graph.tensors[words].type = TensorType::INT32;
  const int table = add_constant(graph, {2, {4, 4}}, random_floats(16, 1));
  const int x = add_operator(graph, GATHER, {table, words}, {3, {1, 3, 4}});
  const int axis = testing::add_int32_constant(graph, {2});
  const int left = add_operator(graph, SPLIT, {axis, x}, {3, {1, 3, 2}});
  const int right = graph.add_tensor({.name = "right", .shape = {3, {1, 3, 2}}});
  graph.operators.back().outputs.push_back(right);
  const int y = add_operator(graph, PACK, {right, left}, {4, {2, 1, 3, 2}});
  graph.outputs = {y};
  const std::vector<Sample> samples = {{{0, 1, 2}}, {{3, 3, 7}}};
  const Graph integer = quantize_full_integer(graph, calibrate(graph, samples), {});
  EXPECT_THAT(operator_types(integer), ElementsAre(GATHER, SPLIT, PACK));
  EXPECT_EQ(integer.tensors[integer.inputs[0]].type, TensorType::INT32);
  const Quantization& scale = integer.tensors[integer.outputs[0]].quantization;
  for (const Tensor& tensor : integer.tensors) {
    if (tensor.type == TensorType::INT32) continue;
    EXPECT_EQ(tensor.type, TensorType::INT8);
    EXPECT_EQ(tensor.quantization, scale);
  }
  // The last index clamps to 3.
  const int32_t indices[] = {3, 3, 7};
  const auto* first = reinterpret_cast<const uint8_t*>(indices);
  const auto bytes = testing::run_bytes(integer, {{first, first + sizeof(indices)}})[0];
  const auto expected = graph.tensors[table].values<float>();
  for (int n = 0; n < 12; ++n) {
    const float value = expected[12 + (n < 6 ? 2 : 0) + n % 2];
    EXPECT_NEAR(scale.scale[0] * (static_cast<int8_t>(bytes[n]) - scale.zero_point[0]), value,
                scale.scale[0]);
  }
}

// A layer that is called twice, as unrolled recurrent layers are: its constants are there once.
TEST(FullInteger, SharedWeightsStayShared) {
  Graph graph;
  const int x = add_input(graph, {2, {1, 4}});
  const int w = add_constant(graph, {2, {4, 4}}, random_floats(16, 1));
  const int b = add_constant(graph, {1, {4}}, random_floats(4, 2));
  int y = x;
  for (int i = 0; i < 3; ++i) y = add_operator(graph, FULLY_CONNECTED, {y, w, b}, {2, {1, 4}});
  graph.outputs = {y};
  const Graph integer = quantized(graph);
  for (size_t i = 1; i < 3; ++i) {
    EXPECT_EQ(integer.operators[i].inputs[1], integer.operators[0].inputs[1]);
    EXPECT_EQ(integer.operators[i].inputs[2], integer.operators[0].inputs[2]);
  }
  expect_close(graph, 0.1F);
}

TEST(FullInteger, TransposeConvIsWeightedPerChannel) {
  Graph graph;
  const int x = add_input(graph, {4, {1, 3, 3, 2}});
  const int shape = testing::add_int32_constant(graph, {1, 6, 6, 3});
  const int w = add_constant(graph, {4, {3, 3, 3, 2}}, random_floats(54, 1));
  const int b = add_constant(graph, {1, {3}}, random_floats(3, 2));
  graph.outputs = {add_operator(graph, TRANSPOSE_CONV, {shape, w, x, b}, {4, {1, 6, 6, 3}},
                                {.stride_h = 2, .stride_w = 2})};
  const Graph integer = quantized(graph);
  EXPECT_THAT(operator_types(integer), ElementsAre(TRANSPOSE_CONV));
  const Operator& op = integer.operators[0];
  EXPECT_EQ(integer.tensors[op.inputs[0]].type, TensorType::INT32);
  EXPECT_EQ(integer.tensors[op.inputs[1]].quantization.scale.size(), 3U);
  EXPECT_EQ(integer.tensors[op.inputs[3]].type, TensorType::INT32);
  expect_close(graph, 0.05F);
}

}  // namespace
}  // namespace solder::compiler
