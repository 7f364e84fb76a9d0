#include "compiler/importers/keras/keras_importer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "compiler/importers/importer.h"
#include "compiler/importers/keras/testing.h"
#include "compiler/passes/passes.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using File = std::vector<uint8_t>;

// Weights are most of a file; these are few, so that damage hits the rest.
KerasFile small_model() {
  return KerasFile({4, 4, 1})
      .layer("Conv2D",
             {{"name", "c"}, {"filters", 2}, {"kernel_size", {2, 2}}, {"padding", "same"}},
             {{"kernel:0", {2, 2, 1, 2}}, {"bias:0", {2}}})
      .layer("Flatten", {{"name", "f"}})
      .layer("Dense", {{"units", 1}, {"activation", "sigmoid"}},
             {{"kernel:0", {32, 1}}, {"bias:0", {1}}});
}

std::string error_of(const File& file, Graph (*import)(std::span<const uint8_t>)) {
  try {
    import(file);
  } catch (const ModelError& error) {
    return error.what();
  }
  return "none";
}

TEST(KerasH5, AllWaysOfHdf5) {
  const Graph expected = small_model().import();
  for (const bool is_newest_format : {false, true})
    for (const bool has_fixed_texts : {false, true})
      for (const int float_bits : {16, 32, 64})
        EXPECT_EQ(
            import_keras_h5(small_model().h5({is_newest_format, has_fixed_texts, float_bits})),
            expected)
            << is_newest_format << has_fixed_texts << float_bits;
}

TEST(KerasH5, HalfPrecision) {
  const Floats values = {0.5F, -0.25F, 65504, 0x1p-24F, -0x1p-14F, 0};
  const KerasFile file =
      one_layer({6}, "Dense", {{"units", 1}, {"use_bias", false}}, {{"kernel:0", {6, 1}, values}});
  const Graph graph = import_keras_h5(file.h5({.float_bits = 16}));
  const auto weights = graph.tensors[graph.operators[0].inputs[1]].values<float>();
  EXPECT_THAT(weights, ElementsAreArray(values));
}

TEST(KerasH5, Errors) {
  EXPECT_THAT(error_of(small_model().h5({.is_compressed = true}), import_keras_h5),
              HasSubstr("dataset '/model_weights/c/c/kernel:0' is chunked or compressed"));
  KerasFile empty({1});
  empty.config = Json::array();
  EXPECT_EQ(empty.import_error(), "model_config is no valid JSON object");
  File cut = small_model().h5();
  cut.resize(cut.size() / 2);
  EXPECT_THAT(error_of(cut, import_keras_h5), HasSubstr("the HDF5 file is cut short: "));
}

TEST(KerasZip, Errors) {
  EXPECT_EQ(error_of(zip_of({{"a.txt", {1}}}), import_keras_zip),
            "the zip archive has no config.json, so it is no Keras model");
  EXPECT_EQ(error_of(zip_of({{"config.json", {'{', '}'}}}), import_keras_zip),
            "the zip archive has no model.weights.h5");
  EXPECT_EQ(error_of(zip_of({{"config.json", {'{'}}, {"model.weights.h5", small_model().h5()}}),
                     import_keras_zip),
            "config.json is no valid JSON object");
  File cut = small_model().keras();
  cut.resize(cut.size() / 2);
  EXPECT_THAT(error_of(cut, import_keras_zip), HasSubstr("the zip archive is damaged"));
}

// Which release wrote the weights shows in how it names groups.
TEST(KerasZip, GroupsOfAllReleases) {
  const auto import = [](const char* first, const char* second) {
    KerasFile file({1});
    const Json arguments = {{"units", 1}, {"use_bias", false}};
    for (const char* name : {"d", "e"}) {
      file.layer("Dense", arguments);
      file.config["config"]["layers"].back()["config"]["name"] = name;
    }
    file.weights("d", first, {{"kernel:0", {1, 1}, {2}}});
    file.weights("e", second, {{"kernel:0", {1, 1}, {3}}});
    return run(import_keras_zip(file.keras()), {{1}});
  };
  expect_near(import("layers/dense", "layers/dense_1"), {{6}});
  expect_near(
      import("_layer_checkpoint_dependencies/dense", "_layer_checkpoint_dependencies/dense_2"),
      {{6}});
  expect_near(
      import("_layer_checkpoint_dependencies\\dense", "_layer_checkpoint_dependencies\\dense_2"),
      {{6}});
}

TEST(KerasZip, ModelWithinAModel) {
  KerasFile inner({1});
  inner.config["config"]["name"] = "m";
  inner.layer("Dense", {{"units", 1}, {"use_bias", false}});
  KerasFile file({1});
  file.config["config"]["layers"].push_back(inner.config);
  file.weights("m", "layers/sequential/layers/dense", {{"kernel:0", {1, 1}, {5}}});
  expect_near(run(import_keras_zip(file.keras()), {{2}}), {{10}});
}

// Whatever the bytes: an error, or a graph that the passes can handle.
bool survives(const File& file, Graph (*import)(std::span<const uint8_t>)) {
  try {
    Graph graph = import(file);
    run_passes(graph);
    return true;
  } catch (const ModelError&) {
    return false;
  }
}

