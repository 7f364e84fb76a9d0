// How every activation of a full-integer graph is quantized.
#pragma once

#include <span>
#include <vector>

#include "compiler/quantization/range.h"

namespace solder::compiler {

// Per tensor for each FLOAT32 tensor of `graph` as `type`, INT8 or INT16, constants too; empty for
// others. Tensors that operators want alike share what holds all their ranges; outputs in [0, 1)
// have unit_quantization(), and what is moved or pooled of them too. Only a CONCATENATION may be
// left with inputs that differ from its output: those in [0, 1) where others are not.
std::vector<Quantization> activation_quantization(const Graph& graph,
                                                  std::span<const Statistics> statistics,
                                                  RangeMethod method, TensorType type);

}  // namespace solder::compiler
