// Parts of a value that is fed or computed; those of integer constants are in constants.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "compiler/importers/onnx/operators.h"

namespace solder::compiler {
namespace {

// The indices of a Gather as a tensor of INT32: constants, or integers that are fed.
int index_tensor(const Node& node, int32_t size) {
  Value& indices = node.input(1);
  if (indices.is_integer) return node.tensor(indices, Layout::kOnnx);
  std::vector<int32_t> values;
  for (const int64_t index : node.integer_constant(1)) values.push_back(node.axis(index, size));
  Tensor tensor = int32_constant(node.name() + "/indices", values);
  tensor.shape = indices.shape;
  return node.builder().graph().add_tensor(std::move(tensor));
}

}  // namespace

// An embedding, when its first input is a constant.
void import_gather(Node& node) {
  if (!node.input(0).integers.empty()) return gather_integers(node);
  Value& input = node.moved_value(0);
  const Shape& from = input.shape;
  const int32_t axis = node.axis(node.integer("axis", 0), from.rank);
  const Shape& indices = node.input(1).shape;
  std::vector<int64_t> dims(from.dims, from.dims + axis);
  dims.insert(dims.end(), indices.dims, indices.dims + indices.rank);
  dims.insert(dims.end(), from.dims + axis + 1, from.dims + from.rank);
  if (dims.empty()) node.fail("a scalar result is not supported");
  const Shape shape = node.shape(dims);
  Options options;
  options.axis = axis;
  const int x = node.tensor(input, Layout::kOnnx);
  Graph& graph = node.builder().graph();
  const int y =
      node.emit(OperatorType::GATHER, {x, index_tensor(node, from.dims[axis])}, shape, options);
  graph.tensors[y].type = graph.tensors[x].type;
  node.define_output(y, Layout::kOnnx, shape);
}

void import_slice(Node& node) {
  if (!node.input(0).integers.empty()) return slice_integers(node);
  Value& input = node.moved_value(0);
  const Layout layout = input.layout();
  const int x = node.tensor(input, layout);
  const Shape stored = stored_shape(input.shape, layout);
  Shape shape = input.shape;
  std::vector<int32_t> start(stored.rank), step(stored.rank, 1);
  std::vector<int32_t> size(stored.dims, stored.dims + stored.rank);
  for (const AxisRange& range : read_slice(node)) {
    const int32_t at = stored_axis(input, layout, range.axis);
    start[at] = range.start;
    step[at] = range.step;
    size[at] = shape.dims[range.axis] = range.count;
  }
  node.define_output(node.builder().emit_slice(x, node.name(), start, size, step), layout, shape);
}

void import_split(Node& node) {
  Value& input = node.moved_value(0);
  const int32_t axis = node.axis(node.integer("axis", 0), input.shape.rank);
  const int64_t whole = input.shape.dims[axis], count = node.output_count();
  std::vector<int64_t> given = node.integers("split", {});
  if (node.opset() >= 13)
    given = node.has_input(1) ? node.integer_constant(1) : std::vector<int64_t>();
  if (given.empty()) {
    if (node.integer("num_outputs", count) != count)
      node.fail(fmt::format("num_outputs is not the number of its outputs, {}", count));
    // The last part may be smaller.
    const int64_t part = (whole + count - 1) / count;
    given.assign(static_cast<size_t>(count), part);
    given.back() = whole - part * (count - 1);
  }
  int64_t sum = 0;
  for (const int64_t size : given) sum += size >= 1 && size <= whole ? size : 2 * whole;
  if (std::ssize(given) != count || sum != whole)
    node.fail(fmt::format("parts of [{}] for {} outputs and a dimension of {}",
                          fmt::join(given, ", "), count, whole));

  const Layout layout = input.layout();
  const std::vector<int32_t> sizes(given.begin(), given.end());
  const std::vector<int> parts = node.builder().emit_split(node.tensor(input, layout), node.name(),
                                                           stored_axis(input, layout, axis), sizes);
  for (int i = 0; i < node.output_count(); ++i) {
    if (!node.has_output(i)) continue;
    Shape shape = input.shape;
    shape.dims[axis] = sizes[i];
    node.define_output(i, parts[i], layout, shape);
  }
}

}  // namespace solder::compiler
