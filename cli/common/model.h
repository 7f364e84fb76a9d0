// Models and their inputs as every subcommand takes them.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "compiler/driver/load_model.h"

namespace solder::cli {

using compiler::load_model;
using compiler::prepare_model;
using compiler::Use;

// The required positional MODEL.
void add_model_argument(CLI::App& command, std::filesystem::path& path);

// A raw little-endian tensor file of just the input's bytes. Throws std::runtime_error that names
// the expected shape, type and bytes.
std::vector<uint8_t> read_raw_tensor(const std::filesystem::path& path, const TensorInfo& info);

// Copies a raw tensor file into the only input. Throws when the model has several inputs.
void fill_input(const Model& model, const std::filesystem::path& raw);

}  // namespace solder::cli
