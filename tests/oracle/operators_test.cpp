// Operators one by one, with the weights and scales of real models and with random inputs: integer
// kinds give TensorFlow Lite's very bits, but for those whose kernels there round otherwise.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <set>

#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/importers/importer.h"
#include "compiler/planning/executable.h"
#include "runtime/kernels/operator.h"
#include "tests/oracle/oracle.h"
#include "tests/support/program.h"

namespace solder::tests {
namespace {

namespace fs = std::filesystem;
using compiler::Graph;

constexpr unsigned kRuns = 2;

// TensorFlow Lite multiplies matrices with ruy, which rounds a scaled sum once where its reference
// kernels and TensorFlow Lite Micro round twice: now and then one step.
const std::set<std::string> kOneStep = {"CONV_2D", "FULLY_CONNECTED"};

// The graph of one operator; what other operators compute becomes its inputs.
Graph alone(const Graph& graph, size_t index) {
  Graph out;
  compiler::Operator op = graph.operators[index];
  std::map<int, int> moved;
  const auto move = [&](int tensor) {
    if (tensor < 0) return tensor;
    const auto [at, is_new] = moved.emplace(tensor, 0);
    if (is_new) at->second = out.add_tensor(graph.tensors[static_cast<size_t>(tensor)]);
    return at->second;
  };
  for (int& tensor : op.inputs) {
    const bool known = moved.contains(tensor);
    const int original = tensor;
    tensor = move(tensor);
    if (original >= 0 && !known && !graph.is_constant(original)) out.inputs.push_back(tensor);
  }
  for (int& tensor : op.outputs) out.outputs.push_back(tensor = move(tensor));
  out.operators.push_back(std::move(op));
  return out;
}

Bytes run_alone(const Graph& graph, const std::vector<Bytes>& inputs) {
  const compiler::Executable executable(graph, kReferenceKernels);
  const Model model = executable.model();
  for (uint32_t i = 0; i < inputs.size(); ++i) {
    std::memcpy(model.input<uint8_t>(i), inputs[i].data(), inputs[i].size());
  }
  model.invoke();
  const auto bytes =
      static_cast<size_t>(graph.tensors[static_cast<size_t>(graph.outputs[0])].bytes());
  return {model.output<uint8_t>(0), model.output<uint8_t>(0) + bytes};
}

struct Tried {
  int operators = 0;
  size_t elements = 0, different = 0;
  double farthest = 0;
};

TEST(Operators, GiveTheBitsOfTensorFlowLite) {
  const fs::path shared = fs::path(SOLDER_SHARED_DIR) / "models/mlperf_tiny";
  const fs::path folder = fresh_folder("oracle_operators");
  std::vector<fs::path> models;
  for (const char* mode : {"int8", "uint8", "int16x8"}) {
    models.push_back(folder / (std::string(mode) + ".tflite"));
    const fs::path digits = digit_for_calibration(folder / "digits");
    const cli::Finished converted =
        solder({"convert", repository() / "models/mnist/mnist.onnx", "-o", models.back(),
                "--quantize", mode, "--calibrate", digits});
    ASSERT_EQ(converted.exit_code, 0) << converted.output;
  }
  for (const char* name : {"kws", "ic", "vww", "ad"}) {
    const fs::path model = shared / fmt::format("{}_int8.tflite", name);
    if (fs::exists(model)) models.push_back(model);
  }
  Oracle oracle(folder);
  struct Job {
    std::string op;
    TensorType type;
    std::vector<Bytes> solder;
    size_t number;
  };
  std::vector<Job> jobs;
  for (const fs::path& path : models) {
    const Graph model = compiler::import_model(path);
    for (size_t i = 0; i < model.operators.size(); ++i) {
      const Graph one = alone(model, i);
      Job job{operator_name(one.operators[0].type),
              one.tensors[static_cast<size_t>(one.outputs[0])].type,
              {},
              0};
      if (job.type == TensorType::FLOAT32) continue;
      std::vector<std::vector<Bytes>> runs(kRuns);
      for (unsigned run = 0; run < kRuns; ++run) {
        for (const int input : one.inputs) {
          const compiler::Tensor& tensor = one.tensors[static_cast<size_t>(input)];
          runs[run].push_back(
              random_tensor(tensor, 100 * run + static_cast<unsigned>(runs[run].size())));
        }
        job.solder.push_back(run_alone(one, runs[run]));
      }
      job.number = oracle.add("tflite", without_xnnpack(compiler::export_tflite(one)), runs);
      jobs.push_back(std::move(job));
    }
  }
  oracle.run();
  std::map<std::string, Tried> tried;
  for (const Job& job : jobs) {
    EXPECT_FALSE(oracle.used_xnnpack(job.number));
    Tried& sum = tried[job.op];
    ++sum.operators;
    const std::vector<Bytes> outputs = oracle.outputs(job.number);
    for (unsigned run = 0; run < kRuns; ++run) {
      sum.farthest =
          std::max(sum.farthest, largest_difference(job.type, job.solder[run], outputs[run]));
      const auto size = static_cast<size_t>(size_of(job.type));
      sum.elements += outputs[run].size() / size;
      for (size_t i = 0; i < outputs[run].size(); i += size) {
        sum.different += std::memcmp(&outputs[run][i], &job.solder[run][i], size) != 0;
      }
    }
  }
  fmt::print("{:20} {:>9} {:>10} {:>10} {:>8}\n", "operator", "instances", "values", "different",
             "farthest");
  for (const auto& [op, sum] : tried) {
    fmt::print("{:20} {:>9} {:>10} {:>10} {:>8}\n", op, sum.operators, sum.elements, sum.different,
               sum.farthest);
    EXPECT_LE(sum.farthest, kOneStep.contains(op) ? 1 : 0) << op;
    EXPECT_LE(sum.different, sum.elements / 100) << op;
  }
}

}  // namespace
}  // namespace solder::tests
