#include "compiler/ir/graph_builder.h"

#include "compiler/ir/transpose.h"

namespace solder::compiler {

int GraphBuilder::emit(OperatorType type, std::vector<int> inputs, const std::string& name,
                       const Shape& shape, const Options& options) {
  const int output = graph_.add_tensor({.name = name, .shape = shape});
  graph_.operators.push_back(
      {.type = type, .inputs = std::move(inputs), .outputs = {output}, .options = options});
  return output;
}

int GraphBuilder::emit_reshape(int tensor, const std::string& name, const Shape& shape) {
  const int dims =
      graph_.add_tensor(int32_constant(name + "/shape", {shape.dims, size_t(shape.rank)}));
  return emit(OperatorType::RESHAPE, {tensor, dims}, name, shape);
}

int GraphBuilder::emit_transpose(int tensor, const std::string& name,
                                 std::span<const int32_t> permutation) {
  const Shape from = graph_.tensors[tensor].shape;
  const Shape to = transposed(from, permutation);
  if (keeps_memory_order(from, permutation)) return emit_reshape(tensor, name, to);
  const int order = graph_.add_tensor(int32_constant(name + "/permutation", permutation));
  return emit(OperatorType::TRANSPOSE, {tensor, order}, name, to);
}

int GraphBuilder::emit_pad(int tensor, const std::string& name, std::span<const int32_t> padding) {
  const Shape from = graph_.tensors[tensor].shape;
  std::vector<int64_t> dims;
  for (int32_t i = 0; i < from.rank; ++i)
    dims.push_back(int64_t{from.dims[i]} + padding[2 * i] + padding[2 * i + 1]);
  const Shape to = make_shape(dims, "padded '" + name + "'");
  Tensor amounts = int32_constant(name + "/paddings", padding);
  amounts.shape = {2, {from.rank, 2}};
  return emit(OperatorType::PAD, {tensor, graph_.add_tensor(std::move(amounts))}, name, to);
}

}  // namespace solder::compiler
