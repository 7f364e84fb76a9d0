// Writes a .tflite file (schema version 3).
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ir/graph.h"

namespace solder::compiler {

// A file that TensorFlow Lite loads too: buffers at multiples of 16 bytes, each operator in the
// lowest version that has what it uses. Equal graphs give equal bytes. `graph` passes validate();
// importing the result gives `graph` back.
std::vector<uint8_t> export_tflite(const Graph& graph);

}  // namespace solder::compiler
