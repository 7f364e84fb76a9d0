// How every activation of a full-integer graph is quantized.
#pragma once

#include <span>
#include <vector>

#include "compiler/quantization/range.h"

namespace solder::compiler {

// Per tensor for each FLOAT32 tensor of `graph` as `type`, INT8 or INT16, constants too; empty for
// others. Tensors that operators want alike share what holds all their ranges; some outputs have
// fixed_quantization(), and what is moved or pooled of them too. Operators that select among
// several inputs may be left with some that differ from their output: fixed ones where others are
// not so.
std::vector<Quantization> activation_quantization(const Graph& graph,
                                                  std::span<const Statistics> statistics,
                                                  RangeMethod method, TensorType type);

}  // namespace solder::compiler
