// Keras files and .tflite files that are said to be of one network, but were trained or stored
// apart: what their weights say, and how many digits TensorFlow Lite recognises with each.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <set>

#include "compiler/data/dataset.h"
#include "compiler/driver/accuracy.h"
#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/importers/importer.h"
#include "compiler/passes/passes.h"
#include "tests/oracle/oracle.h"
#include "tests/support/golden.h"
#include "tests/support/program.h"

namespace solder::tests {
namespace {

namespace fs = std::filesystem;
using compiler::Graph;

const fs::path kModels = fs::path(SOLDER_SHARED_DIR) / "models";

std::multiset<float> constants_of(const Graph& graph) {
  std::multiset<float> values;
  for (const compiler::Tensor& tensor : graph.tensors)
    if (!tensor.data.empty() && tensor.type == TensorType::FLOAT32)
      for (const float value : tensor.values<float>()) values.insert(value);
  return values;
}

// Of the 10,000; SOLDER_ORACLE_IMAGES may say otherwise, 0 for all.
size_t images_to_compare() {
  const char* text = std::getenv("SOLDER_ORACLE_IMAGES");
  return text == nullptr ? 500 : std::strtoul(text, nullptr, 10);
}

size_t correct(const Bytes& outputs, const std::vector<uint8_t>& labels) {
  constexpr size_t kClasses = 10;
  size_t count = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    float scores[kClasses];
    std::memcpy(scores, &outputs.at(i * sizeof scores), sizeof scores);
    count += static_cast<size_t>(std::ranges::max_element(scores) - scores) == labels[i];
  }
  return count;
}

TEST(Trainings, ArticlesTwoFilesAreTwoTrainings) {
  const fs::path keras = kModels / "mnist_blog/mnist.h5";
  const fs::path tflite = kModels / "mnist_blog/mnist_float32.tflite";
  if (!fs::exists(keras)) GTEST_SKIP() << "no " << keras << ": set SOLDER_SHARED_DIR";
  const auto a = constants_of(compiler::import_model(keras));
  const auto b = constants_of(compiler::import_model(tflite));
  std::vector<float> both;
  std::ranges::set_intersection(a, b, std::back_inserter(both));
  fmt::print("of {} weights {} occur in both files\n", a.size(), both.size());
  EXPECT_EQ(a.size(), b.size());
  EXPECT_LT(both.size(), a.size() / 100);

  const auto folder = fresh_folder("trainings");
  const auto digits = compiler::load_dataset(
      "mnist:" + (fs::path(SOLDER_SHARED_DIR) / "data/mnist").string(), images_to_compare());
  Bytes inputs;
  for (const auto& image : digits.images) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(image.data());
    inputs.insert(inputs.end(), bytes, bytes + image.size() * sizeof(float));
  }
  Oracle oracle(folder);
  std::vector<size_t> ours, jobs;
  for (const fs::path& file : {keras, tflite}) {
    Graph graph = compiler::import_model(file);
    compiler::run_passes(graph);
    ours.push_back(compiler::count_correct(graph, kGenericKernels, digits));
    jobs.push_back(oracle.add_batch(compiler::export_tflite(graph), inputs));
  }
  oracle.run();
  for (const size_t i : {0, 1}) {
    const size_t theirs = correct(oracle.outputs(jobs[i])[0], digits.labels);
    fmt::print("{}: {} of {} right; in TensorFlow Lite {}\n",
               (i == 0 ? keras : tflite).filename().string(), ours[i], digits.images.size(),
               theirs);
    EXPECT_EQ(ours[i], theirs);
  }
  fs::remove_all(folder);
}

// Each hidden layer of the .h5 is a Dense with a bias, then a batch normalization. The .tflite has
// that normalization in its biases, and nothing of the Dense's.
TEST(Trainings, AnomalyDetectorsDifferInTheirBiases) {
  const fs::path keras = kModels / "mlperf_tiny/ad.h5";
  if (!fs::exists(keras)) GTEST_SKIP() << "no " << keras << ": set SOLDER_SHARED_DIR";
  const Graph h5 = compiler::import_model(keras);
  const Graph tflite = compiler::import_model(kModels / "mlperf_tiny/ad_float32.tflite");
  const auto constants = [](const Graph& graph, OperatorType type, size_t input) {
    std::vector<std::span<const float>> all;
    for (const auto& op : graph.operators)
      if (op.type == type)
        all.push_back(graph.tensors[static_cast<size_t>(op.inputs.at(input))].values<float>());
    return all;
  };
  const auto biases = constants(h5, OperatorType::FULLY_CONNECTED, 2);
  const auto offsets = constants(h5, OperatorType::DEPTHWISE_CONV_2D, 2);
  const auto of_tflite = constants(tflite, OperatorType::FULLY_CONNECTED, 2);
  ASSERT_EQ(biases.size(), of_tflite.size());
  ASSERT_EQ(offsets.size(), biases.size() - 1);
  for (size_t layer = 0; layer < offsets.size(); ++layer) {
    float dense = 0, to_offset = 0;
    for (size_t i = 0; i < offsets[layer].size(); ++i) {
      dense = std::max(dense, std::abs(biases[layer][i]));
      to_offset = std::max(to_offset, std::abs(of_tflite[layer][i] - offsets[layer][i]));
    }
    fmt::print(
        "layer {}: the Dense's bias is up to {:.4f}; the .tflite's bias is within {:.1g} of "
        "the normalization alone\n",
        layer, dense, to_offset);
    EXPECT_GT(dense, 1e-3F);
    EXPECT_LT(to_offset, 1e-5F);
  }
}

}  // namespace
}  // namespace solder::tests
