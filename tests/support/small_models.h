// Small networks that touch every kind of structure a .tflite has, for tests that go through a
// file's every byte.
#pragma once

#include "compiler/ir/graph.h"

namespace solder::tests {

// CONV_2D, MAX_POOL_2D, RESHAPE, FULLY_CONNECTED, SOFTMAX on a 1x6x6x2 input: FLOAT32, or INT8 or
// INT16 with INT8 weights.
compiler::Graph small_model(TensorType activations);

// Reads an image of 28 rows as 28 times: an LSTM or a GRU of 16 units, unrolled, FULLY_CONNECTED to
// ten classes, SOFTMAX. Weights are noise, as large as a trained network's.
enum class Recurrent { kLstm, kGru };
compiler::Graph recurrent_model(Recurrent kind);

}  // namespace solder::tests
