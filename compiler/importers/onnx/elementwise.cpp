#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "compiler/importers/onnx/operators.h"

namespace solder::compiler {
namespace {

void import_unary(Node& node, OperatorType type) {
  Value& input = node.floats(0);
  const Layout layout = input.layout();
  const int x = node.tensor(input, layout);
  node.define_output(node.emit(type, {x}, stored_shape(input.shape, layout)), layout, input.shape);
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

void import_relu(Node& node) { import_unary(node, OperatorType::RELU); }
void import_neg(Node& node) { import_unary(node, OperatorType::NEG); }
void import_sigmoid(Node& node) { import_unary(node, OperatorType::LOGISTIC); }

void import_add(Node& node) {
  Value& a = node.floats(0);
  Value& b = node.floats(1);
  const Shape shape = broadcast(node, a.shape, b.shape);
  const bool is_channels_last =
      a.layout() == Layout::kChannelsLast || b.layout() == Layout::kChannelsLast;
  const Layout layout = shape.rank == 4 && is_channels_last ? Layout::kChannelsLast : Layout::kOnnx;
  const int x = broadcast_operand(node, a, shape.rank, layout);
  const int y = broadcast_operand(node, b, shape.rank, layout);
  node.define_output(node.emit(OperatorType::ADD, {x, y}, stored_shape(shape, layout)), layout,
                     shape);
}

void import_clip(Node& node) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  float low = node.number("min", -kLargest);
  float high = node.number("max", kLargest);
  if (node.opset() >= 11) {
    const auto bound = [&](int index, float fallback) {
      if (!node.has_input(index)) return fallback;
      const Value& value = node.float_constant(index);
      if (value.floats.size() != 1) node.fail("its bounds must be single numbers");
      return value.floats[0];
    };
    low = bound(1, -kLargest);
    high = bound(2, kLargest);
  }
  if (low <= -kLargest && high >= kLargest) {
    node.define_output(node.floats(0));
  } else if (low == 0 && high >= kLargest) {
    import_unary(node, OperatorType::RELU);
  } else if (low == 0 && high == 6) {
    import_unary(node, OperatorType::RELU6);
  } else if (low == -1 && high == 1) {
    import_unary(node, OperatorType::RELU_N1_TO_1);
  } else {
    node.fail(fmt::format("bounds [{}, {}]; supported: [0, inf), [0, 6], [-1, 1]", low, high));
  }
}

}  // namespace solder::compiler
