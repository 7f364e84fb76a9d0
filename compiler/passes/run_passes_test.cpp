#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>

#include "compiler/importers/importer.h"
#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;

// conv, batch norm, bias, activation, flatten in NCHW order, dense: what exporters make of one
// layer and the next.
TEST(RunPasses, LeavesTheOperatorsThatCompute) {
  Graph graph;
  Options valid;
  valid.padding = Padding::VALID;
  const Shape image{4, {1, 2, 2, 3}};
  int x = add_input(graph, {4, {1, 4, 4, 2}});
  x = add_operator(graph, OperatorType::CONV_2D,
                   {x, add_constant(graph, {4, {3, 3, 3, 2}}, random_floats(54, 1)),
                    add_constant(graph, {1, {3}}, random_floats(3, 2))},
                   image, valid);
  x = add_operator(graph, OperatorType::DEPTHWISE_CONV_2D,
                   {x, add_constant(graph, {4, {1, 1, 1, 3}}, random_floats(3, 3)),
                    add_constant(graph, {1, {3}}, random_floats(3, 4))},
                   image, valid);
  x = add_operator(graph, OperatorType::ADD,
                   {x, add_constant(graph, {4, {1, 1, 1, 3}}, random_floats(3, 5))}, image);
  x = add_operator(graph, OperatorType::RELU, {x}, image);
  x = add_operator(graph, OperatorType::TRANSPOSE, {x, add_int32_constant(graph, {0, 3, 1, 2})},
                   {4, {1, 3, 2, 2}});
  x = add_operator(graph, OperatorType::RESHAPE, {x, add_int32_constant(graph, {1, 12})},
                   {2, {1, 12}});
  x = add_operator(graph, OperatorType::FULLY_CONNECTED,
                   {x, add_constant(graph, {2, {4, 12}}, random_floats(48, 6)),
                    add_constant(graph, {1, {4}}, random_floats(4, 7))},
                   {2, {1, 4}});
  graph.outputs = {x};

  const auto before = run_on_noise(graph);
  run_passes(graph);
  EXPECT_EQ(operator_types(graph),
            (std::vector{OperatorType::CONV_2D, OperatorType::FULLY_CONNECTED}));
  EXPECT_EQ(graph.tensors.size(), 7);
  expect_near(run_on_noise(graph), before);
}

TEST(RunPasses, KeepsInputsThatNobodyReads) {
  Graph graph;
  add_input(graph, {1, {3}});
  const int x = add_input(graph, {1, {4}});
  graph.outputs = {add_operator(graph, OperatorType::RELU, {x}, {1, {4}})};
  run_passes(graph);
  EXPECT_EQ(graph.inputs.size(), 2);
}

// Float models have nothing to fold in their constants, so even they give the same bytes.
TEST(RunPasses, RealModelsComputeTheSame) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(SOLDER_SHARED_DIR) / "models";
  if (!fs::exists(folder)) GTEST_SKIP() << "no models in " << folder;
  int models = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".tflite") continue;
    Graph graph = import_model(entry.path());
    std::vector<std::vector<uint8_t>> inputs;
    for (const int input : graph.inputs) {
      const Tensor& tensor = graph.tensors[input];
      const Floats noise = random_floats(tensor.shape.elements(), 1);
      std::vector<uint8_t>& bytes = inputs.emplace_back(tensor.bytes());
      if (tensor.type == TensorType::FLOAT32)
        std::memcpy(bytes.data(), noise.data(), bytes.size());
      else
        for (size_t i = 0; i < bytes.size(); ++i)
          bytes[i] = static_cast<uint8_t>(std::lround(noise[i] * 127));
    }
    std::vector<std::vector<uint8_t>> before;
    try {
      before = run_bytes(graph, inputs);
    } catch (const ModelError&) {
      continue;  // of a kind that has no kernels yet
    }
    run_passes(graph);
    EXPECT_EQ(run_bytes(graph, inputs), before) << entry.path();
    ++models;
  }
  EXPECT_GT(models, 0);
}

}  // namespace
}  // namespace solder::compiler
