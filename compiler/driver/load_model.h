// From a file of any supported format to a graph that is ready for its use.
#pragma once

#include <filesystem>

#include "compiler/planning/executable.h"

namespace solder::compiler {

// What a model is loaded for: to be written as a .tflite; to be run or compiled, with all that the
// compiler can leave out; or to have its layers compared, in their own shapes.
enum class Use { kExport, kRun, kCompareLayers };

// Any supported format, cleaned up by the lossless passes. Throws std::runtime_error that names
// the file.
Graph load_model(const std::filesystem::path& path, Use use);

// Ready to run on this computer.
Executable prepare_model(const std::filesystem::path& path, const KernelSet& kernels,
                         Use use = Use::kRun, Prefer prefer = Prefer::kBalanced);

}  // namespace solder::compiler
