// Operators on values of any layout.
#pragma once

#include "compiler/importers/onnx/node.h"

namespace solder::compiler {

// Each of these emits operators, whose outputs are called as the node's output and `suffix`, and
// returns the result, which has no name among the builder's values. Floats only.

Value unary(const Node& node, OperatorType type, Value& x, const char* suffix = "");
// With broadcasting in ONNX's order of dimensions.
Value binary(const Node& node, OperatorType type, Value& a, Value& b, const char* suffix = "");

}  // namespace solder::compiler
