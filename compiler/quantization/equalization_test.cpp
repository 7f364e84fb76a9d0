#include "compiler/quantization/equalization.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "compiler/quantization/full_integer.h"
#include "compiler/quantization/output_error.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using testing::add_constant;
using testing::add_input;
using testing::add_operator;
using testing::Floats;
using testing::random_floats;
using enum OperatorType;

// Weights whose channels differ by up to 2^8, output channel c and c's reader by opposite factors.
Floats uneven(int64_t count, uint32_t seed, int64_t every, int64_t channels, float base) {
  Floats values = random_floats(count, seed);
  for (int64_t i = 0; i < count; ++i)
    values[static_cast<size_t>(i)] *= std::pow(base, static_cast<float>(i / every % channels));
  return values;
}

// A convolution, a pool, a depthwise and a dense layer.
Graph network(Activation activation) {
  Graph graph;
  const int x = add_input(graph, {4, {1, 6, 6, 2}});
  const int w = add_constant(graph, {4, {4, 3, 3, 2}}, uneven(72, 1, 18, 4, 4));
  const int b = add_constant(graph, {1, {4}}, uneven(4, 2, 1, 4, 4));
  const int y =
      add_operator(graph, CONV_2D, {x, w, b}, {4, {1, 6, 6, 4}}, {.activation = activation});
  const int z = add_operator(graph, MAX_POOL_2D, {y}, {4, {1, 3, 3, 4}},
                             {.stride_h = 2, .stride_w = 2, .filter_h = 2, .filter_w = 2});
  const int dw = add_constant(graph, {4, {1, 3, 3, 4}}, random_floats(36, 3));
  const int d = add_operator(graph, DEPTHWISE_CONV_2D, {z, dw}, {4, {1, 3, 3, 4}});
  const int shape = testing::add_int32_constant(graph, {1, 36});
  const int flat = add_operator(graph, RESHAPE, {d, shape}, {2, {1, 36}});
  const int fw = add_constant(graph, {2, {5, 36}}, uneven(180, 4, 1, 4, 0.25F));
  graph.outputs = {add_operator(graph, FULLY_CONNECTED, {flat, fw}, {2, {1, 5}})};
  return graph;
}

float largest_weight(const Graph& graph, size_t op) {
  const auto weights = graph.tensors[graph.operators[op].inputs[1]].values<float>();
  return std::abs(*std::ranges::max_element(
      weights, [](float a, float b) { return std::abs(a) < std::abs(b); }));
}

TEST(Equalization, ChangesNoBitOfTheOutputs) {
  for (const Activation activation : {Activation::NONE, Activation::RELU}) {
    const Graph graph = network(activation);
    const Graph equal = equalize(graph);
    EXPECT_LT(largest_weight(equal, 0), largest_weight(graph, 0) / 4);
    EXPECT_EQ(testing::run_on_noise(equal), testing::run_on_noise(graph));
    EXPECT_EQ(equalize(equal), equal);
  }
}

TEST(Equalization, LeavesWhatItMayNotScale) {
  Graph clipped = network(Activation::RELU6);
  EXPECT_EQ(largest_weight(equalize(clipped), 0), largest_weight(clipped, 0));
  Graph observed = network(Activation::RELU);
  observed.outputs.push_back(observed.operators[0].outputs[0]);
  EXPECT_EQ(largest_weight(equalize(observed), 0), largest_weight(observed, 0));
  Graph shared = network(Activation::RELU);
  shared.operators[0].inputs[2] = shared.add_tensor(shared.tensors[shared.operators[0].inputs[2]]);
  const int doubled =
      add_operator(shared, ADD, {shared.operators[0].outputs[0], shared.operators[0].outputs[0]},
                   {4, {1, 6, 6, 4}});
  shared.outputs.push_back(doubled);
  EXPECT_EQ(largest_weight(equalize(shared), 0), largest_weight(shared, 0));
}

// What it is for: a scale for all channels, as FULLY_CONNECTED has.
TEST(Equalization, MakesErrorsSmaller) {
  Graph graph;
  const int x = add_input(graph, {2, {1, 8}});
  const int w = add_constant(graph, {2, {8, 8}}, uneven(64, 1, 8, 8, 2));
  const int y =
      add_operator(graph, FULLY_CONNECTED, {x, w}, {2, {1, 8}}, {.activation = Activation::RELU});
  const int v = add_constant(graph, {2, {4, 8}}, uneven(32, 2, 1, 8, 0.5F));
  graph.outputs = {add_operator(graph, FULLY_CONNECTED, {y, v}, {2, {1, 4}})};
  std::vector<Sample> samples;
  for (uint32_t i = 0; i < 30; ++i) samples.push_back({random_floats(8, i)});
  const OutputError error(graph, samples);
  EXPECT_EQ(error(graph), 0);
  const auto of_quantized = [&](const Graph& g) {
    return error(quantize_full_integer(g, calibrate(g, samples), {}));
  };
  EXPECT_LT(of_quantized(equalize(graph)), of_quantized(graph) / 4);
}

}  // namespace
}  // namespace solder::compiler
