#include "compiler/importers/onnx/node.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/importers/onnx/tensor_proto.h"

namespace solder::compiler {

void Node::fail(const std::string& message) const {
  const std::string& name =
      proto_.name().empty() && proto_.output_size() > 0 ? proto_.output(0) : proto_.name();
  throw ModelError(fmt::format("node {} '{}' ({}): {}", index_, name, proto_.op_type(), message));
}

const onnx::AttributeProto* Node::find(const std::string& name,
                                       onnx::AttributeProto::AttributeType type) const {
  for (const onnx::AttributeProto& attribute : proto_.attribute()) {
    if (attribute.name() != name) continue;
    if (attribute.type() != type) fail("attribute " + name + " has the wrong type");
    return &attribute;
  }
  return nullptr;
}

bool Node::has_attribute(const std::string& name) const {
  for (const onnx::AttributeProto& attribute : proto_.attribute())
    if (attribute.name() == name) return true;
  return false;
}

int64_t Node::integer(const std::string& name, int64_t fallback) const {
  const auto* attribute = find(name, onnx::AttributeProto::INT);
  return attribute ? attribute->i() : fallback;
}

float Node::number(const std::string& name, float fallback) const {
  const auto* attribute = find(name, onnx::AttributeProto::FLOAT);
  return attribute ? attribute->f() : fallback;
}

std::string Node::text(const std::string& name, const std::string& fallback) const {
  const auto* attribute = find(name, onnx::AttributeProto::STRING);
  return attribute ? attribute->s() : fallback;
}

std::vector<int64_t> Node::integers(const std::string& name, std::vector<int64_t> fallback) const {
  const auto* attribute = find(name, onnx::AttributeProto::INTS);
  return attribute ? std::vector<int64_t>(attribute->ints().begin(), attribute->ints().end())
                   : fallback;
}

std::vector<float> Node::numbers(const std::string& name) const {
  const auto* attribute = find(name, onnx::AttributeProto::FLOATS);
  return attribute ? std::vector<float>(attribute->floats().begin(), attribute->floats().end())
                   : std::vector<float>();
}

std::vector<int64_t> Node::spatial(const std::string& name, int32_t rank, int64_t fallback,
                                   size_t lists) const {
  const size_t dims = rank - 2;
  std::vector<int64_t> values = integers(name, std::vector<int64_t>(lists * dims, fallback));
  if (values.size() != lists * dims)
    fail(fmt::format("{} has {} entries, {} are wanted for an input of rank {}", name,
                     values.size(), lists * dims, rank));
  if (dims == 1)
    for (size_t i = 0; i < lists; ++i) values.insert(values.begin() + 2 * i, fallback);
  return values;
}

std::array<int64_t, 2> Node::size_pair(const std::string& name, int32_t rank) const {
  const std::vector<int64_t> values = spatial(name, rank, 1);
  for (const int64_t value : values)
    if (value < 1 || value > (1 << 20)) fail(fmt::format("{} of {}", name, value));
  return {values[0], values[1]};
}

Value Node::constant_attribute(const std::string& name) const {
  const auto* attribute = find(name, onnx::AttributeProto::TENSOR);
  if (attribute == nullptr) fail("attribute " + name + " is missing");
  return read_tensor(attribute->t(), fmt::format("constant '{}'", this->name()));
}

bool Node::is_empty_constant(const std::string& name) const {
  const auto* attribute = find(name, onnx::AttributeProto::TENSOR);
  return attribute != nullptr &&
         std::ranges::find(attribute->t().dims(), 0) != attribute->t().dims().end();
}

std::vector<std::string> Node::texts(const std::string& name) const {
  const auto* attribute = find(name, onnx::AttributeProto::STRINGS);
  return attribute
             ? std::vector<std::string>(attribute->strings().begin(), attribute->strings().end())
             : std::vector<std::string>();
}

bool Node::has_input(int index) const {
  return index < proto_.input_size() && !proto_.input(index).empty();
}

Value& Node::input(int index) const {
  if (!has_input(index)) fail(fmt::format("input {} is missing", index));
  Value* value = builder_.find(proto_.input(index));
  if (value == nullptr)
    fail(fmt::format("input '{}' is not defined before this node", proto_.input(index)));
  return *value;
}

Value& Node::moved_value(int index) const {
  Value& value = input(index);
  if (!value.integers.empty())
    fail(fmt::format("input '{}' is a constant of integers, which is not supported", value.name));
  return value;
}

Value& Node::floats(int index) const {
  Value& value = input(index);
  if (!value.integers.empty() || value.is_integer)
    fail(fmt::format("input '{}' must be of type FLOAT", value.name));
  return value;
}

Value& Node::float_constant(int index) const {
  Value& value = floats(index);
  if (!value.is_constant()) fail(fmt::format("input '{}' must be a constant", value.name));
  return value;
}

const std::vector<int64_t>& Node::integer_constant(int index) const {
  const Value& value = input(index);
  if (value.integers.empty())
    fail(fmt::format("input '{}' must be a constant of integers", value.name));
  return value.integers;
}

int32_t Node::axis(int64_t axis, int32_t rank) const {
  if (axis < -rank || axis >= rank)
    fail(fmt::format("axis {} does not exist in a value of rank {}", axis, rank));
  return static_cast<int32_t>(axis < 0 ? axis + rank : axis);
}

Shape Node::shape(std::span<const int64_t> dims) const {
  try {
    return make_shape(dims, "output");
  } catch (const ModelError& error) {
    fail(error.what());
  }
}

int Node::emit(OperatorType type, std::vector<int> inputs, Shape stored, const Options& options,
               const char* suffix) const {
  return builder_.emit(type, std::move(inputs), name() + suffix, stored, options);
}

void Node::define_output(int tensor, Layout layout, const Shape& shape) const {
  define_output(0, tensor, layout, shape);
}

bool Node::has_output(int index) const {
  return index < proto_.output_size() && !proto_.output(index).empty();
}

void Node::define_output(int index, int tensor, Layout layout, const Shape& shape) const {
  Value value{.name = proto_.output(index), .shape = shape};
  value.is_integer = builder_.graph().tensors[tensor].type == TensorType::INT32;
  value.tensor(has_layouts(shape) ? layout : Layout::kOnnx) = tensor;
  const std::string name = value.name;
  builder_.define(name, std::move(value));
}

}  // namespace solder::compiler
