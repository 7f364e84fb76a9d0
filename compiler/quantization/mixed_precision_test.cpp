#include "compiler/quantization/mixed_precision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/quantization/full_integer.h"
#include "compiler/quantization/output_error.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using testing::add_constant;
using testing::add_input;
using testing::add_operator;
using ::testing::ElementsAre;
using ::testing::Pair;
using testing::random_floats;
using enum TensorType;

// Three dense layers with a RELU after the first.
Graph layers() {
  Graph graph;
  int x = add_input(graph, {2, {1, 4}});
  for (uint32_t i = 0; i < 3; ++i) {
    const int w = add_constant(graph, {2, {4, 4}}, random_floats(16, i + 1));
    x = add_operator(graph, OperatorType::FULLY_CONNECTED, {x, w}, {2, {1, 4}});
    if (i == 0) x = add_operator(graph, OperatorType::RELU, {x}, {2, {1, 4}});
  }
  graph.outputs = {x};
  return graph;
}

TEST(MixedPrecision, OperatorsWithoutWeightsFollowWhatTheyRead) {
  EXPECT_THAT(layers_of(layers()), ElementsAre(0, 2, 3));
  EXPECT_THAT(spread_precisions(layers(), {{0, INT16}, {3, FLOAT32}}, INT8),
              ElementsAre(INT16, INT16, INT8, FLOAT32));
}

TEST(MixedPrecision, CostsAreThoseOfOneLayerAlone) {
  size_t done = 0;
  const auto costs = layer_costs(
      layers(),
      [](const std::vector<TensorType>& types) {
        double loss = 0;
        for (size_t i = 0; i < types.size(); ++i)
          loss += static_cast<double>(i + 1) * (types[i] == INT8 ? 10 : types[i] == INT16 ? 1 : 0);
        return loss;
      },
      [&](size_t layer) { done = layer; });
  ASSERT_EQ(costs.size(), 3U);
  EXPECT_EQ(done, 3U);
  EXPECT_EQ(costs[0].int8, 30);  // with the RELU
  EXPECT_EQ(costs[2].layer, 3U);
  EXPECT_EQ(costs[2].int8, 40);
  EXPECT_EQ(costs[2].int16, 4);
}

TEST(MixedPrecision, RaisesTheDearestLayersUntilTheBudgetHolds) {
  const Graph graph = layers();
  const std::vector<LayerCost> costs = {{0, 1, 0.3}, {2, 5, 0.2}, {3, 2, 0.4}};
  const auto loss = [&](const std::vector<TensorType>& types) {
    double sum = 0.05;  // of the inputs and outputs
    for (const LayerCost& c : costs)
      sum += types[c.layer] == INT8 ? c.int8 : types[c.layer] == INT16 ? c.int16 : 0;
    return sum;
  };
  const auto choose = [&](double budget) { return choose_precisions(graph, costs, budget, loss); };
  EXPECT_THAT(choose(9).layers, ElementsAre(Pair(0, INT8), Pair(2, INT8), Pair(3, INT8)));
  EXPECT_THAT(choose(4).layers, ElementsAre(Pair(0, INT8), Pair(2, INT16), Pair(3, INT8)));
  EXPECT_THAT(choose(2).layers, ElementsAre(Pair(0, INT8), Pair(2, INT16), Pair(3, INT16)));
  EXPECT_THAT(choose(0.6).layers, ElementsAre(Pair(0, INT16), Pair(2, INT16), Pair(3, FLOAT32)));
  EXPECT_NEAR(choose(0.6).loss, 0.55, 1e-9);
  EXPECT_NEAR(choose(0.05).loss, 0.05, 1e-9);
  EXPECT_GT(choose(0.01).loss, 0.01);
}

TEST(MixedPrecision, MorePrecisionMeansLessError) {
  const Graph graph = layers();
  std::vector<Sample> samples;
  for (uint32_t i = 0; i < 20; ++i) samples.push_back({random_floats(4, i)});
  const auto statistics = calibrate(graph, samples);
  const OutputError error(graph, samples);
  const auto of = [&](const std::map<size_t, TensorType>& precisions) {
    return error(quantize_full_integer(
        graph, statistics,
        {.interface = FLOAT32, .precisions = spread_precisions(graph, precisions, FLOAT32)}));
  };
  EXPECT_EQ(of({}), 0);
  EXPECT_GT(of({{2, INT16}}), 0);
  EXPECT_GT(of({{2, INT8}}), of({{2, INT16}}));
  EXPECT_GT(of({{0, INT8}, {2, INT8}, {3, INT8}}), of({{2, INT8}}));
}

}  // namespace
}  // namespace solder::compiler
