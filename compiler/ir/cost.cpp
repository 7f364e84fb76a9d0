#include "compiler/ir/cost.h"

#include <set>

namespace solder::compiler {
namespace {

const Shape& shape_of(const Graph& graph, int tensor) {
  return graph.tensors[static_cast<size_t>(tensor)].shape;
}

}  // namespace

int64_t macs(const Graph& graph, const Operator& op) {
  const bool is_convolution = op.type == OperatorType::CONV_2D ||
                              op.type == OperatorType::DEPTHWISE_CONV_2D ||
                              op.type == OperatorType::TRANSPOSE_CONV;
  if (!is_convolution && op.type != OperatorType::FULLY_CONNECTED) return 0;
  if (op.input(1) < 0 || op.outputs.empty()) return 0;
  const Shape& filter = shape_of(graph, op.input(1));
  const int64_t outputs = shape_of(graph, op.outputs[0]).elements();
  if (op.type == OperatorType::FULLY_CONNECTED)
    return filter.rank == 2 ? outputs * filter.dims[1] : 0;
  if (filter.rank != 4) return 0;
  const int64_t taps = int64_t{filter.dims[1]} * filter.dims[2];
  // Every input element meets every tap.
  if (op.type == OperatorType::TRANSPOSE_CONV)
    return op.input(2) < 0 ? 0 : shape_of(graph, op.input(2)).elements() * taps * filter.dims[0];
  return outputs * taps * (op.type == OperatorType::CONV_2D ? filter.dims[3] : 1);
}

int64_t macs(const Graph& graph) {
  int64_t total = 0;
  for (const Operator& op : graph.operators) total += macs(graph, op);
  return total;
}

namespace {

bool has_parameters(OperatorType type) {
  switch (type) {
    case OperatorType::ADD:
    case OperatorType::CONV_2D:
    case OperatorType::DEPTHWISE_CONV_2D:
    case OperatorType::DIV:
    case OperatorType::FULLY_CONNECTED:
    case OperatorType::MUL:
    case OperatorType::PRELU:
    case OperatorType::SUB:
    case OperatorType::TRANSPOSE_CONV:
      return true;
    default:
      return false;
  }
}

}  // namespace

Parameters parameters(const Graph& graph) {
  std::set<int> weights;
  for (const Operator& op : graph.operators) {
    if (!has_parameters(op.type)) continue;
    // The first input of TRANSPOSE_CONV is a shape.
    for (size_t i = op.type == OperatorType::TRANSPOSE_CONV ? 1 : 0; i < op.inputs.size(); ++i)
      if (graph.is_constant(op.inputs[i])) weights.insert(op.inputs[i]);
  }
  Parameters sum;
  for (const int tensor : weights) {
    sum.count += shape_of(graph, tensor).elements();
    sum.bytes += graph.tensors[static_cast<size_t>(tensor)].bytes();
  }
  return sum;
}

}  // namespace solder::compiler
