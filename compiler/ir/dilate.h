// Dilated filters for operators that know no dilation.
#pragma once

#include "compiler/ir/graph.h"

namespace solder::compiler {

// A FLOAT32 filter [outputs, height, width, inputs] with its taps `rows` and `columns` apart, and
// zeros between. Throws ModelError when that is too large.
Tensor dilated(const Tensor& filter, int64_t rows, int64_t columns);

}  // namespace solder::compiler
