// Small networks that touch every kind of structure a .tflite has, for tests that go through a
// file's every byte.
#pragma once

#include "compiler/ir/graph.h"

namespace solder::tests {

// CONV_2D, MAX_POOL_2D, RESHAPE, FULLY_CONNECTED, SOFTMAX on a 1x6x6x2 input: FLOAT32, or INT8 or
// INT16 with INT8 weights.
compiler::Graph small_model(TensorType activations);

}  // namespace solder::tests
