// A prepared model to the two files that a firmware is built with.
#pragma once

#include <filesystem>
#include <string>

#include "compiler/exporters/cpp/cpp_exporter.h"
#include "compiler/planning/target.h"

namespace solder::compiler {

// A file's name as an identifier: "my-model.v2.tflite" -> "my_model_v2".
std::string identifier_from(const std::filesystem::path& model);

// Writes NAME.h and NAME.cpp into `folder`, unless they are as they should be already. Throws
// ModelError when the model does not fit into `target`, std::runtime_error when a file cannot be
// written.
CppModel write_cpp(const Executable& executable, const std::string& name, const std::string& origin,
                   const Target& target, const std::filesystem::path& folder);

}  // namespace solder::compiler
