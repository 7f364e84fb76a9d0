// What a graph costs before any machine is named: multiply-accumulates and parameters.
#pragma once

#include "compiler/ir/graph.h"

namespace solder::compiler {

// Multiply-accumulates of convolutions (transposed ones too) and fully-connected layers, taps
// in the padding included; 0 for other operators.
int64_t macs(const Graph& graph, const Operator& op);
int64_t macs(const Graph& graph);

// Elements and bytes of the constants of float and quantized type (weights and biases).
struct Parameters {
  int64_t count = 0;
  int64_t bytes = 0;
};
Parameters parameters(const Graph& graph);

}  // namespace solder::compiler
