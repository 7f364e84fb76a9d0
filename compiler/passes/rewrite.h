// What several passes ask and do.
#pragma once

#include <optional>
#include <span>

#include "compiler/ir/graph.h"

namespace solder::compiler {

// CONV_2D, DEPTHWISE_CONV_2D or FULLY_CONNECTED with a float input, constant float weights
// (input 1), constant float or no bias (input 2), and no fused activation: sum(w * x) + b.
bool is_linear_float(const Graph& graph, const Operator& op);

// The dimension of the weights of such an operator that counts its outputs.
int32_t output_dimension(const Operator& op, const Tensor& weights);

// Replaces the weights w and the bias b of such an operator by factor * w and factor * b + offset,
// with one factor and one offset for each output, under names that tell where they come from. Other
// operators may go on sharing the old constants.
void scale_outputs(Graph& graph, Operator& op, std::span<const float> factor,
                   std::span<const float> offset);

// Index of the operator that computes `tensor`, when nothing else reads it and it is no output of
// the graph.
std::optional<int> sole_producer(const Graph& graph, int tensor);
// The same, but of what RESHAPEs, which move nothing, made `tensor` of.
std::optional<int> sole_producer_before_reshapes(const Graph& graph, int tensor);

// Removes operators[index], whose only output is equal in elements to `replacement`. When that
// output is one of the graph's, its name moves to `replacement`. False, and nothing is done, when
// an output of the graph would then be an input, a constant, or another output as well.
bool bypass(Graph& graph, int index, int replacement);

}  // namespace solder::compiler
