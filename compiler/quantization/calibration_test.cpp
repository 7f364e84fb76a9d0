#include "compiler/quantization/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using testing::add_input;
using testing::add_operator;
using ::testing::ElementsAre;

// x -> -x
Graph negation() {
  Graph graph;
  const int x = add_input(graph, {1, {3}});
  graph.outputs = {add_operator(graph, OperatorType::NEG, {x}, {1, {3}})};
  return graph;
}

TEST(Calibration, SeesInputsAndResultsOfAllSamples) {
  const Graph graph = negation();
  const std::vector<Sample> samples = {{{1, 0, 2}}, {{3, 0, -4}}};
  size_t done = 0;
  const auto statistics = calibrate(graph, samples, [&](size_t runs) { done = runs; });
  EXPECT_EQ(done, 4U);
  const Statistics& x = statistics[graph.inputs[0]];
  const Statistics& y = statistics[graph.outputs[0]];
  EXPECT_EQ(x.min, -4);
  EXPECT_EQ(x.max, 3);
  EXPECT_EQ(y.min, -3);
  EXPECT_EQ(y.max, 4);
  EXPECT_THAT(x.mean, ElementsAre(2, 0, -1));
  EXPECT_THAT(y.mean, ElementsAre(-2, 0, 1));
}

TEST(Calibration, CountsEveryValueButZeros) {
  const Graph graph = negation();
  const std::vector<Sample> samples = {{{1, 0, 2}}, {{8, 0, -8}}};
  const auto statistics = calibrate(graph, samples);
  const auto& bins = statistics[graph.inputs[0]].histogram;
  EXPECT_EQ(std::accumulate(bins.begin(), bins.end(), uint64_t{0}), 4U);
  EXPECT_EQ(bins.front(), 1U);
  EXPECT_EQ(bins.back(), 1U);
  EXPECT_EQ(bins[Statistics::kBins / 16 * 9], 1U);
}

TEST(Calibration, RangesHoldZero) {
  const Graph graph = negation();
  const std::vector<Sample> samples = {{{5, 6, 7}}};
  const auto statistics = calibrate(graph, samples);
  EXPECT_EQ(statistics[graph.inputs[0]].min, 0);
  EXPECT_EQ(statistics[graph.outputs[0]].max, 0);
}

TEST(Calibration, RefusesWhatDoesNotFitTheModel) {
  const Graph graph = negation();
  const auto message = [&](const std::vector<Sample>& samples) {
    try {
      calibrate(graph, samples);
    } catch (const ModelError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(message({}), "there are no samples to calibrate with");
  EXPECT_EQ(message({{{1, 2, 3}}, {}}), "calibration sample 1 has 0 tensors, the model 1 inputs");
  EXPECT_EQ(message({{{1, 2}}}), "calibration sample 0 has 2 values for input 'input', which is 3");
  EXPECT_EQ(message({{{1, NAN, 2}}}),
            "calibration sample 0 makes values of 'input' that are not finite");
}

}  // namespace
}  // namespace solder::compiler
