#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "compiler/importers/onnx/operators.h"

namespace solder::compiler {
namespace {

constexpr int64_t kLongestList = 1024, kLongestConstant = 1 << 12;

}  // namespace

void import_constant(Node& node) {
  Value value{.name = node.name()};
  if (node.has_attribute("value")) {
    // Nobody can use an empty one; PyTorch writes them for optional inputs.
    if (node.is_empty_constant("value")) return;
    value = node.constant_attribute("value");
  } else if (node.has_attribute("value_float")) {
    value.floats = {node.number("value_float", 0)};
  } else if (node.has_attribute("value_int")) {
    value.integers = {node.integer("value_int", 0)};
  } else if (node.has_attribute("value_floats")) {
    value.floats = node.numbers("value_floats");
    value.shape = node.shape(std::array{static_cast<int64_t>(value.floats.size())});
  } else if (node.has_attribute("value_ints")) {
    value.integers = node.integers("value_ints", {});
    value.shape = node.shape(std::array{static_cast<int64_t>(value.integers.size())});
  } else {
    node.fail("no value that is supported: a tensor, float(s) or int(s)");
  }
  node.define_output(std::move(value));
}

void import_shape(Node& node) {
  const Shape& from = node.input(0).shape;
  const auto clamped = [&](int64_t index) {
    return static_cast<int32_t>(
        std::clamp<int64_t>(index < 0 ? index + from.rank : index, 0, from.rank));
  };
  const int32_t start = clamped(node.integer("start", 0));
  const int32_t end = clamped(node.integer("end", from.rank));
  if (start >= end) node.fail("its result is empty");
  Value value{.name = node.name(), .shape = {1, {end - start}}};
  value.integers.assign(from.dims + start, from.dims + end);
  node.define_output(std::move(value));
}

void gather_integers(Node& node) {
  const std::vector<int64_t>& data = node.integer_constant(0);
  const std::vector<int64_t>& indices = node.integer_constant(1);
  if (node.input(0).shape.rank != 1) node.fail("only a list of integers can be gathered from");
  const auto size = static_cast<int32_t>(data.size());
  Value value{.name = node.name(), .shape = node.input(1).shape};
  for (const int64_t index : indices) value.integers.push_back(data[node.axis(index, size)]);
  node.define_output(std::move(value));
}

void concatenate_integers(Node& node) {
  Value value{.name = node.name(), .shape = {1, {0}}};
  for (int i = 0; i < node.input_count(); ++i) {
    const auto& part = node.integer_constant(i);
    if (node.input(i).shape.rank != 1) node.fail("only lists of integers can be concatenated");
    value.integers.insert(value.integers.end(), part.begin(), part.end());
    // A few bytes of a hostile file could else fill any memory, by doubling.
    if (std::ssize(value.integers) > kLongestList) node.fail("a list of too many integers");
  }
  value.shape.dims[0] = static_cast<int32_t>(value.integers.size());
  node.define_output(std::move(value));
}

void import_constant_of_shape(Node& node) {
  const Shape shape = node.shape(node.integer_constant(0));
  Value one{.floats = {0.0F}};
  if (node.has_attribute("value")) one = node.constant_attribute("value");
  if (one.floats.size() + one.integers.size() != 1) node.fail("its value is not one number");
  if (shape.elements() > kLongestConstant) node.fail("a constant of too many elements");
  const auto count = static_cast<size_t>(shape.elements());
  Value result{.shape = shape};
  if (one.integers.empty())
    result.floats.assign(count, one.floats[0]);
  else
    result.integers.assign(count, one.integers[0]);
  node.define_output(std::move(result));
}

namespace {

// Start, end and step along one axis. Bounds below 0 count from the end; those beyond it are cut.
struct Range {
  int64_t start, end, step;
};

AxisRange range_of(const Node& node, int32_t axis, Range range, int64_t size) {
  if (range.step == 0) node.fail("a step of 0");
  const bool is_forward = range.step > 0;
  const auto bound = [&](int64_t index) {
    if (index < 0) index = index < -size ? -1 : index + size;
    return std::clamp<int64_t>(index, is_forward ? 0 : -1, is_forward ? size : size - 1);
  };
  // INT64_MIN + size is still far below 0, and -1 as a bound is the last element.
  const int64_t start = bound(range.start), end = bound(range.end);
  const int64_t step = std::clamp<int64_t>(range.step, -size, size);
  const int64_t span = is_forward ? end - start : start - end;
  if (span <= 0) node.fail("its result is empty");
  const int64_t count = (span - 1) / std::abs(step) + 1;
  return {axis, static_cast<int32_t>(start), static_cast<int32_t>(step),
          static_cast<int32_t>(count)};
}

// Keeps what `range` names.
void select(Value& value, const AxisRange& range) {
  int64_t outer = 1, inner = 1;
  for (int32_t i = 0; i < value.shape.rank; ++i)
    if (i != range.axis) (i < range.axis ? outer : inner) *= value.shape.dims[i];
  const int64_t size = value.shape.dims[range.axis];
  std::vector<int64_t> kept;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t n = 0; n < range.count; ++n)
      for (int64_t i = 0; i < inner; ++i)
        kept.push_back(value.integers[static_cast<size_t>(
            (o * size + range.start + n * range.step) * inner + i)]);
  value.integers = std::move(kept);
  value.shape.dims[range.axis] = range.count;
}

}  // namespace

std::vector<AxisRange> read_slice(const Node& node) {
  const Shape& shape = node.input(0).shape;
  const bool are_inputs = node.opset() >= 10;
  const auto list = [&](int index, const char* attribute) {
    if (!are_inputs) return node.integers(attribute, {});
    return node.has_input(index) ? node.integer_constant(index) : std::vector<int64_t>();
  };
  const std::vector<int64_t> starts = list(1, "starts"), ends = list(2, "ends");
  const std::vector<int64_t> axes = list(3, "axes");
  const std::vector<int64_t> steps = are_inputs ? list(4, "") : std::vector<int64_t>();
  if (ends.size() != starts.size() || (!axes.empty() && axes.size() != starts.size()) ||
      (!steps.empty() && steps.size() != starts.size()))
    node.fail("starts, ends, axes and steps differ in length");
  std::vector<AxisRange> ranges;
  for (size_t i = 0; i < starts.size(); ++i) {
    const int32_t axis = node.axis(axes.empty() ? static_cast<int64_t>(i) : axes[i], shape.rank);
    if (std::ranges::find(ranges, axis, &AxisRange::axis) != ranges.end())
      node.fail(fmt::format("axis {} is named twice", axis));
    ranges.push_back(
        range_of(node, axis, {starts[i], ends[i], steps.empty() ? 1 : steps[i]}, shape.dims[axis]));
  }
  return ranges;
}

void slice_integers(Node& node) {
  Value value = node.input(0);
  for (const AxisRange& range : read_slice(node)) select(value, range);
  node.define_output(std::move(value));
}

void import_cast(Node& node) {
  const Value& input = node.input(0);
  const bool is_integer = input.is_integer || !input.integers.empty();
  const int64_t to = node.integer("to", 0);
  const bool to_integers = to == onnx::TensorProto::INT64 || to == onnx::TensorProto::INT32;
  if (to_integers ? is_integer : to == onnx::TensorProto::FLOAT && !is_integer)
    return node.define_output(input);
  node.fail("only casts that change nothing are supported");
}

}  // namespace solder::compiler
