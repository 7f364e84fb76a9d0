#include <fmt/format.h>

#include <algorithm>

#include "compiler/importers/onnx/operators.h"
#include "compiler/importers/onnx/window.h"

namespace solder::compiler {
namespace {

Window read_pool(const Node& node, const Image& input) {
  if (!node.has_attribute("kernel_shape")) node.fail("attribute kernel_shape is missing");
  const Window window = read_window(node, input, node.size_pair("kernel_shape", input.rank));
  if (window.dilation != std::array<int64_t, 2>{1, 1}) node.fail("dilated pools are not supported");
  for (int i = 0; i < 2; ++i)
    if (std::max(window.padding[i].before, window.padding[i].after) >= window.kernel[i])
      node.fail("its padding is as large as its window");
  return window;
}

void emit_pool(const Node& node, OperatorType type, const Image& input, const Window& window) {
  int x = input.tensor;
  if (window.is_padded() && !window.is_same) x = emit_padding(node, x, window);
  const Shape shape =
      node.shape(std::array<int64_t, 4>{input.shape.dims[0], input.shape.dims[1],
                                        window.padding[0].outputs, window.padding[1].outputs});
  const int y = node.emit(type, {x}, stored_shape(shape, Layout::kChannelsLast), window.options());
  define_image(node, input, y, shape);
}

// Whether no element can be below 0, by the operator that computes the tensor.
bool is_non_negative(const Graph& graph, int tensor) {
  while (true) {
    const int producer = graph.producer_of(tensor);
    if (producer < 0) return false;
    const Operator& op = graph.operators[producer];
    switch (op.type) {
      case OperatorType::RELU:
      case OperatorType::RELU6:
      case OperatorType::LOGISTIC:
      case OperatorType::SOFTMAX:
        return true;
      case OperatorType::MAX_POOL_2D:
      case OperatorType::AVERAGE_POOL_2D:
      case OperatorType::PAD:
      case OperatorType::RESHAPE:
      case OperatorType::TRANSPOSE:
        tensor = op.inputs[0];
        break;
      default:
        return false;
    }
  }
}

}  // namespace

void import_max_pool(Node& node) {
  const Image input = read_image(node, 3);
  const Window window = read_pool(node, input);
  // Zeros may stand for ONNX's minus infinity only where nothing is smaller.
  if (window.is_padded() && !window.is_same &&
      !is_non_negative(node.builder().graph(), input.tensor))
    node.fail(fmt::format(
        "padding ({},{} rows, {},{} columns) that differs from SAME is supported only after Relu",
        window.padding[0].before, window.padding[0].after, window.padding[1].before,
        window.padding[1].after));
  emit_pool(node, OperatorType::MAX_POOL_2D, input, window);
}

void import_average_pool(Node& node) {
  const Image input = read_image(node, 3);
  Window window = read_pool(node, input);
  if (window.is_padded()) {
    if (node.integer("count_include_pad", 0) != 0) {
      // TFLite's SAME leaves the padding out of the count; a PAD before the pool does not.
      window.is_same = false;
      if (window.exceeds_padding)
        node.fail("ceil_mode with count_include_pad and padding is not supported");
    } else if (!window.is_same) {
      node.fail(
          fmt::format("padding ({},{} rows, {},{} columns) that is left out of the average "
                      "must be that of SAME; use count_include_pad = 1",
                      window.padding[0].before, window.padding[0].after, window.padding[1].before,
                      window.padding[1].after));
    }
  }
  emit_pool(node, OperatorType::AVERAGE_POOL_2D, input, window);
}

void import_global_average_pool(Node& node) {
  const Image input = read_image(node, 3);
  const int axes =
      node.builder().graph().add_tensor(int32_constant(node.name() + "/axes", std::array{1, 2}));
  const Shape shape{4, {input.shape.dims[0], input.shape.dims[1], 1, 1}};
  Options options;
  options.keep_dims = true;
  const int y = node.emit(OperatorType::MEAN, {input.tensor, axes},
                          stored_shape(shape, Layout::kChannelsLast), options);
  define_image(node, input, y, shape);
}

}  // namespace solder::compiler
