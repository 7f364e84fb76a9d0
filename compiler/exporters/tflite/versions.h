// Versions of TensorFlow Lite's operators.
#pragma once

#include "compiler/ir/graph.h"

namespace solder::compiler {

// The lowest version of `op` whose TensorFlow Lite kernel takes these types, ranks and options.
int32_t operator_version(const Graph& graph, const Operator& op);

}  // namespace solder::compiler
