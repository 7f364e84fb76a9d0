// Cross-layer equalisation (Nagel et al., "Data-Free Quantization Through Weight Equalization and
// Bias Correction", 2019, section 4.1): what one layer multiplies a channel by, the next divides
// by, so that both have weights of like size. Channels then differ less among each other, which is
// what one scale for all of them asks for.
#pragma once

#include "compiler/ir/graph.h"

namespace solder::compiler {

// `graph`, FLOAT32, with the channels rescaled between every two weighted layers that have nothing
// between them but RELU, pools and RESHAPE. Factors are powers of two: results stay the same bit
// for bit, unless they are denormal.
Graph equalize(const Graph& graph);

}  // namespace solder::compiler
