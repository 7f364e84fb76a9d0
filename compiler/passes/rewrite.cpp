#include "compiler/passes/rewrite.h"

namespace solder::compiler {

bool is_linear_float(const Graph& graph, const Operator& op) {
  if (op.type != OperatorType::CONV_2D && op.type != OperatorType::DEPTHWISE_CONV_2D &&
      op.type != OperatorType::FULLY_CONNECTED)
    return false;
  if (op.options.activation != Activation::NONE || op.outputs.size() != 1) return false;
  const int input = op.input(0), weights = op.input(1), bias = op.input(2);
  const auto is_float = [&](int tensor) {
    return tensor >= 0 && graph.tensors[tensor].type == TensorType::FLOAT32;
  };
  if (!is_float(input) || !is_float(weights) || !is_float(op.outputs[0])) return false;
  if (!graph.is_constant(weights)) return false;
  const Tensor& w = graph.tensors[weights];
  if (w.shape.rank != (op.type == OperatorType::FULLY_CONNECTED ? 2 : 4)) return false;
  if (bias < 0) return true;
  return is_float(bias) && graph.is_constant(bias) &&
         graph.tensors[bias].shape.elements() == w.shape.dims[output_dimension(op, w)];
}

int32_t output_dimension(const Operator& op, const Tensor& weights) {
  return op.type == OperatorType::DEPTHWISE_CONV_2D ? weights.shape.rank - 1 : 0;
}

void scale_outputs(Graph& graph, Operator& op, std::span<const float> factor,
                   std::span<const float> offset) {
  const auto outputs = static_cast<int32_t>(factor.size());
  Tensor weights = graph.tensors[op.inputs[1]];
  const bool is_last = output_dimension(op, weights) != 0;
  const auto values = weights.values<float>();
  const size_t per_output = values.size() / outputs;
  for (size_t i = 0; i < values.size(); ++i)
    values[i] *= factor[is_last ? i % outputs : i / per_output];

  Tensor bias;
  if (op.input(2) >= 0) {
    bias = graph.tensors[op.inputs[2]];
  } else {
    bias = float_constant(weights.name + "/bias", {1, {outputs}}, std::vector<float>(outputs));
    op.inputs.resize(3);
  }
  const auto biases = bias.values<float>();
  for (int32_t i = 0; i < outputs; ++i) biases[i] = factor[i] * biases[i] + offset[i];
  op.inputs[1] = graph.add_tensor(std::move(weights));
  op.inputs[2] = graph.add_tensor(std::move(bias));
}

std::optional<int> sole_producer(const Graph& graph, int tensor) {
  const int producer = graph.producer_of(tensor);
  if (producer < 0 || !graph.has_one_user(tensor)) return std::nullopt;
  return producer;
}

std::optional<int> sole_producer_before_reshapes(const Graph& graph, int tensor) {
  std::optional<int> producer = sole_producer(graph, tensor);
  while (producer && graph.operators[*producer].type == OperatorType::RESHAPE)
    producer = sole_producer(graph, graph.operators[*producer].inputs[0]);
  return producer;
}

bool bypass(Graph& graph, int index, int replacement) {
  const int output = graph.operators[index].outputs[0];
  if (graph.is_output(output)) {
    if (graph.producer_of(replacement) < 0 || graph.is_output(replacement)) return false;
    graph.tensors[replacement].name = graph.tensors[output].name;
  }
  graph.operators.erase(graph.operators.begin() + index);
  graph.replace_uses(output, replacement);
  return true;
}

}  // namespace solder::compiler
