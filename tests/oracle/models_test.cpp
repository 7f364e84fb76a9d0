// Whole models, as `solder convert` writes them and `solder run` executes them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/importers/importer.h"
#include "tests/oracle/oracle.h"
#include "tests/support/program.h"
#include "tests/support/small_models.h"

namespace solder::tests {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kRuns = 3;

// How far outputs may be apart.
constexpr double kFloat = 1e-5;
constexpr double kXnnpackFloat = 2e-5;  // which adds in another order
// TensorFlow Lite rounds the activations to int8 where weights alone are int8; Solder does not.
constexpr double kHybrid = 1e-2;
// Steps of 256. Single operators are within one (operators_test.cpp), which grows from layer to
// layer: noise makes a network undecided, and SOFTMAX then multiplies small differences.
constexpr double kInteger = 32;

struct Case {
  std::string name;
  fs::path model;
  std::string quantize = {};  // convert first
  bool hybrid = false;
};
void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

std::vector<Case> cases() {
  std::vector<Case> out;
  const auto add_modes = [&out](const std::string& name, const fs::path& model) {
    for (const char* mode : {"none", "size", "int8", "uint8", "int16x8"}) {
      out.push_back({fmt::format("{}_{}", name, mode), model, mode, std::string("size") == mode});
    }
  };
  // Untrained; written when the suite starts.
  for (const char* kind : {"lstm", "gru"}) add_modes(kind, fs::path(kind) += ".recurrent");
  add_modes("own_mnist", repository() / "models/mnist/mnist.onnx");
  const fs::path shared = fs::path(SOLDER_SHARED_DIR) / "models";
  if (!fs::exists(shared)) return out;
  add_modes("article_mnist", shared / "mnist_blog/mnist.h5");
  for (const char* name : {"kws", "ic", "vww", "ad"}) {
    for (const char* type : {"float32", "int8"}) {
      const std::string file = fmt::format("{}_{}", name, type);
      const bool hybrid = file == "kws_float32";  // with int8 weights, in spite of its name
      out.push_back({file, shared / "mlperf_tiny" / (file + ".tflite"), {}, hybrid});
    }
  }
  return out;
}

// The built-in digit, for what takes one, and noise.
std::vector<Bytes> inputs_of(const compiler::Graph& graph) {
  const compiler::Tensor& tensor = graph.tensors.at(static_cast<size_t>(graph.inputs.at(0)));
  const Bytes digit = read_bytes(repository() / "models/digit/digit.f32");
  std::vector<Bytes> out;
  for (unsigned i = 0; i < kRuns; ++i) out.push_back(random_tensor(tensor, i));
  if (tensor.type == TensorType::FLOAT32 && out[0].size() == digit.size()) out[0] = digit;
  return out;
}

Bytes solder_run(const fs::path& model, const Bytes& input, const fs::path& folder) {
  write_bytes(folder / "input", input);
  const cli::Finished run =
      solder({"run", model, "--input", folder / "input", "--output", folder / "output"});
  if (run.exit_code != 0) throw std::runtime_error(run.output);
  return read_bytes(folder / "output");
}

struct Outcome {
  TensorType type{};
  std::vector<Bytes> solder;
  size_t tflite = 0, builtin = 0;  // jobs; builtin: without XNNPACK
};

class Models : public testing::TestWithParam<Case> {
 protected:
  static void SetUpTestSuite() {
    const fs::path folder = fresh_folder("oracle_models");
    oracle = std::make_unique<Oracle>(folder);
    const fs::path digits = digit_for_calibration(folder / "digits");
    for (const Case& test : cases()) {
      fs::path model = test.model, source = test.model;
      if (source.extension() == ".recurrent") {
        source = folder / (test.name + "_float.tflite");
        write_bytes(source,
                    compiler::export_tflite(recurrent_model(
                        test.model == "lstm.recurrent" ? Recurrent::kLstm : Recurrent::kGru)));
      }
      if (!test.quantize.empty()) {
        model = folder / (test.name + ".tflite");
        const cli::Finished converted = solder(
            {"convert", source, "-o", model, "--quantize", test.quantize, "--calibrate", digits});
        if (converted.exit_code != 0) throw std::runtime_error(converted.output);
      }
      const compiler::Graph graph = compiler::import_model(model);
      Outcome& outcome = outcomes[test.name];
      outcome.type = graph.tensors.at(static_cast<size_t>(graph.outputs.at(0))).type;
      std::vector<std::vector<Bytes>> runs;
      for (const Bytes& input : inputs_of(graph)) {
        runs.push_back({input});
        outcome.solder.push_back(solder_run(model, input, folder));
      }
      const Bytes file = read_bytes(model);
      outcome.tflite = oracle->add("tflite", file, runs);
      outcome.builtin = oracle->add("tflite", without_xnnpack(file), runs);
    }
    oracle->run();
  }
  static void TearDownTestSuite() {
    oracle.reset();
    outcomes.clear();
  }
  static inline std::unique_ptr<Oracle> oracle;
  static inline std::map<std::string, Outcome> outcomes;
};

TEST_P(Models, AgreeWithTensorFlowLite) {
  const Outcome& outcome = outcomes.at(GetParam().name);
  EXPECT_FALSE(oracle->used_xnnpack(outcome.builtin));
  const auto farthest = [&](size_t job) {
    double out = 0;
    const std::vector<Bytes> outputs = oracle->outputs(job);
    for (unsigned i = 0; i < kRuns; ++i) {
      out = std::max(out, largest_difference(outcome.type, outcome.solder[i], outputs[i]));
    }
    return out;
  };
  const double builtin = farthest(outcome.builtin), xnnpack = farthest(outcome.tflite);
  fmt::print("{:24} {:10.2g} {:10.2g} with XNNPACK\n", GetParam().name, builtin, xnnpack);
  const bool floats = outcome.type == TensorType::FLOAT32;
  EXPECT_LE(builtin, !floats ? kInteger : GetParam().hybrid ? kHybrid : kFloat);
  EXPECT_LE(xnnpack, !floats ? kInteger : GetParam().hybrid ? kHybrid : kXnnpackFloat);
}

INSTANTIATE_TEST_SUITE_P(Files, Models, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param.name; });

TEST(Onnx, AgreesWithOnnxRuntime) {
  const fs::path folder = fresh_folder("oracle_onnx");
  const fs::path model = repository() / "models/mnist/mnist.onnx";
  Oracle oracle(folder);
  std::vector<std::vector<Bytes>> runs;
  for (const Bytes& input : inputs_of(compiler::import_model(model))) runs.push_back({input});
  const size_t job = oracle.add("onnx", read_bytes(model), runs);
  oracle.run();
  const std::vector<Bytes> outputs = oracle.outputs(job);
  for (unsigned i = 0; i < kRuns; ++i) {
    const Bytes ours = solder_run(model, runs[i][0], folder);
    EXPECT_LE(largest_difference(TensorType::FLOAT32, ours, outputs[i]), kFloat);
  }
}

}  // namespace
}  // namespace solder::tests
