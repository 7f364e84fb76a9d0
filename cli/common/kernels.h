// Options that choose kernels.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "compiler/driver/choices.h"

namespace solder::cli {

using compiler::kernels_named;
using compiler::kPreferences;
using compiler::name_of;

// `--kernels`.
void add_kernels_option(CLI::App& command, std::string& name,
                        const std::string& fallback = compiler::kHostKernels);
// `--prefer`, balanced by default.
void add_prefer_option(CLI::App& command, compiler::Prefer& prefer);

}  // namespace solder::cli
