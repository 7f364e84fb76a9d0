#include "compiler/importers/onnx/compose.h"

#include <fmt/format.h>

#include <algorithm>

namespace solder::compiler {
namespace {

Value result(const Node& node, int tensor, Layout layout, const Shape& shape, const char* suffix) {
  Value value{.name = node.name() + suffix, .shape = shape};
  value.tensor(has_layouts(shape) ? layout : Layout::kOnnx) = tensor;
  return value;
}

Shape broadcast(const Node& node, const Shape& a, const Shape& b) {
  const int32_t rank = std::max(a.rank, b.rank);
  std::vector<int64_t> dims;
  for (int32_t i = 0; i < rank; ++i) {
    const int32_t dim_a = a.dim_of(rank, i), dim_b = b.dim_of(rank, i);
    if (dim_a != dim_b && dim_a != 1 && dim_b != 1)
      node.fail(fmt::format("shapes {} and {} do not fit", to_string(a), to_string(b)));
    dims.push_back(std::max(dim_a, dim_b));
  }
  return node.shape(dims);
}

// An operand of a broadcast to `rank`. A shorter one keeps its shape where the result lies as ONNX
// has it, and is filled up with ones in front where dimensions move.
int broadcast_operand(const Node& node, Value& value, int32_t rank, Layout layout) {
  if (layout == Layout::kOnnx || value.shape.rank == rank) return node.tensor(value, layout);
  Value filled{.name = value.name, .shape = {.rank = rank}, .floats = value.floats};
  for (int32_t i = 0; i < rank; ++i) filled.shape.dims[i] = value.shape.dim_of(rank, i);
  if (!value.is_constant())
    filled.tensor(Layout::kOnnx) = node.builder().emit_reshape(
        node.tensor(value, Layout::kOnnx), value.name + "/broadcast", filled.shape);
  return node.tensor(filled, layout);
}

}  // namespace

Value unary(const Node& node, OperatorType type, Value& x, const char* suffix) {
  const Layout layout = x.layout();
  const int y =
      node.emit(type, {node.tensor(x, layout)}, stored_shape(x.shape, layout), {}, suffix);
  return result(node, y, layout, x.shape, suffix);
}

Value binary(const Node& node, OperatorType type, Value& a, Value& b, const char* suffix) {
  const Shape shape = broadcast(node, a.shape, b.shape);
  Layout layout = Layout::kOnnx;
  for (const Value* value : {&a, &b})
    if (value->shape.rank == shape.rank && value->layout() == Layout::kChannelsLast)
      layout = Layout::kChannelsLast;
  const int x = broadcast_operand(node, a, shape.rank, layout);
  const int y = broadcast_operand(node, b, shape.rank, layout);
  return result(node, node.emit(type, {x, y}, stored_shape(shape, layout), {}, suffix), layout,
                shape, suffix);
}

}  // namespace solder::compiler
