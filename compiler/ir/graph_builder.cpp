#include "compiler/ir/graph_builder.h"

#include <algorithm>
#include <array>

#include "compiler/ir/transpose.h"

namespace solder::compiler {

int GraphBuilder::emit(OperatorType type, std::vector<int> inputs, const std::string& name,
                       const Shape& shape, const Options& options) {
  const int output = graph_.add_tensor({.name = name, .shape = shape});
  graph_.operators.push_back(
      {.type = type, .inputs = std::move(inputs), .outputs = {output}, .options = options});
  return output;
}

// `tensor`: the input whose elements move.
int GraphBuilder::emit_move(OperatorType type, std::vector<int> inputs, int tensor,
                            const std::string& name, const Shape& shape, const Options& options) {
  const int output = emit(type, std::move(inputs), name, shape, options);
  graph_.tensors[output].type = graph_.tensors[tensor].type;
  return output;
}

int GraphBuilder::integers(const std::string& name, std::span<const int32_t> values) {
  return graph_.add_tensor(int32_constant(name, values));
}

int GraphBuilder::emit_reshape(int tensor, const std::string& name, const Shape& shape) {
  const int dims = integers(name + "/shape", {shape.dims, size_t(shape.rank)});
  return emit_move(OperatorType::RESHAPE, {tensor, dims}, tensor, name, shape);
}

int GraphBuilder::emit_transpose(int tensor, const std::string& name,
                                 std::span<const int32_t> permutation) {
  const Shape from = graph_.tensors[tensor].shape;
  const Shape to = transposed(from, permutation);
  if (keeps_memory_order(from, permutation)) return emit_reshape(tensor, name, to);
  const int order = integers(name + "/permutation", permutation);
  return emit_move(OperatorType::TRANSPOSE, {tensor, order}, tensor, name, to);
}

int GraphBuilder::emit_pad(int tensor, const std::string& name, std::span<const int32_t> padding) {
  const Shape from = graph_.tensors[tensor].shape;
  std::vector<int64_t> dims;
  for (int32_t i = 0; i < from.rank; ++i)
    dims.push_back(int64_t{from.dims[i]} + padding[2 * i] + padding[2 * i + 1]);
  const Shape to = make_shape(dims, "padded '" + name + "'");
  Tensor amounts = int32_constant(name + "/paddings", padding);
  amounts.shape = {2, {from.rank, 2}};
  return emit_move(OperatorType::PAD, {tensor, graph_.add_tensor(std::move(amounts))}, tensor, name,
                   to);
}

int GraphBuilder::emit_slice(int tensor, const std::string& name, std::span<const int32_t> start,
                             std::span<const int32_t> size, std::span<const int32_t> step) {
  Shape to{.rank = shape_of(tensor).rank};
  std::ranges::copy(size, to.dims);
  const int begin = integers(name + "/begin", start);
  if (std::ranges::all_of(step, [](int32_t s) { return s == 1; }))
    return emit_move(OperatorType::SLICE, {tensor, begin, integers(name + "/size", size)}, tensor,
                     name, to);
  Options options;
  std::vector<int32_t> end(start.begin(), start.end());
  for (size_t i = 0; i < step.size(); ++i) {
    end[i] += size[i] * step[i];
    // A bound below 0 would count from the end.
    if (end[i] < 0) options.end_mask |= 1 << i;
  }
  return emit_move(OperatorType::STRIDED_SLICE,
                   {tensor, begin, integers(name + "/end", end), integers(name + "/strides", step)},
                   tensor, name, to, options);
}

int GraphBuilder::emit_slice_along(int tensor, const std::string& name, int32_t axis, int32_t start,
                                   int32_t size) {
  const Shape shape = shape_of(tensor);
  std::vector<int32_t> starts(shape.rank), sizes(shape.dims, shape.dims + shape.rank);
  starts[axis] = start;
  sizes[axis] = size;
  return emit_slice(tensor, name, starts, sizes);
}

std::vector<int> GraphBuilder::emit_split(int tensor, const std::string& name, int32_t axis,
                                          std::span<const int32_t> sizes) {
  const bool is_even = std::ranges::all_of(sizes, [&](int32_t size) { return size == sizes[0]; });
  Tensor axis_tensor = int32_constant(name + "/axis", {&axis, 1});
  axis_tensor.shape.rank = 0;
  const int along = graph_.add_tensor(std::move(axis_tensor));
  Operator op;
  op.type = is_even ? OperatorType::SPLIT : OperatorType::SPLIT_V;
  op.inputs = is_even ? std::vector{along, tensor}
                      : std::vector{tensor, integers(name + "/sizes", sizes), along};
  Tensor part{.type = graph_.tensors[tensor].type, .shape = shape_of(tensor)};
  for (const int32_t size : sizes) {
    part.name = name + "/" + std::to_string(op.outputs.size());
    part.shape.dims[axis] = size;
    op.outputs.push_back(graph_.add_tensor(part));
  }
  graph_.operators.push_back(op);
  return op.outputs;
}

int GraphBuilder::emit_concatenation(std::vector<int> tensors, const std::string& name,
                                     int32_t axis) {
  Shape shape = shape_of(tensors[0]);
  shape.dims[axis] = 0;
  for (const int tensor : tensors) shape.dims[axis] += shape_of(tensor).dims[axis];
  Options options;
  options.axis = axis;
  const int first = tensors[0];
  return emit_move(OperatorType::CONCATENATION, std::move(tensors), first, name, shape, options);
}

int GraphBuilder::emit_pack(std::vector<int> tensors, const std::string& name, int32_t axis) {
  const Shape part = shape_of(tensors[0]);
  Shape shape{.rank = part.rank + 1};
  for (int32_t i = 0; i < shape.rank; ++i)
    shape.dims[i] =
        i == axis ? static_cast<int32_t>(tensors.size()) : part.dims[i < axis ? i : i - 1];
  Options options;
  options.axis = axis;
  const int first = tensors[0];
  return emit_move(OperatorType::PACK, std::move(tensors), first, name, shape, options);
}

// As an image of one column, enlarged. The centres of pixels do not come to lie between two of
// them, where rounding could choose either.
int GraphBuilder::emit_repeat(int tensor, const std::string& name, int32_t axis, int32_t count) {
  const Shape shape = shape_of(tensor);
  std::vector<int64_t> image{1, shape.dims[axis], 1, 1};
  for (int32_t i = 0; i < shape.rank; ++i)
    if (i != axis) image[i < axis ? 0 : 3] *= shape.dims[i];
  const std::string where = "repeated '" + name + "'";
  const int from = emit_reshape(tensor, name + "/image", make_shape(image, where));
  image[1] *= count;
  const Shape repeated = make_shape(image, where);
  Options options;
  options.half_pixel_centers = true;
  const int size = integers(name + "/size", std::array{repeated.dims[1], 1});
  const int to = emit_move(OperatorType::RESIZE_NEAREST_NEIGHBOR, {from, size}, tensor,
                           name + "/repeated", repeated, options);
  Shape result = shape;
  result.dims[axis] = repeated.dims[1];
  return emit_reshape(to, name, result);
}

}  // namespace solder::compiler
