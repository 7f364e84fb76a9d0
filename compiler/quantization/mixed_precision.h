// A precision for each layer: what one costs, and which to keep in more than INT8.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "compiler/ir/graph.h"

namespace solder::compiler {

// Indices of the operators with weights: the layers that a precision is chosen for.
std::vector<size_t> layers_of(const Graph& graph);

// The precision of every operator, as FullIntegerOptions has them: that of each layer in `layers`,
// `others` for the other layers, and for operators without weights that of what they read.
std::vector<TensorType> spread_precisions(const Graph& graph,
                                          const std::map<size_t, TensorType>& layers,
                                          TensorType others);

// What is lost with these precisions of every operator, in any unit, less being better.
using Loss = std::function<double(const std::vector<TensorType>&)>;

struct LayerCost {
  size_t layer;        // index of the operator
  double int8, int16;  // the loss with this layer alone in that precision, the others FLOAT32
};
// Calls `loss` twice for each layer; `progress` gets how many layers are done.
std::vector<LayerCost> layer_costs(const Graph& graph, const Loss& loss,
                                   const std::function<void(size_t)>& progress = {});

struct MixedPrecision {
  std::map<size_t, TensorType> layers;  // of every layer
  double loss;
};
// Raises layers from INT8, the dearest first: all to INT16 one by one, then to FLOAT32. Finds by
// bisection after which of them the loss is within `budget`; when it never is, everything is
// FLOAT32 and the loss is more than that.
MixedPrecision choose_precisions(const Graph& graph, std::vector<LayerCost> costs, double budget,
                                 const Loss& loss);

}  // namespace solder::compiler
