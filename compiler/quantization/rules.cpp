#include "compiler/quantization/rules.h"

#include <fmt/format.h>

namespace solder::compiler {

bool has_float_weights(const Graph& graph, const Operator& op) {
  const auto is_float_constant = [&](int tensor) {
    return graph.is_constant(tensor) && graph.tensors[tensor].type == TensorType::FLOAT32;
  };
  switch (op.type) {
    case OperatorType::CONV_2D:
    case OperatorType::DEPTHWISE_CONV_2D:
    case OperatorType::FULLY_CONNECTED:
      return is_float_constant(op.input(1)) && (op.input(2) < 0 || is_float_constant(op.input(2)));
    default:
      return false;
  }
}

std::optional<int32_t> scale_axis(const Operator& op) {
  if (op.type == OperatorType::CONV_2D) return 0;
  if (op.type == OperatorType::DEPTHWISE_CONV_2D) return 3;
  return std::nullopt;
}

void check_is_float(const Graph& graph) {
  for (const Tensor& tensor : graph.tensors)
    if (!tensor.quantization.scale.empty())
      throw ModelError(
          fmt::format("tensor '{}' is quantized already: give the FLOAT32 model", tensor.name));
}

IntegerRule integer_rule(const Graph& graph, const Operator& op) {
  for (const int tensor : {op.input(0), op.outputs[0]})
    if (tensor < 0 || graph.tensors[tensor].type != TensorType::FLOAT32) return IntegerRule::kFloat;
  switch (op.type) {
    case OperatorType::CONV_2D:
    case OperatorType::DEPTHWISE_CONV_2D:
    case OperatorType::FULLY_CONNECTED:
      return has_float_weights(graph, op) ? IntegerRule::kWeighted : IntegerRule::kFloat;
    case OperatorType::ADD:
    case OperatorType::MEAN:
    case OperatorType::RELU:
    case OperatorType::RELU_N1_TO_1:
    case OperatorType::RELU6:
      return IntegerRule::kAnyScale;
    case OperatorType::AVERAGE_POOL_2D:
    case OperatorType::CONCATENATION:
    case OperatorType::MAX_POOL_2D:
    case OperatorType::PAD:
    case OperatorType::RESHAPE:
    case OperatorType::TRANSPOSE:
      return IntegerRule::kSameScale;
    case OperatorType::LOGISTIC:
    case OperatorType::SOFTMAX:
      return IntegerRule::kUnit;
    default:
      return IntegerRule::kFloat;
  }
}

}  // namespace solder::compiler
