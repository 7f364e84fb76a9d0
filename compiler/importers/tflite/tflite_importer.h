// Reads a .tflite file (schema version 3).
#pragma once

#include <cstdint>
#include <span>

#include "compiler/ir/graph.h"

namespace solder::compiler {

// The graph in `bytes`, which need no alignment and are not kept. The result passes validate().
// Throws ModelError for anything else than a whole .tflite of one subgraph whose operators are
// known and whose types and shapes the runtime can hold; safe on any bytes.
Graph import_tflite(std::span<const uint8_t> bytes);

}  // namespace solder::compiler
