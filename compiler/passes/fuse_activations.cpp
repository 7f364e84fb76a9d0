#include "compiler/passes/passes.h"
#include "compiler/passes/rewrite.h"

namespace solder::compiler {
namespace {

bool can_fuse(OperatorType type) {
  switch (type) {
    case OperatorType::ADD:
    case OperatorType::AVERAGE_POOL_2D:
    case OperatorType::CONV_2D:
    case OperatorType::DEPTHWISE_CONV_2D:
    case OperatorType::FULLY_CONNECTED:
    case OperatorType::MAX_POOL_2D:
      return true;
    default:
      return false;
  }
}

bool fuse(Graph& graph, int index) {
  const Operator& op = graph.operators[index];
  const Activation activation = clamp_of(op.type);
  if (activation == Activation::NONE || op.inputs.size() != 1 || op.outputs.size() != 1)
    return false;
  const int input = op.inputs[0];
  const auto producer = input >= 0 ? sole_producer_before_reshapes(graph, input) : std::nullopt;
  if (!producer || !can_fuse(graph.operators[*producer].type) ||
      graph.operators[*producer].options.activation != Activation::NONE)
    return false;
  const Tensor& computed = graph.tensors[graph.operators[*producer].outputs[0]];
  const Tensor& before = graph.tensors[input];
  const Tensor& behind = graph.tensors[op.outputs[0]];
  if (computed.type != behind.type || computed.quantization != behind.quantization ||
      before.quantization != behind.quantization || !(before.shape == behind.shape))
    return false;
  if (!bypass(graph, index, input)) return false;
  graph.operators[*producer].options.activation = activation;
  return true;
}

}  // namespace

bool fuse_activations(Graph& graph) {
  bool changed = false;
  for (int i = 0; i < static_cast<int>(graph.operators.size());) {
    if (fuse(graph, i))
      changed = true;
    else
      ++i;
  }
  return changed;
}

}  // namespace solder::compiler
