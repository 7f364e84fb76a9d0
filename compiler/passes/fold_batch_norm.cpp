#include <algorithm>

#include "compiler/passes/passes.h"
#include "compiler/passes/rewrite.h"

namespace solder::compiler {
namespace {

// y[c] = factor[c] * x[c] + offset[c]
bool is_channel_scaling(const Graph& graph, const Operator& op) {
  if (op.type != OperatorType::DEPTHWISE_CONV_2D || !is_linear_float(graph, op)) return false;
  const Shape& x = graph.tensors[op.inputs[0]].shape;
  const Shape& w = graph.tensors[op.inputs[1]].shape;
  return x.rank == 4 && w == Shape{4, {1, 1, 1, x.dims[3]}} && op.options.stride_h == 1 &&
         op.options.stride_w == 1 && graph.tensors[op.outputs[0]].shape == x;
}

// The linear operator whose result reaches `tensor`, and nothing else, with its channels last:
// directly or through a RESHAPE that keeps them.
std::optional<int> linear_producer(const Graph& graph, int tensor) {
  const Shape& shape = graph.tensors[tensor].shape;
  const int32_t channels = shape.dims[shape.rank - 1];
  const std::optional<int> producer = sole_producer_before_reshapes(graph, tensor);
  if (!producer || !is_linear_float(graph, graph.operators[*producer])) return std::nullopt;
  const Operator& op = graph.operators[*producer];
  const Shape& result = graph.tensors[op.outputs[0]].shape;
  const Tensor& weights = graph.tensors[op.inputs[1]];
  if (result.rank < 1 || result.dims[result.rank - 1] != channels ||
      weights.shape.dims[output_dimension(op, weights)] != channels)
    return std::nullopt;
  return producer;
}

}  // namespace

bool fold_batch_norm(Graph& graph) {
  bool changed = false;
  for (size_t i = 0; i < graph.operators.size();) {
    const Operator& op = graph.operators[i];
    const auto producer =
        is_channel_scaling(graph, op) ? linear_producer(graph, op.inputs[0]) : std::nullopt;
    if (!producer) {
      ++i;
      continue;
    }
    const auto factor = graph.tensors[op.inputs[1]].values<float>();
    const std::vector<float> factors(factor.begin(), factor.end());
    std::vector<float> offsets(factors.size());
    if (op.input(2) >= 0)
      std::ranges::copy(graph.tensors[op.inputs[2]].values<float>(), offsets.begin());
    const int input = op.inputs[0];
    if (!bypass(graph, static_cast<int>(i), input)) {
      ++i;
      continue;
    }
    scale_outputs(graph, graph.operators[*producer], factors, offsets);
    changed = true;
  }
  return changed;
}

}  // namespace solder::compiler
