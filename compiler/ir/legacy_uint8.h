// Models of TensorFlow 1.x and of early quantization-aware training are quantized to UINT8, per
// tensor, with zero points that weights have too. Solder computes them as INT8: every value and
// every zero point less 128, which changes no sum. Where the old UINT8 kernels round in another way
// than those of INT8, Options::from_uint8 says so.
#pragma once

#include "compiler/ir/graph.h"

namespace solder::compiler {

// Makes the quantized UINT8 tensors of such a graph INT8; its inputs and outputs stay UINT8, with a
// QUANTIZE behind and before them. Leaves graphs alone that are UINT8 in no more than QUANTIZE and
// DEQUANTIZE, or that have INT8 tensors too.
void legacy_uint8_to_int8(Graph& graph);

// The way back, for formats whose INT8 weights have no zero points. Other graphs stay as they are.
void int8_to_legacy_uint8(Graph& graph);

}  // namespace solder::compiler
