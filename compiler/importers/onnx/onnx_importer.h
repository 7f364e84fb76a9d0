// Reads an ONNX model (opset 9 to 18).
#pragma once

#include <cstdint>
#include <span>

#include "compiler/ir/graph.h"

namespace solder::compiler {

// The float32 graph in `bytes`, channels-last: inputs and outputs of rank 4, NCHW in ONNX, are
// NHWC in the graph; only one that the model itself transposes from NHWC (an input) or to NHWC (an
// output) stays as it is. An unknown batch size becomes 1; all other sizes must be fixed. The
// result passes validate() and profits much from run_passes(). Throws ModelError naming the node
// for whatever is not supported; safe on any bytes.
Graph import_onnx(std::span<const uint8_t> bytes);

}  // namespace solder::compiler
