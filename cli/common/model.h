// Models as every subcommand takes them.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "compiler/planning/executable.h"

namespace solder::cli {

// The required positional MODEL.
void add_model_argument(CLI::App& command, std::filesystem::path& path);

// What a model is loaded for: to be written as a .tflite; to be run or compiled, with all that the
// compiler can leave out; or to have its layers compared, in their own shapes.
enum class Use { kExport, kRun, kCompareLayers };

// Any supported format, cleaned up by the lossless passes. Throws std::runtime_error that names
// the file.
compiler::Graph load_model(const std::filesystem::path& path, Use use);

// Ready to run on this computer.
compiler::Executable prepare_model(const std::filesystem::path& path, const KernelSet& kernels,
                                   Use use = Use::kRun);

// Copies a raw tensor file into the only input. Throws when the model has several inputs.
void fill_input(const Model& model, const std::filesystem::path& raw);

}  // namespace solder::cli
