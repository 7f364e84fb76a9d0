// A graph as text, for people and tests.
#pragma once

#include <string>

#include "compiler/ir/graph.h"

namespace solder::compiler {

// First the inputs, then a line per operator with what it reads and writes, then the outputs:
//   input %0 'image' FLOAT32 1x28x28x1
//   0 CONV_2D {VALID stride 1x1 RELU}: %0, %1 'w' FLOAT32 8x3x3x1 const [-0.5, 0.25],
//     %2 'b' FLOAT32 1 {0.125} -> %3 'y' FLOAT32 1x26x26x8                 (all on one line)
//   output %3
// Constants of up to 8 elements show their values, larger ones their range.
std::string dump(const Graph& graph);

}  // namespace solder::compiler
