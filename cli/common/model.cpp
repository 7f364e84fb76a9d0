#include "cli/common/model.h"

#include <fmt/format.h>

#include <cstring>
#include <stdexcept>

#include "cli/common/values.h"
#include "compiler/importers/importer.h"
#include "compiler/passes/passes.h"

namespace solder::cli {

void add_model_argument(CLI::App& command, std::filesystem::path& path) {
  command.add_option("MODEL", path, "A .tflite, .onnx, .h5 or .keras file")->required();
}

compiler::Graph load_model(const std::filesystem::path& path, Use use) {
  compiler::Graph graph = compiler::import_model(path);
  compiler::run_passes(
      graph, use == Use::kCompareLayers ? compiler::Shapes::kStay : compiler::Shapes::kMayShrink);
  if (use == Use::kRun) compiler::crop_unread(graph);
  return graph;
}

compiler::Executable prepare_model(const std::filesystem::path& path, const KernelSet& kernels,
                                   Use use) {
  compiler::Graph graph = load_model(path, use);
  try {
    return {std::move(graph), kernels};
  } catch (const compiler::ModelError& error) {
    throw compiler::ModelError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

void fill_input(const Model& model, const std::filesystem::path& raw) {
  if (model.input_count() != 1)
    throw std::runtime_error(fmt::format("the model has {} inputs; --input serves models with one",
                                         model.input_count()));
  const auto bytes = read_raw_tensor(raw, model.input_info(0));
  std::memcpy(model.input(0), bytes.data(), bytes.size());
}

}  // namespace solder::cli
