#include "compiler/importers/onnx/builder.h"

#include <fmt/format.h>

#include "compiler/ir/transpose.h"

namespace solder::compiler {

Shape stored_shape(const Shape& shape, Layout layout) {
  if (!has_layouts(shape) || layout == Layout::kOnnx) return shape;
  return transposed(shape, to_channels_last(shape.rank));
}

Tensor weights_of(const Value& value, std::span<const int32_t> permutation, int32_t channels) {
  Tensor tensor = float_constant(value.name, value.shape, value.floats);
  const Quantization& q = value.quantization;
  const bool is_per_tensor = q.scale.size() == 1;
  if (!value.levels.empty() && (is_per_tensor || permutation[channels] == q.axis)) {
    tensor.type = TensorType::INT8;
    tensor.quantization = {q.scale, q.zero_point, is_per_tensor ? 0 : channels};
    tensor.data.assign(value.levels.begin(), value.levels.end());
  }
  tensor.data = transposed(tensor.data, tensor.shape, permutation, size_of(tensor.type));
  tensor.shape = transposed(tensor.shape, permutation);
  return tensor;
}

void Builder::define(const std::string& name, Value value) {
  value.name = name;
  if (!values_.emplace(name, std::move(value)).second)
    throw ModelError(fmt::format("two values are named '{}'", name));
}

Value* Builder::find(const std::string& name) {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

int Builder::tensor(Value& value, Layout layout) {
  if (!has_layouts(value.shape)) layout = Layout::kOnnx;
  int& result = value.tensor(layout);
  if (result >= 0) return result;
  if (value.is_constant()) return result = constant_tensor(value, layout);
  if (layout == Layout::kChannelsLast)
    return result = emit_transpose(value.tensor(Layout::kOnnx), value.name + "/nhwc",
                                   to_channels_last(value.shape.rank));
  return result = emit_transpose(value.tensor(Layout::kChannelsLast), value.name + "/nchw",
                                 from_channels_last(value.shape.rank));
}

int Builder::constant_tensor(const Value& value, Layout layout) {
  Tensor tensor = float_constant(value.name, value.shape, value.floats);
  if (layout == Layout::kChannelsLast) {
    const std::span<const int32_t> order = to_channels_last(value.shape.rank);
    tensor.data = transposed(tensor.data, tensor.shape, order, sizeof(float));
    tensor.shape = transposed(tensor.shape, order);
  }
  return graph().add_tensor(std::move(tensor));
}

}  // namespace solder::compiler
