#include <algorithm>

#include "compiler/passes/passes.h"
#include "compiler/passes/rewrite.h"

namespace solder::compiler {
namespace {

// What a float constant adds to each of `channels`, which come last; empty when it adds something
// else.
std::vector<float> channel_offsets(const Tensor& constant, int32_t channels) {
  const auto values = constant.values<float>();
  if (values.size() == 1) return std::vector<float>(channels, values[0]);
  const Shape& shape = constant.shape;
  if (shape.elements() != channels || shape.dims[shape.rank - 1] != channels) return {};
  return {values.begin(), values.end()};
}

// Folds operators[index] when it adds operand `constant_side`, a constant, to a linear operator's
// result.
bool fold(Graph& graph, int index, int constant_side) {
  const Operator& add = graph.operators[index];
  const int constant = add.inputs[constant_side], sum = add.inputs[1 - constant_side];
  if (!graph.is_constant(constant) || sum < 0 ||
      graph.tensors[constant].type != TensorType::FLOAT32)
    return false;
  const auto producer = sole_producer(graph, sum);
  if (!producer || !is_linear_float(graph, graph.operators[*producer])) return false;
  const Shape& shape = graph.tensors[sum].shape;
  if (!(shape == graph.tensors[add.outputs[0]].shape) || shape.rank < 1) return false;

  const Operator& linear = graph.operators[*producer];
  const Tensor& weights = graph.tensors[linear.inputs[1]];
  const int32_t channels = shape.dims[shape.rank - 1];
  if (weights.shape.dims[output_dimension(linear, weights)] != channels) return false;
  const std::vector<float> offsets = channel_offsets(graph.tensors[constant], channels);
  if (offsets.empty()) return false;

  const Activation activation = add.options.activation;
  if (!bypass(graph, index, sum)) return false;
  Operator& target = graph.operators[*producer];
  target.options.activation = activation;
  scale_outputs(graph, target, std::vector<float>(channels, 1.0F), offsets);
  return true;
}

}  // namespace

bool fold_bias_add(Graph& graph) {
  bool changed = false;
  for (int i = 0; i < static_cast<int>(graph.operators.size());) {
    const Operator& op = graph.operators[i];
    const bool is_sum =
        op.type == OperatorType::ADD && op.inputs.size() == 2 && op.outputs.size() == 1;
    if (is_sum && (fold(graph, i, 1) || fold(graph, i, 0)))
      changed = true;
    else
      ++i;
  }
  return changed;
}

}  // namespace solder::compiler
