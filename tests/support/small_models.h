// Small networks that touch every kind of structure a .tflite has, for tests that go through a
// file's every byte.
#pragma once

#include "compiler/ir/graph.h"

namespace solder::tests {

// CONV_2D, MAX_POOL_2D, RESHAPE, FULLY_CONNECTED, SOFTMAX on a 1x6x6x2 input.
compiler::Graph small_float_model();
compiler::Graph small_int8_model();

}  // namespace solder::tests
