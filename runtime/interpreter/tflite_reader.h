// Reads a .tflite into graph views, in place. Nothing in the file is trusted: after success every
// index is in range, every constant has the bytes its shape and type ask for and is aligned to its
// element, and every name ends. What operators mean is for preparation to check.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/error.h"
#include "runtime/kernels/operator.h"

namespace solder {

// The views refer to the file and to temporary memory of `memory`.
Error read_tflite(const void* tflite, size_t bytes, Arena& memory, GraphView& graph);

}  // namespace solder
