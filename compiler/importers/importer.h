// Reads a model in any supported format.
#pragma once

#include <filesystem>

#include "compiler/ir/graph.h"

namespace solder::compiler {

// The format is told by content, not by name: .tflite, ONNX, Keras .h5 or .keras. Throws
// ModelError, naming the file, when it is missing, unreadable, empty, of another format or not
// importable.
Graph import_model(const std::filesystem::path& path);

}  // namespace solder::compiler
