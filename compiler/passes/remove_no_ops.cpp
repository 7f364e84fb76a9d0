#include "compiler/ir/transpose.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/rewrite.h"

namespace solder::compiler {
namespace {

// The constant permutation of a TRANSPOSE, empty when there is none that fits.
std::vector<int32_t> permutation_of(const Graph& graph, const Operator& op) {
  if (op.type != OperatorType::TRANSPOSE || !graph.is_constant(op.input(1))) return {};
  const Tensor& order = graph.tensors[op.inputs[1]];
  if (order.type != TensorType::INT32) return {};
  const auto values = order.values<int32_t>();
  if (!is_permutation(values, graph.tensors[op.inputs[0]].shape.rank)) return {};
  return {values.begin(), values.end()};
}

bool moves_only(const Graph& graph, const Operator& op) {
  if (op.type != OperatorType::RESHAPE && op.type != OperatorType::TRANSPOSE) return false;
  if (op.input(0) < 0 || op.outputs.size() != 1) return false;
  const Tensor& from = graph.tensors[op.inputs[0]];
  const Tensor& to = graph.tensors[op.outputs[0]];
  return from.type == to.type && from.quantization == to.quantization &&
         from.shape.elements() == to.shape.elements();
}

void make_reshape(Graph& graph, Operator& op) {
  const Tensor& to = graph.tensors[op.outputs[0]];
  const int dims = graph.add_tensor(
      int32_constant(to.name + "/shape", {to.shape.dims, static_cast<size_t>(to.shape.rank)}));
  op = {.type = OperatorType::RESHAPE, .inputs = {op.inputs[0], dims}, .outputs = op.outputs};
}

// A TRANSPOSE that moves no element, as a RESHAPE.
bool simplify_transpose(Graph& graph, Operator& op) {
  const std::vector<int32_t> permutation = permutation_of(graph, op);
  const Shape shape = graph.tensors[op.inputs[0]].shape;
  if (permutation.empty() || !keeps_memory_order(shape, permutation)) return false;
  make_reshape(graph, op);
  return true;
}

// An operator that reads what one of its kind made reads that one's input instead.
bool skip_previous(Graph& graph, Operator& op) {
  const int producer = graph.producer_of(op.inputs[0]);
  if (producer < 0) return false;
  const Operator& previous = graph.operators[producer];
  if (!moves_only(graph, previous) || previous.type != op.type) return false;
  if (op.type == OperatorType::RESHAPE) {
    op.inputs[0] = previous.inputs[0];
    return true;
  }
  const std::vector<int32_t> first = permutation_of(graph, previous);
  std::vector<int32_t> both = permutation_of(graph, op);
  if (both.empty() || first.size() != both.size()) return false;
  for (int32_t& from : both) from = first[from];
  const int input = previous.inputs[0];
  const std::string name = graph.tensors[op.outputs[0]].name + "/permutation";
  op.inputs = {input, graph.add_tensor(int32_constant(name, both))};
  return true;
}

// A FULLY_CONNECTED reads its input as rows of elements, whatever its shape.
bool skip_flattening(Graph& graph, Operator& op) {
  if (op.type != OperatorType::FULLY_CONNECTED || op.options.keep_dims || op.input(0) < 0)
    return false;
  const int producer = graph.producer_of(op.inputs[0]);
  if (producer < 0) return false;
  const Operator& reshape = graph.operators[producer];
  if (reshape.type != OperatorType::RESHAPE || !moves_only(graph, reshape)) return false;
  if (graph.tensors[reshape.inputs[0]].shape.rank < 2) return false;
  op.inputs[0] = reshape.inputs[0];
  return true;
}

bool is_no_op(const Graph& graph, const Operator& op) {
  return op.type == OperatorType::RESHAPE &&
         graph.tensors[op.inputs[0]].shape == graph.tensors[op.outputs[0]].shape;
}

}  // namespace

bool remove_no_ops(Graph& graph) {
  bool changed = false;
  for (size_t i = 0; i < graph.operators.size();) {
    Operator& op = graph.operators[i];
    changed |= skip_flattening(graph, op);
    if (!moves_only(graph, op)) {
      ++i;
      continue;
    }
    while (skip_previous(graph, op)) changed = true;
    changed |= simplify_transpose(graph, op);
    while (skip_previous(graph, op)) changed = true;
    if (is_no_op(graph, op) && bypass(graph, static_cast<int>(i), op.inputs[0]))
      changed = true;
    else
      ++i;
  }
  return changed;
}

}  // namespace solder::compiler
