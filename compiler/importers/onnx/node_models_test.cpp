// The operators' own models, with the outputs that ONNX expects (Debian's libonnx-testdata).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include "compiler/importers/onnx/operators.h"
#include "compiler/importers/onnx/tensor_proto.h"
#include "compiler/importers/onnx/testing.h"
#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;
namespace fs = std::filesystem;

constexpr int kPassing = 376;
const fs::path kModels = "/usr/share/libonnx-testdata/data";

template <class Proto>
bool parse(const fs::path& path, Proto& proto) {
  std::ifstream file(path, std::ios::binary);
  return file && proto.ParseFromIstream(&file);
}

bool is_claimed(const onnx::ModelProto& model) {
  return std::ranges::all_of(model.graph().node(), [](const onnx::NodeProto& node) {
    return find_operator(node.op_type()) != nullptr;
  });
}

// Weights, shapes and bounds are inputs of these models; we want them as constants. What is added,
// concatenated and the like stays an input.
bool stays_input(const onnx::ModelProto& model, int input) {
  static const std::set<std::string> kAllInputs = {"Add", "Concat", "Div",   "Max", "Mean",
                                                   "Min", "Mul",    "PRelu", "Sub", "Sum"};
  return input == 0 || kAllInputs.contains(model.graph().node(0).op_type());
}

// Empty when the outputs are as expected, else what differs. Throws ModelError when refused.
std::string run_model(const fs::path& folder) {
  OnnxModel model;
  if (!parse(folder / "model.onnx", model.proto)) return "cannot be read";
  // PyTorch's are older than what we accept, and mean the same in opset 9.
  auto* opset = model.proto.mutable_opset_import(0);
  opset->set_version(std::max<int64_t>(opset->version(), 9));
  std::vector<Floats> inputs;
  for (int i = 0; i < model.proto.graph().input_size(); ++i) {
    onnx::TensorProto tensor;
    if (!parse(folder / "test_data_set_0" / fmt::format("input_{}.pb", i), tensor)) break;
    if (stays_input(model.proto, i)) {
      const Value value = read_tensor(tensor, "input");
      if (value.floats.empty()) throw ModelError("input of integers");
      inputs.push_back(to_channels_last(value.floats, value.shape));
    } else {
      tensor.set_name(model.proto.graph().input(i).name());
      *model.proto.mutable_graph()->add_initializer() = tensor;
    }
  }
  Graph graph = model.import();
  const auto unoptimized = run(graph, inputs);
  run_passes(graph);
  const auto optimized = run(graph, inputs);
  for (size_t i = 0; i < optimized.size(); ++i) {
    onnx::TensorProto tensor;
    if (!parse(folder / "test_data_set_0" / fmt::format("output_{}.pb", i), tensor))
      return "output cannot be read";
    const Value expected = read_tensor(tensor, "output");
    for (const auto& outputs : {unoptimized, optimized}) {
      const Floats found = from_channels_last(outputs[i], expected.shape);
      if (found.size() != expected.floats.size()) return "wrong size";
      for (size_t k = 0; k < found.size(); ++k)
        if (!(std::isnan(found[k]) && std::isnan(expected.floats[k])) &&
            !(std::abs(found[k] - expected.floats[k]) <=
              1e-5F * std::max(1.0F, std::abs(expected.floats[k]))))
          return fmt::format("element {} of output {} is {}, {} is expected", k, i, found[k],
                             expected.floats[k]);
    }
  }
  return "";
}

TEST(NodeModels, ComputeWhatOnnxExpects) {
  if (!fs::exists(kModels)) GTEST_SKIP() << "libonnx-testdata is not installed";
  std::set<fs::path> folders;
  for (const char* kind : {"node", "pytorch-converted", "pytorch-operator", "simple"})
    for (const auto& entry : fs::directory_iterator(kModels / kind)) folders.insert(entry.path());

  int passed = 0, refused = 0, unclaimed = 0;
  for (const fs::path& folder : folders) {
    onnx::ModelProto model;
    if (!parse(folder / "model.onnx", model)) continue;
    if (!is_claimed(model)) {
      ++unclaimed;
      continue;
    }
    const std::string name = folder.filename();
    try {
      const std::string difference = run_model(folder);
      EXPECT_EQ(difference, "") << name;
      ++passed;
    } catch (const ModelError& error) {
      std::cout << "refused: " << name << ": " << error.what() << "\n";
      ++refused;
    }
  }
  std::cout << "operators: " << supported_onnx_operators() << "\n";
  std::cout << fmt::format("{} models pass, {} are refused, {} have other operators\n", passed,
                           refused, unclaimed);
  EXPECT_GE(passed, kPassing) << "models that passed are refused now";
}

}  // namespace
}  // namespace solder::compiler
