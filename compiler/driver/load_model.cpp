#include "compiler/driver/load_model.h"

#include <fmt/format.h>

#include "compiler/importers/importer.h"
#include "compiler/passes/passes.h"

namespace solder::compiler {

Graph load_model(const std::filesystem::path& path, Use use) {
  Graph graph = import_model(path);
  run_passes(graph, use == Use::kCompareLayers ? Shapes::kStay : Shapes::kMayShrink);
  if (use == Use::kRun) crop_unread(graph);
  return graph;
}

Executable prepare_model(const std::filesystem::path& path, const KernelSet& kernels, Use use,
                         Prefer prefer) {
  Graph graph = load_model(path, use);
  if (use == Use::kRun) order_operators(graph);
  try {
    return {std::move(graph), kernels, prefer};
  } catch (const ModelError& error) {
    throw ModelError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace solder::compiler