void mistreat(const File& file, Graph (*import)(std::span<const uint8_t>)) {
  ASSERT_TRUE(survives(file, import));
  for (size_t length = 0; length < file.size(); length += 1 + length / 64)
    EXPECT_FALSE(
        survives(File(file.begin(), file.begin() + static_cast<ptrdiff_t>(length)), import));
  std::mt19937 random(1);
  // Most of an HDF5 file is room that is not used.
  std::vector<size_t> used;
  for (size_t i = 0; i < file.size(); ++i)
    if (file[i] != 0) used.push_back(i);
  for (int i = 0; i < 5000; ++i) {
    File damaged = file;
    for (uint32_t flips = 1 + random() % 3; flips > 0; --flips) {
      uint8_t& byte = damaged[used[random() % used.size()]];
      byte = random() % 8 == 0 ? 0xFF : byte ^ static_cast<uint8_t>(1U << random() % 8);
    }
    survives(damaged, import);
  }
}

TEST(KerasRobustness, DamagedH5) {
  mistreat(small_model().h5(), import_keras_h5);
  mistreat(small_model().h5({.is_newest_format = true, .has_fixed_texts = true}), import_keras_h5);
}

TEST(KerasRobustness, DamagedZip) {
  mistreat(small_model().keras(), import_keras_zip);
  // Without a checksum in the way.
  mistreat(small_model().keras_weights(), [](std::span<const uint8_t> bytes) {
    static const std::string config = small_model().config.dump();
    return import_keras_zip(zip_of({{"config.json", {config.begin(), config.end()}},
                                    {"model.weights.h5", {bytes.begin(), bytes.end()}}}));
  });
}

// One group that many layers name again and again.
TEST(KerasRobustness, ManyLayersOfTheSameWeights) {
  KerasFile file({1});
  const Json arguments = {{"name", "d"}, {"units", 1 << 20}, {"use_bias", false}};
  file.layer("Dense", arguments, {{"kernel:0", {1, 1 << 20}}});
  Json& config = file.config["config"];
  file.config["class_name"] = "Functional";
  for (int i = 0; i < 1000; ++i)
    config["layers"][1]["inbound_nodes"].push_back({{"x", 0, 0, Json::object()}});
  config["input_layers"] = {{"x", 0, 0}};
  config["output_layers"] = {{"d", 0, 0}};
  EXPECT_THAT(file.import_error(), HasSubstr("weights of more than"));
}

const std::filesystem::path kModels = std::filesystem::path(SOLDER_SHARED_DIR) / "models";

Floats read_floats(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  Floats values(bytes.size() / sizeof(float));
  std::copy_n(bytes.data(), values.size() * sizeof(float), reinterpret_cast<char*>(values.data()));
  return values;
}

struct SharedModel {
  const char* name;
  const char* h5;
  const char* tflite;
  // The .tflite lacks the biases of the Dense layers before batch normalizations, which the .h5
  // has.
  bool lacks_biases = false;
};

class KerasSharedModels : public ::testing::TestWithParam<SharedModel> {};

TEST_P(KerasSharedModels, AgreeWithTensorFlowLite) {
  const SharedModel& model = GetParam();
  const std::filesystem::path golden = kModels / "golden" / (std::string(model.name) + "_float32");
  if (!std::filesystem::is_directory(golden)) GTEST_SKIP() << golden << " is missing";
  Graph graph = import_model(kModels / model.h5);
  const Graph reference = import_model(kModels / model.tflite);
  if (model.lacks_biases) {
    for (const Operator& op : graph.operators)
      if (op.type == OperatorType::FULLY_CONNECTED && !graph.is_output(op.outputs[0]))
        std::ranges::fill(graph.tensors[op.inputs[2]].values<float>(), 0.0F);
  }
  Graph optimized = graph;
  run_passes(optimized);
  int inputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(golden)) {
    if (!entry.path().string().ends_with(".input.bin")) continue;
    ++inputs;
    const Floats input = read_floats(entry.path());
    const std::vector<Floats> expected = run(reference, {input});
    expect_near(run(graph, {input}), expected, 1e-4F);
    expect_near(run(optimized, {input}), expected, 1e-4F);
  }
  EXPECT_GT(inputs, 0);
}

INSTANTIATE_TEST_SUITE_P(
    , KerasSharedModels,
    ::testing::Values(SharedModel{"mnist", "mnist_blog/mnist.h5",
                                  "mnist_blog/mnist_float32.tflite"},
                      SharedModel{"ad", "mlperf_tiny/ad.h5", "mlperf_tiny/ad_float32.tflite", true},
                      SharedModel{"ic", "mlperf_tiny/ic.h5", "mlperf_tiny/ic_float32.tflite"},
                      SharedModel{"vww", "mlperf_tiny/vww.h5", "mlperf_tiny/vww_float32.tflite"}),
    [](const auto& model) { return std::string(model.param.name); });

}  // namespace
}  // namespace solder::compiler
