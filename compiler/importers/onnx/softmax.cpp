#include <numeric>

#include "compiler/importers/onnx/operators.h"

namespace solder::compiler {
namespace {

int emit_softmax(const Node& node, int tensor, const char* suffix) {
  const Shape shape = node.builder().graph().tensors[tensor].shape;
  return node.emit(OperatorType::SOFTMAX, {tensor}, shape, {}, suffix);
}

// Before opset 13: over all dimensions from `axis` on, as if they were one.
void import_flattening(Node& node, Value& input, int32_t axis) {
  const Shape& shape = input.shape;
  std::array<int64_t, 2> flat{1, 1};
  for (int32_t i = 0; i < shape.rank; ++i) flat[i < axis ? 0 : 1] *= shape.dims[i];
  Builder& builder = node.builder();
  const int x = builder.emit_reshape(node.tensor(input, Layout::kOnnx), node.name() + "/flat",
                                     node.shape(flat));
  const int y = emit_softmax(node, x, "/softmax");
  node.define_output(builder.emit_reshape(y, node.name(), shape), Layout::kOnnx, shape);
}

// Over one dimension that is not the last: swapped with the last one, there and back.
void import_swapping(Node& node, Value& input, int32_t axis) {
  const int32_t rank = input.shape.rank;
  std::vector<int32_t> swap(rank);
  std::iota(swap.begin(), swap.end(), 0);
  std::swap(swap[axis], swap[rank - 1]);
  Builder& builder = node.builder();
  const int x =
      builder.emit_transpose(node.tensor(input, Layout::kOnnx), node.name() + "/swap", swap);
  const int y = emit_softmax(node, x, "/softmax");
  node.define_output(builder.emit_transpose(y, node.name(), swap), Layout::kOnnx, input.shape);
}

}  // namespace

void import_softmax(Node& node) {
  Value& input = node.floats(0);
  const int32_t rank = input.shape.rank;
  if (rank == 0) node.fail("input is a scalar");
  const bool is_flattening = node.opset() < 13;
  const int32_t axis = node.axis(node.integer("axis", is_flattening ? 1 : -1), rank);
  if (axis == rank - 1) {
    const int x = node.tensor(input, Layout::kOnnx);
    node.define_output(emit_softmax(node, x, ""), Layout::kOnnx, input.shape);
  } else if (is_flattening) {
    import_flattening(node, input, axis);
  } else if (has_layouts(input.shape) && axis == 1) {
    const int x = node.tensor(input, Layout::kChannelsLast);
    node.define_output(emit_softmax(node, x, ""), Layout::kChannelsLast, input.shape);
  } else {
    import_swapping(node, input, axis);
  }
}

}  // namespace solder::compiler
