#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>

#include "compiler/importers/onnx/operators.h"

namespace solder::compiler {
namespace {

// Scale and zero point as the node gives them, one or one for each index of dimension `axis`.
struct Parameters {
  std::vector<float> scale;
  std::vector<int64_t> zero_point = {};
  int32_t axis = 0;
  int32_t data_type = onnx::TensorProto::UINT8;  // of the integers

  // The scale and zero point of the element at `index`.
  size_t at(const Shape& shape, size_t index) const {
    if (scale.size() == 1) return 0;
    for (int32_t d = shape.rank; --d > axis;) index /= static_cast<size_t>(shape.dims[d]);
    return index % scale.size();
  }
};

struct Limits {
  int64_t min, max;
};
Limits limits_of(int32_t data_type) {
  if (data_type == onnx::TensorProto::INT8) return {-128, 127};
  if (data_type == onnx::TensorProto::UINT8) return {0, 255};
  return {INT32_MIN, INT32_MAX};
}

// `data_type`: of the integers, where no zero point tells it.
Parameters read_parameters(const Node& node, const Shape& shape, int32_t data_type) {
  Parameters p{.scale = node.float_constant(1).floats, .data_type = data_type};
  p.zero_point.resize(p.scale.size());
  if (node.has_input(2)) {
    p.zero_point = node.integer_constant(2);
    p.data_type = node.input(2).data_type;
  }
  if (p.data_type != onnx::TensorProto::INT8 && p.data_type != onnx::TensorProto::UINT8 &&
      p.data_type != onnx::TensorProto::INT32)
    node.fail("only INT8 and UINT8 are supported, and INT32 for biases");
  if (p.scale.size() != p.zero_point.size())
    node.fail(fmt::format("{} scales but {} zero points", p.scale.size(), p.zero_point.size()));
  if (p.scale.size() > 1) {
    p.axis = node.axis(node.integer("axis", 1), shape.rank);
    if (p.scale.size() != static_cast<size_t>(shape.dims[p.axis]))
      node.fail(fmt::format("{} scales for dimension {} of {}", p.scale.size(), p.axis,
                            to_string(shape)));
  }
  const Limits limits = limits_of(p.data_type);
  for (size_t i = 0; i < p.scale.size(); ++i)
    if (!std::isfinite(p.scale[i]) || p.scale[i] <= 0 || p.zero_point[i] < limits.min ||
        p.zero_point[i] > limits.max)
      node.fail(fmt::format("scale {} with zero point {}", p.scale[i], p.zero_point[i]));
  return p;
}

// UINT8 becomes INT8, 128 less.
Quantization as_int8(const Parameters& p) {
  Quantization q{p.scale, p.zero_point, p.axis};
  if (p.data_type == onnx::TensorProto::UINT8)
    for (int64_t& zero_point : q.zero_point) zero_point -= 128;
  return q;
}

// Halves to even, as ONNX has it.
Value quantized_constant(const Value& input, const Parameters& p) {
  const Limits limits = limits_of(p.data_type);
  Value value{.shape = input.shape, .data_type = p.data_type};
  for (size_t i = 0; i < input.floats.size(); ++i) {
    const size_t at = p.at(input.shape, i);
    const float level = std::nearbyint(input.floats[i] / p.scale[at]);
    const double shifted = double{level} + static_cast<double>(p.zero_point[at]);
    const double clamped =
        std::clamp(std::isnan(shifted) ? 0 : shifted, static_cast<double>(limits.min),
                   static_cast<double>(limits.max));
    value.integers.push_back(static_cast<int64_t>(clamped));
  }
  return value;
}

Value dequantized_constant(const Value& input, const Parameters& p) {
  Value value{.shape = input.shape};
  for (size_t i = 0; i < input.integers.size(); ++i) {
    const size_t at = p.at(input.shape, i);
    value.floats.push_back(p.scale[at] * static_cast<float>(input.integers[i] - p.zero_point[at]));
  }
  const Quantization q = as_int8(p);
  const bool is_symmetric = std::ranges::all_of(q.zero_point, [](int64_t z) { return z == 0; });
  if (p.data_type == onnx::TensorProto::INT32 || !is_symmetric) return value;
  const int64_t shift = p.data_type == onnx::TensorProto::UINT8 ? 128 : 0;
  for (const int64_t integer : input.integers)
    value.levels.push_back(static_cast<int8_t>(integer - shift));
  value.quantization = q;
  return value;
}

}  // namespace

void import_quantize_linear(Node& node) {
  Value& input = node.floats(0);
  const Parameters p = read_parameters(node, input.shape, onnx::TensorProto::UINT8);
  if (p.data_type == onnx::TensorProto::INT32) node.fail("only INT8 and UINT8 are supported");
  if (input.is_constant()) return node.define_output(quantized_constant(input, p));
  if (p.scale.size() != 1)
    node.fail(fmt::format("{} scales; activations must have one", p.scale.size()));
  const Layout layout = input.layout();
  const int x = node.tensor(input, layout);
  const int y = node.emit(OperatorType::QUANTIZE, {x}, stored_shape(input.shape, layout));
  Tensor& tensor = node.builder().graph().tensors[y];
  tensor.type = TensorType::INT8;
  tensor.quantization = as_int8(p);
  Value value{.shape = input.shape, .quantization = tensor.quantization};
  value.tensor(has_layouts(input.shape) ? layout : Layout::kOnnx) = y;
  node.define_output(std::move(value));
}

void import_dequantize_linear(Node& node) {
  Value& input = node.input(0);
  if (!input.integers.empty()) {
    const Parameters p = read_parameters(node, input.shape, input.data_type);
    if (p.data_type != input.data_type) node.fail("its zero point has another type than its input");
    return node.define_output(dequantized_constant(input, p));
  }
  if (!input.is_quantized())
    node.fail(
        fmt::format("input '{}' is neither a constant of integers nor quantized", input.name));
  const Parameters p = read_parameters(node, input.shape, onnx::TensorProto::UINT8);
  if (as_int8(p) != input.quantization)
    node.fail("its scale or zero point is not that of the QuantizeLinear before it");
  const Layout layout = input.layout();
  const int x = node.tensor(input, layout);
  const int y = node.emit(OperatorType::DEQUANTIZE, {x}, stored_shape(input.shape, layout));
  node.define_output(y, layout, input.shape);
}

}  // namespace solder::compiler
