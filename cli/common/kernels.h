// The kernel sets by the names users give.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "runtime/kernels/kernel_list.h"

namespace solder::cli {

// `--kernels`, with generic as the default.
void add_kernels_option(CLI::App& command, std::string& name);
const KernelSet& kernels_named(const std::string& name);

}  // namespace solder::cli
