// Models of TensorFlow 1.x are quantized to UINT8, weights with zero points too. They are computed
// as INT8: every value and zero point less 128, which changes no sum; Options::from_uint8 tells
// kernels what the old ones rounded otherwise.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/error.h"
#include "runtime/kernels/operator.h"

namespace solder {

// Makes the quantized UINT8 tensors of such a graph INT8, constants in permanent memory; inputs and
// outputs stay UINT8, with a QUANTIZE behind and before them. Leaves graphs alone that are UINT8 in
// no more than QUANTIZE and DEQUANTIZE, or that have INT8 tensors too.
Error legacy_uint8_to_int8(Arena& memory, GraphView& graph);

}  // namespace solder
