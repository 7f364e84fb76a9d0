// Kernels and preferences by the names that users give.
#pragma once

#include <string>

#include "compiler/planning/prefer.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::compiler {

inline constexpr const char* kKernelSets[] = {"reference", "generic", "armv7em"};
const KernelSet& kernels_named(const std::string& name);
// What a model is compiled with unless the user says otherwise.
inline constexpr const char* kBoardKernels = "armv7em";
inline constexpr const char* kHostKernels = "generic";

inline constexpr Prefer kPreferences[] = {Prefer::kSpeed, Prefer::kBalanced, Prefer::kRam,
                                          Prefer::kFlash};
const char* name_of(Prefer prefer);
Prefer preference_named(const std::string& name);

}  // namespace solder::compiler
