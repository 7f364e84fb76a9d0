#include <fmt/format.h>

#include <algorithm>

#include "compiler/importers/onnx/operators.h"

namespace solder::compiler {
namespace {

// The same elements in ONNX's order under another shape.
void define_reshaped(Node& node, std::span<const int64_t> dims) {
  Value& input = node.input(0);
  if (dims.empty() && !input.is_constant()) node.fail("reshaping to a scalar is not supported");
  const Shape shape = node.shape(dims);
  if (shape.elements() != input.shape.elements())
    node.fail(fmt::format("{} does not reshape to {}", to_string(input.shape), to_string(shape)));
  if (shape == input.shape) return node.define_output(input);
  if (input.is_constant()) {
    Value value{
        .name = node.name(), .shape = shape, .floats = input.floats, .integers = input.integers};
    return node.define_output(std::move(value));
  }
  const int x = node.tensor(input, Layout::kOnnx);
  node.define_output(node.builder().emit_reshape(x, node.name(), shape), Layout::kOnnx, shape);
}

// The axes of Squeeze and Unsqueeze: an attribute before opset 13, an input since.
std::vector<int64_t> read_axes(const Node& node) {
  if (node.opset() < 13) return node.integers("axes", {});
  return node.has_input(1) ? node.integer_constant(1) : std::vector<int64_t>();
}

}  // namespace

void import_reshape(Node& node) {
  const Shape& from = node.input(0).shape;
  std::vector<int64_t> dims = node.integer_constant(1);
  const bool copies_zero = node.integer("allowzero", 0) == 0;
  int64_t known = 1;
  int64_t* inferred = nullptr;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && copies_zero && i < static_cast<size_t>(from.rank)) dims[i] = from.dims[i];
    if (dims[i] == -1) {
      if (inferred != nullptr) node.fail("more than one dimension of its shape is -1");
      inferred = &dims[i];
    } else if (dims[i] < 1 || dims[i] > kMaxTensorBytes || known > kMaxTensorBytes / dims[i]) {
      node.fail(fmt::format("its shape [{}]", fmt::join(dims, ", ")));
    } else {
      known *= dims[i];
    }
  }
  if (inferred != nullptr) *inferred = from.elements() / known;
  define_reshaped(node, dims);
}

void import_flatten(Node& node) {
  const Shape& from = node.input(0).shape;
  const int64_t attribute = node.integer("axis", 1);
  const int32_t axis = attribute == from.rank ? from.rank : node.axis(attribute, from.rank);
  std::array<int64_t, 2> dims{1, 1};
  for (int32_t i = 0; i < from.rank; ++i) dims[i < axis ? 0 : 1] *= from.dims[i];
  define_reshaped(node, dims);
}

void import_squeeze(Node& node) {
  const Shape& from = node.input(0).shape;
  const std::vector<int64_t> axes = read_axes(node);
  std::vector<bool> is_removed(from.rank);
  for (const int64_t axis : axes) {
    const int32_t i = node.axis(axis, from.rank);
    if (from.dims[i] != 1)
      node.fail(fmt::format("dimension {} of {} is not 1", i, to_string(from)));
    is_removed[i] = true;
  }
  std::vector<int64_t> dims;
  for (int32_t i = 0; i < from.rank; ++i)
    if (axes.empty() ? from.dims[i] != 1 : !is_removed[i]) dims.push_back(from.dims[i]);
  define_reshaped(node, dims);
}

void import_unsqueeze(Node& node) {
  const Shape& from = node.input(0).shape;
  const std::vector<int64_t> axes = read_axes(node);
  const auto rank = static_cast<int32_t>(from.rank + std::min<size_t>(axes.size(), kMaxRank));
  std::vector<int64_t> dims(rank);
  for (const int64_t axis : axes) dims[node.axis(axis, rank)] = 1;
  int32_t next = 0;
  for (int64_t& dim : dims) {
    if (dim == 1) continue;
    if (next == from.rank) node.fail("an axis is named twice");
    dim = from.dims[next++];
  }
  define_reshaped(node, dims);
}

void import_identity(Node& node) { node.define_output(node.input(0)); }

void import_dropout(Node& node) {
  if (node.has_input(2) && node.integer_constant(2)[0] != 0)
    node.fail("training_mode is set; export the model in evaluation mode");
  node.define_output(node.floats(0));
}

}  // namespace solder::compiler
