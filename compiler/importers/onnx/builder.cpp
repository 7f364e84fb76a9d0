#include "compiler/importers/onnx/builder.h"

#include <fmt/format.h>

#include "compiler/ir/transpose.h"

namespace solder::compiler {

Shape stored_shape(const Shape& shape, Layout layout) {
  if (shape.rank != 4 || layout == Layout::kOnnx) return shape;
  return transposed(shape, kToChannelsLast);
}

void Builder::define(const std::string& name, Value value) {
  value.name = name;
  if (!values_.emplace(name, std::move(value)).second)
    throw ModelError(fmt::format("two values are named '{}'", name));
}

Value* Builder::find(const std::string& name) {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

int Builder::tensor(Value& value, Layout layout) {
  if (value.shape.rank != 4) layout = Layout::kOnnx;
  int& result = value.tensor(layout);
  if (result >= 0) return result;
  if (value.is_constant()) return result = constant_tensor(value, layout);
  if (layout == Layout::kChannelsLast)
    return result =
               emit_transpose(value.tensor(Layout::kOnnx), value.name + "/nhwc", kToChannelsLast);
  return result = emit_transpose(value.tensor(Layout::kChannelsLast), value.name + "/nchw",
                                 kFromChannelsLast);
}

int Builder::constant_tensor(const Value& value, Layout layout) {
  Tensor tensor = float_constant(value.name, value.shape, value.floats);
  if (layout == Layout::kChannelsLast) {
    tensor.data = transposed(tensor.data, tensor.shape, kToChannelsLast, sizeof(float));
    tensor.shape = transposed(tensor.shape, kToChannelsLast);
  }
  return graph_.add_tensor(std::move(tensor));
}

int Builder::emit(OperatorType type, std::vector<int> inputs, const std::string& name,
                  const Shape& shape, const Options& options) {
  const int output = graph_.add_tensor({.name = name, .shape = shape});
  graph_.operators.push_back(
      {.type = type, .inputs = std::move(inputs), .outputs = {output}, .options = options});
  return output;
}

int Builder::emit_reshape(int tensor, const std::string& name, const Shape& shape) {
  const int dims =
      graph_.add_tensor(int32_constant(name + "/shape", {shape.dims, size_t(shape.rank)}));
  return emit(OperatorType::RESHAPE, {tensor, dims}, name, shape);
}

int Builder::emit_transpose(int tensor, const std::string& name,
                            std::span<const int32_t> permutation) {
  const Shape from = graph_.tensors[tensor].shape;
  const Shape to = transposed(from, permutation);
  if (keeps_memory_order(from, permutation)) return emit_reshape(tensor, name, to);
  const int order = graph_.add_tensor(int32_constant(name + "/permutation", permutation));
  return emit(OperatorType::TRANSPOSE, {tensor, order}, name, to);
}

int Builder::emit_pad(int tensor, const std::string& name, std::span<const int32_t> padding) {
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
