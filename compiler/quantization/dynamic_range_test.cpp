#include "compiler/quantization/dynamic_range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/importers/tflite/tflite_importer.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using testing::add_constant;
using testing::add_input;
using testing::add_operator;
using testing::random_floats;
using enum OperatorType;

// A convolution, a depthwise one and a dense layer.
Graph network() {
  Graph graph;
  const int x = add_input(graph, {4, {1, 5, 5, 2}});
  const int w = add_constant(graph, {4, {4, 3, 3, 2}}, random_floats(72, 1));
  const int b = add_constant(graph, {1, {4}}, random_floats(4, 2));
  const int y = add_operator(graph, CONV_2D, {x, w, b}, {4, {1, 5, 5, 4}});
  const int dw = add_constant(graph, {4, {1, 3, 3, 4}}, random_floats(36, 3));
  const int z = add_operator(graph, DEPTHWISE_CONV_2D, {y, dw}, {4, {1, 5, 5, 4}});
  const int fw = add_constant(graph, {2, {5, 100}}, random_floats(500, 4));
  graph.outputs = {add_operator(graph, FULLY_CONNECTED, {z, fw, -1}, {2, {1, 5}})};
  return graph;
}

TEST(DynamicRange, QuantizesWeightsAlone) {
  const Graph graph = quantize_dynamic_range(network());
  const size_t scales[] = {4, 4, 1};
  for (size_t op = 0; op < 3; ++op) {
    const Tensor& weights = graph.tensors[graph.operators[op].inputs[1]];
    EXPECT_EQ(weights.type, TensorType::INT8);
    EXPECT_EQ(weights.quantization.scale.size(), scales[op]);
    EXPECT_EQ(graph.tensors[graph.operators[op].outputs[0]].type, TensorType::FLOAT32);
  }
  EXPECT_EQ(graph.tensors[graph.operators[0].inputs[2]].type, TensorType::FLOAT32);
  EXPECT_EQ(import_tflite(export_tflite(graph)), graph);
}

TEST(DynamicRange, ResultsAreClose) {
  const Graph graph = network();
  const auto exact = testing::run_on_noise(graph)[0];
  const auto rounded = testing::run_on_noise(quantize_dynamic_range(graph))[0];
  for (size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(rounded[i], exact[i], 0.3F);
  EXPECT_NE(rounded, exact);
}

TEST(DynamicRange, RefusesWhatIsQuantized) {
  EXPECT_THROW(quantize_dynamic_range(quantize_dynamic_range(network())), ModelError);
}

}  // namespace
}  // namespace solder::compiler
