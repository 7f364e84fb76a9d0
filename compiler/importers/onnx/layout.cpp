#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "compiler/importers/onnx/operators.h"
#include "compiler/ir/transpose.h"

namespace solder::compiler {
namespace {

constexpr bool is_identity(std::span<const int32_t> permutation) {
  return std::ranges::is_sorted(permutation);
}

// The dimensions of the stored input that make up the stored output.
std::vector<int32_t> stored_permutation(std::span<const int32_t> permutation, bool from_moved,
                                        bool to_moved) {
  const auto rank = static_cast<int32_t>(permutation.size());
  std::vector<int32_t> result;
  for (int32_t i = 0; i < rank; ++i) {
    const int32_t from = permutation[to_moved ? to_channels_last(rank)[i] : i];
    result.push_back(from_moved ? from_channels_last(rank)[from] : from);
  }
  return result;
}

template <class T>
std::vector<T> moved(const std::vector<T>& values, const Shape& shape,
                     std::span<const int32_t> permutation) {
  if (values.empty()) return {};
  const auto* bytes = reinterpret_cast<const uint8_t*>(values.data());
  const auto data = transposed({bytes, values.size() * sizeof(T)}, shape, permutation, sizeof(T));
  std::vector<T> result(values.size());
  if (!data.empty()) std::memcpy(result.data(), data.data(), data.size());
  return result;
}

}  // namespace

void import_transpose(Node& node) {
  Value& input = node.input(0);
  const int32_t rank = input.shape.rank;
  std::vector<int64_t> attribute = node.integers("perm", {});
  if (attribute.empty())
    for (int32_t i = rank; i-- > 0;) attribute.push_back(i);
  std::vector<int32_t> permutation;
  for (const int64_t axis : attribute) permutation.push_back(node.axis(axis, rank));
  if (!is_permutation(permutation, rank))
    node.fail(fmt::format("perm [{}] for an input of rank {}", fmt::join(attribute, ", "), rank));
  const Shape shape = transposed(input.shape, permutation);
  if (input.is_constant()) {
    Value value{.shape = shape,
                .floats = moved(input.floats, input.shape, permutation),
                .integers = moved(input.integers, input.shape, permutation),
                .data_type = input.data_type,
                .quantization = input.quantization,
                .levels = moved(input.levels, input.shape, permutation)};
    const auto axis = std::ranges::find(permutation, value.quantization.axis);
    value.quantization.axis = static_cast<int32_t>(axis - permutation.begin());
    return node.define_output(std::move(value));
  }

  const Layout from = input.layout();
  const int x = node.tensor(input, from);
  for (const Layout to : {Layout::kOnnx, Layout::kChannelsLast}) {
    const bool to_moved = has_layouts(shape) && to == Layout::kChannelsLast;
    if (is_identity(stored_permutation(permutation, is_moved(input, from), to_moved))) {
      node.define_output(x, to, shape);
      return;
    }
  }
  const Layout to = rank == 4 ? Layout::kChannelsLast : Layout::kOnnx;
  const int y = node.builder().emit_transpose(
      x, node.name(),
      stored_permutation(permutation, is_moved(input, from), to == Layout::kChannelsLast));
  node.define_output(y, to, shape);
}

void import_concat(Node& node) {
  const int count = node.input_count();
  if (!node.input(0).integers.empty()) return concatenate_integers(node);
  const Value& first = node.moved_value(0);
  const int32_t rank = first.shape.rank;
  if (!node.has_attribute("axis")) node.fail("attribute axis is missing");
  const int32_t axis = node.axis(node.integer("axis", 0), rank);

  std::vector<int64_t> dims(first.shape.dims, first.shape.dims + rank);
  Layout layout = Layout::kOnnx;
  dims[axis] = 0;
  for (int i = 0; i < count; ++i) {
    const Value& part = node.moved_value(i);
    if (part.is_integer != first.is_integer) node.fail("its inputs are of different types");
    for (int32_t d = 0; d < std::max(rank, part.shape.rank); ++d)
      if (part.shape.rank != rank || (d != axis && part.shape.dims[d] != first.shape.dims[d]))
        node.fail(fmt::format("shapes {} and {} do not fit along axis {}", to_string(first.shape),
                              to_string(part.shape), axis));
    dims[axis] += part.shape.dims[axis];
    if (part.layout() == Layout::kChannelsLast) layout = Layout::kChannelsLast;
  }
  const Shape shape = node.shape(dims);
  std::vector<int> tensors;
  for (int i = 0; i < count; ++i) tensors.push_back(node.tensor(node.moved_value(i), layout));
  const int y = node.builder().emit_concatenation(std::move(tensors), node.name(),
                                                  stored_axis(first, layout, axis));
  node.define_output(y, layout, shape);
}

void import_pad(Node& node) {
  Value& input = node.floats(0);
  const int32_t rank = input.shape.rank;
  const std::string mode = node.text("mode", "constant");
  if (mode != "constant" && mode != "reflect")
    node.fail("mode '" + mode + "'; constant and reflect are supported");
  float value = node.number("value", 0.0F);
  std::vector<int64_t> pads = node.integers("pads", {});
  if (node.opset() >= 11) {
    pads = node.integer_constant(1);
    if (node.has_input(2)) {
      if (node.float_constant(2).floats.size() != 1) node.fail("its value must be one number");
      value = node.float_constant(2).floats[0];
    }
  }

  std::vector<int64_t> axes;
  if (node.has_input(3))
    axes = node.integer_constant(3);
  else
    for (int32_t i = 0; i < rank; ++i) axes.push_back(i);
  if (pads.size() != 2 * axes.size())
    node.fail(fmt::format("{} pads for {} dimensions", pads.size(), axes.size()));

  const Layout layout = input.layout();
  std::vector<int32_t> padding(2 * static_cast<size_t>(rank));
  std::vector<int64_t> dims(input.shape.dims, input.shape.dims + rank);
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t before = pads[i], after = pads[axes.size() + i];
    if (before < 0 || after < 0) node.fail("negative pads, which crop, are not supported");
    if (before > kMaxTensorBytes || after > kMaxTensorBytes)
      node.fail(fmt::format("padding of {} and {}", before, after));
    const int32_t axis = node.axis(axes[i], rank);
    if (mode == "reflect" && std::max(before, after) >= input.shape.dims[axis])
      node.fail(fmt::format("reflecting {} of {} elements", std::max(before, after),
                            input.shape.dims[axis]));
    const int32_t stored = stored_axis(input, layout, axis);
    padding[2 * stored] = static_cast<int32_t>(before);
    padding[2 * stored + 1] = static_cast<int32_t>(after);
    dims[axis] = input.shape.dims[axis] + before + after;
  }
  const Shape shape = node.shape(dims);
  Builder& builder = node.builder();
  const int y = builder.emit_pad(node.tensor(input, layout), node.name(), padding);
  Operator& pad = builder.graph().operators.back();
  if (mode == "reflect") {
    pad.type = OperatorType::MIRROR_PAD;
  } else if (value != 0) {
    const int filler =
        builder.graph().add_tensor(float_constant(node.name() + "/value", {}, std::array{value}));
    pad.type = OperatorType::PADV2;
    pad.inputs.push_back(filler);
  }
  node.define_output(y, layout, shape);
}

}  // namespace solder::compiler
