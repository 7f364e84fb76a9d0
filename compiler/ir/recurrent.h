// Recurrent layers, unrolled over their time steps into operators that every precision and both
// doors have. All steps share the constants of the weights.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compiler/ir/graph_builder.h"

namespace solder::compiler {

// A function of each element; the result has the name. Empty: the elements themselves.
using ElementFunction = std::function<int(GraphBuilder&, int x, const std::string& name)>;

// weights [outputs, inputs], row-major, and bias [outputs].
struct DenseWeights {
  std::vector<float> weights = {}, bias = {};
};

// Gates are rows of blocks of `units`, in the order of the names below; f, g and h are the gates'
// function and those of the candidate and of the output.

// input, forget, cell and output gate:
//   c = forget * c + input * cell, h = output * h(c)
struct LstmWeights {
  DenseWeights input, recurrent;
  ElementFunction f, g, h;
};

// update and reset gate, and the candidate:
//   h = update * h + (1 - update) * candidate
// The reset gate multiplies h before the candidate's recurrent weights, or what they make of it.
struct GruWeights {
  DenseWeights input_gates, recurrent_gates, input_candidate, recurrent_candidate;
  bool reset_after = false;
  ElementFunction f, g;
};

// h = f(input + recurrent)
struct RnnWeights {
  DenseWeights input, recurrent;
  ElementFunction f;
};

struct RecurrentLayer {
  std::string name;
  int x = -1;             // [batch, time, inputs] or [time, batch, inputs]
  int32_t time_axis = 1;  // or 0
  int32_t units = 0;
  bool is_backwards = false;  // from the last time to the first
  int h = -1, c = -1;         // [batch, units] before the first step; -1: zeros
};

struct RecurrentResult {
  std::vector<int> h;            // [batch, units] after each time, in the input's order
  int last_h = -1, last_c = -1;  // after the last step; c of an LSTM alone
};

// These throw ModelError, naming the layer, when it has more than 1024 time steps.
RecurrentResult unroll(GraphBuilder& builder, const RecurrentLayer& layer,
                       const LstmWeights& weights);
RecurrentResult unroll(GraphBuilder& builder, const RecurrentLayer& layer,
                       const GruWeights& weights);
RecurrentResult unroll(GraphBuilder& builder, const RecurrentLayer& layer,
                       const RnnWeights& weights);

}  // namespace solder::compiler
