// Quantization of weights alone, TensorFlow Lite's "dynamic range": a quarter of the size, without
// calibration.
#pragma once

#include "compiler/ir/graph.h"

namespace solder::compiler {

// `graph` with the FLOAT32 weights of CONV_2D and DEPTHWISE_CONV_2D as INT8 with a scale for each
// output channel, those of FULLY_CONNECTED with one scale. Activations and biases stay FLOAT32.
// Throws ModelError when the graph is quantized already.
Graph quantize_dynamic_range(const Graph& graph);

}  // namespace solder::compiler
