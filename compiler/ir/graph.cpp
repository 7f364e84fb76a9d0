#include "compiler/ir/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace solder::compiler {

// A vector's storage comes from operator new, which gives what Tensor::data promises.
static_assert(__STDCPP_DEFAULT_NEW_ALIGNMENT__ >= 16);

namespace {

bool contains(const std::vector<int>& tensors, int tensor) {
  return std::ranges::find(tensors, tensor) != tensors.end();
}

Tensor constant(std::string name, TensorType type, const Shape& shape, const void* values,
                size_t bytes) {
  Tensor tensor{.name = std::move(name), .type = type, .shape = shape};
  assert(static_cast<size_t>(tensor.bytes()) == bytes);
  tensor.data.resize(bytes);
  if (bytes > 0) std::memcpy(tensor.data.data(), values, bytes);
  return tensor;
}

}  // namespace

int Graph::add_tensor(Tensor tensor) {
  tensors.push_back(std::move(tensor));
  return static_cast<int>(tensors.size()) - 1;
}

int Graph::producer_of(int tensor) const {
  for (size_t i = 0; i < operators.size(); ++i)
    if (contains(operators[i].outputs, tensor)) return static_cast<int>(i);
  return -1;
}

std::vector<int> Graph::users_of(int tensor) const {
  std::vector<int> users;
  for (size_t i = 0; i < operators.size(); ++i)
    if (contains(operators[i].inputs, tensor)) users.push_back(static_cast<int>(i));
  return users;
}

bool Graph::is_output(int tensor) const { return contains(outputs, tensor); }

bool Graph::has_one_user(int tensor) const {
  int64_t reads = 0;
  for (const Operator& op : operators) reads += std::ranges::count(op.inputs, tensor);
  return reads == 1 && !is_output(tensor);
}

void Graph::replace_uses(int from, int to) {
  for (Operator& op : operators) std::ranges::replace(op.inputs, from, to);
  std::ranges::replace(outputs, from, to);
}

Tensor int32_constant(std::string name, std::span<const int32_t> values) {
  const Shape shape{1, {static_cast<int32_t>(values.size())}};
  return constant(std::move(name), TensorType::INT32, shape, values.data(), values.size_bytes());
}

Tensor float_constant(std::string name, Shape shape, std::span<const float> values) {
  return constant(std::move(name), TensorType::FLOAT32, shape, values.data(), values.size_bytes());
}

Shape make_shape(std::span<const int64_t> dims, const std::string& where) {
  if (dims.size() > kMaxRank)
    throw ModelError(
        fmt::format("{}: {} dimensions, at most {} are supported", where, dims.size(), kMaxRank));
  Shape shape;
  int64_t elements = 1;
  for (const int64_t dim : dims) {
    if (dim < 1)
      throw ModelError(fmt::format("{}: dimension {} is {}; sizes must be fixed and positive",
                                   where, shape.rank, dim));
    if (dim > kMaxTensorBytes || elements > kMaxTensorBytes / dim)
      throw ModelError(fmt::format("{}: more than {} elements", where, kMaxTensorBytes));
    elements *= dim;
    shape.dims[shape.rank++] = static_cast<int32_t>(dim);
  }
  return shape;
}

std::string to_string(const Shape& shape) {
  if (shape.rank == 0) return "scalar";
  return fmt::format("{}", fmt::join(shape.dims, shape.dims + shape.rank, "x"));
}

}  // namespace solder::compiler
