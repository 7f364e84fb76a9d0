// The kernel sets by the names users give.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "compiler/planning/prefer.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::cli {

// `--kernels`.
void add_kernels_option(CLI::App& command, std::string& name,
                        const std::string& fallback = "generic");
const KernelSet& kernels_named(const std::string& name);
inline constexpr compiler::Prefer kPreferences[] = {
    compiler::Prefer::kSpeed, compiler::Prefer::kBalanced, compiler::Prefer::kRam,
    compiler::Prefer::kFlash};
const char* name_of(compiler::Prefer prefer);
// `--prefer`, balanced by default.
void add_prefer_option(CLI::App& command, compiler::Prefer& prefer);

}  // namespace solder::cli
