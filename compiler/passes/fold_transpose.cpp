#include "compiler/ir/transpose.h"
#include "compiler/passes/passes.h"

namespace solder::compiler {
namespace {

// The weights for an input of shape `from` in the stead of `from` transposed.
Tensor reordered_weights(const Tensor& weights, const Shape& from,
                         std::span<const int32_t> permutation) {
  // With the outputs in the place of the batch, the columns have the transposed input's shape.
  Shape columns = transposed(from, permutation);
  columns.dims[0] = weights.shape.dims[0];
  std::vector<int32_t> inverse(permutation.size());
  for (size_t i = 0; i < permutation.size(); ++i) inverse[permutation[i]] = static_cast<int32_t>(i);
  Tensor result = weights;
  result.data = transposed(weights.data, columns, inverse, size_of(weights.type));
  return result;
}

bool fold(Graph& graph, Operator& dense) {
  if (dense.type != OperatorType::FULLY_CONNECTED || dense.options.keep_dims ||
      dense.input(0) < 0 || !graph.is_constant(dense.input(1)))
    return false;
  const int producer = graph.producer_of(dense.inputs[0]);
  if (producer < 0) return false;
  const Operator& transpose = graph.operators[producer];
  if (transpose.type != OperatorType::TRANSPOSE || transpose.input(0) < 0 ||
      !graph.is_constant(transpose.input(1)))
    return false;
  const Tensor& order = graph.tensors[transpose.inputs[1]];
  const Tensor& input = graph.tensors[transpose.inputs[0]];
  const Shape from = input.shape;
  if (order.type != TensorType::INT32) return false;
  const auto permutation = order.values<int32_t>();
  // The batch must stay where it is, and a row of the weights must be for all the rest.
  if (from.rank < 2 || !is_permutation(permutation, from.rank) || permutation[0] != 0) return false;
  const Tensor& weights = graph.tensors[dense.inputs[1]];
  if (weights.shape.rank != 2 || weights.shape.dims[1] != from.elements() / from.dims[0])
    return false;
  if (weights.quantization.scale.size() > 1 && weights.quantization.axis != 0) return false;
  if (input.quantization != graph.tensors[dense.inputs[0]].quantization) return false;

  Tensor reordered = reordered_weights(weights, from, permutation);
  dense.inputs[0] = transpose.inputs[0];
  dense.inputs[1] = graph.add_tensor(std::move(reordered));
  return true;
}

}  // namespace

bool fold_transpose(Graph& graph) {
  bool changed = false;
  for (Operator& op : graph.operators) changed |= fold(graph, op);
  return changed;
}

}  // namespace solder::compiler
