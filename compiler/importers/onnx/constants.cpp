#include <algorithm>

#include "compiler/importers/onnx/operators.h"

namespace solder::compiler {

void import_constant(Node& node) {
  Value value{.name = node.name()};
  if (node.has_attribute("value")) {
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

void import_gather(Node& node) {
  const std::vector<int64_t>& data = node.integer_constant(0);
  const std::vector<int64_t>& indices = node.integer_constant(1);
  if (node.input(0).shape.rank != 1) node.fail("only a list of integers can be gathered from");
  const auto size = static_cast<int32_t>(data.size());
  Value value{.name = node.name(), .shape = node.input(1).shape};
  for (const int64_t index : indices) value.integers.push_back(data[node.axis(index, size)]);
  node.define_output(std::move(value));
}

void import_cast(Node& node) {
  const Value& input = node.input(0);
  const int64_t to = node.integer("to", 0);
  const bool to_integers = to == onnx::TensorProto::INT64 || to == onnx::TensorProto::INT32;
  if (to_integers ? !input.integers.empty()
                  : to == onnx::TensorProto::FLOAT && input.integers.empty())
    return node.define_output(input);
  node.fail("only casts that change nothing are supported");
}

}  // namespace solder::compiler
