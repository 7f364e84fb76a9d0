#include "compiler/ir/legacy_uint8.h"

#include <algorithm>

namespace solder::compiler {
namespace {

bool is_quantized(const Tensor& tensor, TensorType type) {
  return tensor.type == type && !tensor.quantization.scale.empty();
}

bool only_changes_type(const Operator& op) {
  return op.type == OperatorType::QUANTIZE || op.type == OperatorType::DEQUANTIZE;
}

template <class Predicate>
bool any_tensor_of(const Graph& graph, const Operator& op, Predicate predicate) {
  const auto fits = [&](int tensor) { return tensor >= 0 && predicate(graph.tensors[tensor]); };
  return std::ranges::any_of(op.inputs, fits) || std::ranges::any_of(op.outputs, fits);
}

bool is_legacy(const Graph& graph) {
  const auto is_int8 = [](const Tensor& tensor) { return tensor.type == TensorType::INT8; };
  const auto is_uint8 = [](const Tensor& tensor) {
    return is_quantized(tensor, TensorType::UINT8);
  };
  return std::ranges::none_of(graph.tensors, is_int8) &&
         std::ranges::any_of(graph.operators, [&](const Operator& op) {
           return !only_changes_type(op) && any_tensor_of(graph, op, is_uint8);
         });
}

void shift(Tensor& tensor, TensorType to) {
  tensor.type = to;
  for (uint8_t& value : tensor.data) value ^= 0x80;
  for (int64_t& zero_point : tensor.quantization.zero_point)
    zero_point += to == TensorType::UINT8 ? 128 : -128;
}

// A UINT8 tensor outside in the stead of `tensor`, which was UINT8 and is INT8 now.
int add_interface(Graph& graph, int tensor) {
  Tensor outside = graph.tensors[tensor];
  shift(outside, TensorType::UINT8);
  graph.tensors[tensor].name += "_int8";
  return graph.add_tensor(std::move(outside));
}

Operator quantize(int from, int to) {
  return {.type = OperatorType::QUANTIZE, .inputs = {from}, .outputs = {to}};
}

}  // namespace

void legacy_uint8_to_int8(Graph& graph) {
  if (!is_legacy(graph)) return;
  std::vector<bool> is_shifted;
  for (Tensor& tensor : graph.tensors) {
    is_shifted.push_back(is_quantized(tensor, TensorType::UINT8));
    if (is_shifted.back()) shift(tensor, TensorType::INT8);
  }
  for (Operator& op : graph.operators)
    op.options.from_uint8 = any_tensor_of(
        graph, op, [](const Tensor& tensor) { return tensor.type == TensorType::INT8; });

  std::vector<Operator> first;
  for (int& input : graph.inputs) {
    if (!is_shifted[input]) continue;
    const int outside = add_interface(graph, input);
    first.push_back(quantize(outside, input));
    input = outside;
  }
  graph.operators.insert(graph.operators.begin(), first.begin(), first.end());
  for (int& output : graph.outputs) {
    if (!is_shifted[output]) continue;
    const int outside = add_interface(graph, output);
    graph.operators.push_back(quantize(output, outside));
    output = outside;
  }
}

void int8_to_legacy_uint8(Graph& graph) {
  const auto is_from_uint8 = [](const Operator& op) { return op.options.from_uint8; };
  if (std::ranges::none_of(graph.operators, is_from_uint8)) return;
  for (Tensor& tensor : graph.tensors)
    if (is_quantized(tensor, TensorType::INT8)) shift(tensor, TensorType::UINT8);

  // What was a shift by 128 is nothing now.
  for (size_t i = 0; i < graph.operators.size();) {
    const Operator& op = graph.operators[i];
    const int from = op.inputs[0], to = op.outputs[0];
    const Tensor &a = graph.tensors[from], &b = graph.tensors[to];
    if (op.type != OperatorType::QUANTIZE || a.type != b.type || a.quantization != b.quantization) {
      ++i;
      continue;
    }
    const int producer = graph.producer_of(from);
    if (graph.is_output(to) && producer < 0) {
      ++i;  // an input cannot be handed out again
      continue;
    }
    graph.operators.erase(graph.operators.begin() + static_cast<ptrdiff_t>(i));
    if (graph.is_output(to)) {
      std::ranges::replace(graph.operators[static_cast<size_t>(producer)].outputs, from, to);
      graph.replace_uses(from, to);
    } else {
      graph.replace_uses(to, from);
    }
  }
  remove_dead_code(graph);
}

}  // namespace solder::compiler
