#include <cstring>

#include "compiler/ir/transpose.h"
#include "compiler/passes/passes.h"

namespace solder::compiler {
namespace {

bool is_transpose_of(const Graph& graph, const Operator& op, const Tensor& to) {
  const Tensor& from = graph.tensors[op.inputs[0]];
  if (!graph.is_constant(op.input(1))) return false;
  const Tensor& order = graph.tensors[op.inputs[1]];
  if (order.type != TensorType::INT32) return false;
  const auto permutation = order.values<int32_t>();
  return is_permutation(permutation, from.shape.rank) &&
         transposed(from.shape, permutation) == to.shape;
}

// The float constant `from` with zeros around it; empty unless `paddings` leads to `shape`.
std::vector<uint8_t> padded(const Tensor& from, const Tensor& paddings, const Shape& shape) {
  const int32_t rank = from.shape.rank;
  if (paddings.type != TensorType::INT32 || paddings.shape.elements() != 2 * rank ||
      shape.rank != rank || from.type != TensorType::FLOAT32)
    return {};
  const auto amounts = paddings.values<int32_t>();
  for (int32_t i = 0; i < rank; ++i)
    if (amounts[2 * i] < 0 || amounts[2 * i + 1] < 0 ||
        int64_t{from.shape.dims[i]} + amounts[2 * i] + amounts[2 * i + 1] != shape.dims[i])
      return {};

  const auto source = from.values<float>();
  std::vector<uint8_t> data(shape.elements() * sizeof(float));
  for (int64_t i = 0; i < static_cast<int64_t>(source.size()); ++i) {
    int64_t rest = i, target = 0, stride = 1;
    for (int32_t d = rank; d-- > 0;) {
      target += (rest % from.shape.dims[d] + amounts[2 * d]) * stride;
      rest /= from.shape.dims[d];
      stride *= shape.dims[d];
    }
    std::memcpy(&data[target * sizeof(float)], &source[i], sizeof(float));
  }
  return data;
}

// The elements of the only output of `op`, empty when it cannot be folded.
std::vector<uint8_t> evaluate(const Graph& graph, const Operator& op) {
  if (op.outputs.size() != 1 || !graph.is_constant(op.input(0))) return {};
  const Tensor& from = graph.tensors[op.inputs[0]];
  const Tensor& to = graph.tensors[op.outputs[0]];
  if (from.type != to.type || from.quantization != to.quantization ||
      from.quantization.scale.size() > 1)
    return {};
  switch (op.type) {
    case OperatorType::RESHAPE:
      return from.shape.elements() == to.shape.elements() ? from.data : std::vector<uint8_t>();
    case OperatorType::TRANSPOSE:
      if (!is_transpose_of(graph, op, to)) return {};
      return transposed(from.data, from.shape, graph.tensors[op.inputs[1]].values<int32_t>(),
                        size_of(from.type));
    case OperatorType::PAD:
      if (!graph.is_constant(op.input(1))) return {};
      return padded(from, graph.tensors[op.inputs[1]], to.shape);
    default:
      return {};
  }
}

}  // namespace

bool fold_constants(Graph& graph) {
  bool changed = false;
  for (size_t i = 0; i < graph.operators.size();) {
    const Operator& op = graph.operators[i];
    std::vector<uint8_t> data = evaluate(graph, op);
    if (data.empty() || graph.is_output(op.outputs[0])) {
      ++i;
      continue;
    }
    graph.tensors[op.outputs[0]].data = std::move(data);
    graph.operators.erase(graph.operators.begin() + i);
    changed = true;
  }
  return changed;
}

}  // namespace solder::compiler
