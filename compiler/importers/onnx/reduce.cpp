#include <algorithm>

#include "compiler/importers/onnx/compose.h"
#include "compiler/importers/onnx/operators.h"

namespace solder::compiler {
namespace {

// Axes are an attribute before `opset`, and an input since.
std::vector<int64_t> read_axes(const Node& node, int64_t opset) {
  if (node.opset() < opset) return node.integers("axes", {});
  return node.has_input(1) ? node.integer_constant(1) : std::vector<int64_t>();
}

Value reduce(const Node& node, OperatorType type, Value& input, const std::vector<int64_t>& axes,
             const char* suffix = "") {
  const int32_t rank = input.shape.rank;
  std::vector<bool> reduced(rank, axes.empty());
  if (axes.empty() && node.integer("noop_with_empty_axes", 0) != 0) return input;
  for (const int64_t axis : axes) reduced[node.axis(axis, rank)] = true;

  Options options;
  options.keep_dims = node.integer("keepdims", 1) != 0;
  Layout layout = input.layout();
  // Without the reduced dimensions, what stays of a channels-last tensor must be in ONNX's order:
  // it is not when channels stay beside height or width.
  if (!options.keep_dims && has_layouts(input.shape) && !reduced[1] &&
      std::find(reduced.begin() + 2, reduced.end(), false) != reduced.end())
    layout = Layout::kOnnx;

  std::vector<int64_t> dims;
  for (int32_t i = 0; i < rank; ++i) {
    if (!reduced[i])
      dims.push_back(input.shape.dims[i]);
    else if (options.keep_dims)
      dims.push_back(1);
  }
  if (dims.empty()) node.fail("reducing to a scalar is not supported; use keepdims = 1");
  std::vector<int32_t> stored_axes;
  for (int32_t i = 0; i < rank; ++i)
    if (reduced[i]) stored_axes.push_back(stored_axis(input, layout, i));
  std::ranges::sort(stored_axes);
  const int axes_tensor = node.builder().graph().add_tensor(
      int32_constant(node.name() + suffix + "/axes", stored_axes));
  Value result{.name = node.name() + suffix, .shape = node.shape(dims)};
  const int x = node.tensor(input, layout);
  if (!options.keep_dims) layout = Layout::kOnnx;
  result.tensor(has_layouts(result.shape) ? layout : Layout::kOnnx) =
      node.emit(type, {x, axes_tensor}, stored_shape(result.shape, layout), options, suffix);
  return result;
}

// Axes became an input in opset 13 of ReduceSum, in opset 18 of the others.
void import_reduction(Node& node, OperatorType type, int64_t opset = 18) {
  node.define_output(reduce(node, type, node.floats(0), read_axes(node, opset)));
}

// The sum of a function of the elements.
Value sum_of(const Node& node, OperatorType function, const char* suffix) {
  Value terms = unary(node, function, node.floats(0), "/terms");
  return reduce(node, OperatorType::SUM, terms, read_axes(node, 18), suffix);
}

}  // namespace

void import_reduce_mean(Node& node) { import_reduction(node, OperatorType::MEAN); }
void import_reduce_max(Node& node) { import_reduction(node, OperatorType::REDUCE_MAX); }
void import_reduce_min(Node& node) { import_reduction(node, OperatorType::REDUCE_MIN); }
void import_reduce_sum(Node& node) { import_reduction(node, OperatorType::SUM, 13); }
void import_reduce_l1(Node& node) { node.define_output(sum_of(node, OperatorType::ABS, "")); }
void import_reduce_sum_square(Node& node) {
  node.define_output(sum_of(node, OperatorType::SQUARE, ""));
}
void import_reduce_l2(Node& node) {
  Value sum = sum_of(node, OperatorType::SQUARE, "/sum");
  node.define_output(unary(node, OperatorType::SQRT, sum));
}
void import_reduce_log_sum(Node& node) {
  Value sum = reduce(node, OperatorType::SUM, node.floats(0), read_axes(node, 18), "/sum");
  node.define_output(unary(node, OperatorType::LOG, sum));
}

}  // namespace solder::compiler
