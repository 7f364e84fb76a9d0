#include <fmt/format.h>

#include <cmath>

#include "compiler/ir/graph.h"

namespace solder::compiler {
namespace {

std::string describe(const Graph& graph, int tensor) {
  return fmt::format("tensor {} '{}'", tensor, graph.tensors[tensor].name);
}

std::string describe_operator(const Graph& graph, size_t index) {
  const char* name = operator_name(graph.operators[index].type);
  return fmt::format("operator {} {}", index, name ? name : "of unknown type");
}

void check_quantization(const Tensor& tensor, const std::string& where) {
  const Quantization& q = tensor.quantization;
  if (q.scale.size() != q.zero_point.size())
    throw ModelError(fmt::format("{}: {} quantization scales but {} zero points", where,
                                 q.scale.size(), q.zero_point.size()));
  if (q.scale.size() > 1) {
    if (q.axis < 0 || q.axis >= tensor.shape.rank ||
        q.scale.size() != static_cast<size_t>(tensor.shape.dims[q.axis]))
      throw ModelError(fmt::format("{}: {} quantization scales do not match axis {} of {}", where,
                                   q.scale.size(), q.axis, to_string(tensor.shape)));
  }
  for (const float scale : q.scale)
    if (!std::isfinite(scale) || scale < 0)
      throw ModelError(fmt::format("{}: quantization scale {}", where, scale));
}

void check_tensor(const Tensor& tensor, const std::string& where) {
  if (tensor.shape.rank < 0 || tensor.shape.rank > kMaxRank)
    throw ModelError(fmt::format("{}: rank {}", where, tensor.shape.rank));
  std::vector<int64_t> dims(tensor.shape.dims, tensor.shape.dims + tensor.shape.rank);
  make_shape(dims, where);
  if (size_of(tensor.type) == 0)
    throw ModelError(fmt::format("{}: type {} is not supported", where, type_name(tensor.type)));
  if (tensor.bytes() > kMaxTensorBytes)
    throw ModelError(fmt::format("{}: more than {} bytes", where, kMaxTensorBytes));
  if (tensor.is_constant() && static_cast<int64_t>(tensor.data.size()) != tensor.bytes())
    throw ModelError(fmt::format("{}: {} bytes of data, {} {} takes {}", where, tensor.data.size(),
                                 type_name(tensor.type), to_string(tensor.shape), tensor.bytes()));
  check_quantization(tensor, where);
}

}  // namespace

void validate(const Graph& graph) {
  const auto exists = [&](int tensor) {
    return tensor >= 0 && static_cast<size_t>(tensor) < graph.tensors.size();
  };
  for (size_t i = 0; i < graph.tensors.size(); ++i)
    check_tensor(graph.tensors[i], describe(graph, static_cast<int>(i)));

  std::vector<bool> has_value(graph.tensors.size());
  for (size_t i = 0; i < graph.tensors.size(); ++i) has_value[i] = graph.tensors[i].is_constant();

  for (const int input : graph.inputs) {
    if (!exists(input)) throw ModelError(fmt::format("input tensor {} does not exist", input));
    if (has_value[input])
      throw ModelError(describe(graph, input) + " is an input twice, or a constant input");
    has_value[input] = true;
  }
  for (size_t i = 0; i < graph.operators.size(); ++i) {
    const Operator& op = graph.operators[i];
    const std::string where = describe_operator(graph, i);
    if (operator_name(op.type) == nullptr)
      throw ModelError(fmt::format("{} {}", where, static_cast<int>(op.type)));
    if (op.input(0) == -1 || op.outputs.empty())
      throw ModelError(where + " has no input or no output");
    for (const int input : op.inputs) {
      if (input == -1) continue;
      if (!exists(input))
        throw ModelError(fmt::format("{} reads tensor {}, which does not exist", where, input));
      if (!has_value[input])
        throw ModelError(
            fmt::format("{} reads {} before it is computed", where, describe(graph, input)));
    }
    for (const int output : op.outputs) {
      if (!exists(output))
        throw ModelError(fmt::format("{} writes tensor {}, which does not exist", where, output));
      if (has_value[output])
        throw ModelError(
            fmt::format("{} writes {}, which has a value already", where, describe(graph, output)));
      has_value[output] = true;
    }
  }
  for (const int output : graph.outputs) {
    if (!exists(output)) throw ModelError(fmt::format("output tensor {} does not exist", output));
    if (!has_value[output])
      throw ModelError(describe(graph, output) + " is an output that nothing computes");
  }
}

}  // namespace solder::compiler
