// Prints a plan as C++: constants for the linker to put in flash, a header for C and C++ callers.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/planning/executable.h"

namespace solder::compiler {

struct CppModel {
  std::string header;            // NAME.h
  std::string source;            // NAME.cpp
  uint32_t constants_bytes = 0;  // weights, biases and tables
  uint32_t arena_bytes = 0;      // activations and scratch
};

// `name` becomes the C++ namespace and the prefix of the C functions; `origin` is named in a
// comment. Throws ModelError when `name` is no C identifier in lower case.
CppModel export_cpp(const Executable& executable, const std::string& name,
                    const std::string& origin);

}  // namespace solder::compiler
