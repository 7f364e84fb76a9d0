#include "compiler/quantization/rules.h"

#include <fmt/format.h>

#include "compiler/planning/executable.h"
#include "compiler/quantization/affine.h"

namespace solder::compiler {

namespace {

IntegerRule rule_of(const Graph& graph, const Operator& op) {
  for (const int tensor : {op.input(data_input(op)), op.outputs[0]})
    if (tensor < 0 || graph.tensors[tensor].type != TensorType::FLOAT32) return IntegerRule::kFloat;
  switch (op.type) {
    case OperatorType::CONV_2D:
    case OperatorType::DEPTHWISE_CONV_2D:
    case OperatorType::FULLY_CONNECTED:
    case OperatorType::TRANSPOSE_CONV:
      return has_float_weights(graph, op) ? IntegerRule::kWeighted : IntegerRule::kFloat;
    case OperatorType::ABS:
    case OperatorType::ADD:
    case OperatorType::ELU:
    case OperatorType::GELU:
    case OperatorType::HARD_SWISH:
    case OperatorType::LEAKY_RELU:
    case OperatorType::MEAN:
    case OperatorType::MUL:
    case OperatorType::PRELU:
    case OperatorType::RELU:
    case OperatorType::RELU_N1_TO_1:
    case OperatorType::RELU6:
    case OperatorType::SQUARED_DIFFERENCE:
    case OperatorType::SUB:
    case OperatorType::SUM:
      return IntegerRule::kAnyScale;
    case OperatorType::AVERAGE_POOL_2D:
    case OperatorType::CONCATENATION:
    case OperatorType::DEPTH_TO_SPACE:
    case OperatorType::EXPAND_DIMS:
    case OperatorType::GATHER:
    case OperatorType::MAX_POOL_2D:
    case OperatorType::MAXIMUM:
    case OperatorType::MINIMUM:
    case OperatorType::MIRROR_PAD:
    case OperatorType::PACK:
    case OperatorType::PAD:
    case OperatorType::PADV2:
    case OperatorType::REDUCE_MAX:
    case OperatorType::REDUCE_MIN:
    case OperatorType::RESHAPE:
    case OperatorType::RESIZE_BILINEAR:
    case OperatorType::RESIZE_NEAREST_NEIGHBOR:
    case OperatorType::SLICE:
    case OperatorType::SPACE_TO_DEPTH:
    case OperatorType::SPLIT:
    case OperatorType::SPLIT_V:
    case OperatorType::SQUEEZE:
    case OperatorType::STRIDED_SLICE:
    case OperatorType::TRANSPOSE:
    case OperatorType::UNPACK:
      return IntegerRule::kSameScale;
    case OperatorType::LOGISTIC:
    case OperatorType::SOFTMAX:
      return IntegerRule::kUnit;
    case OperatorType::TANH:
      return IntegerRule::kSymmetricUnit;
    default:
      // EXP too: many an interpreter of TensorFlow Lite has none of INT8.
      return IntegerRule::kFloat;
  }
}

// Whether `op`, which has no weights, can be prepared with activations of `type`.
bool has_kernel(const Graph& graph, const Operator& op, IntegerRule rule, TensorType type) {
  Graph alone;
  const auto add = [&](int tensor) {
    if (tensor < 0) return -1;
    Tensor copy = graph.tensors[tensor];
    if (copy.type == TensorType::FLOAT32) {
      copy.type = type;
      copy.quantization = {.scale = {1.0F}, .zero_point = {0}};
      if (copy.is_constant())
        copy.data = quantize_values(graph.tensors[tensor].values<float>(), copy.quantization, type);
    }
    return alone.add_tensor(std::move(copy));
  };
  Operator copy = op;
  for (int& input : copy.inputs) {
    input = add(input);
    if (input >= 0 && !alone.is_constant(input)) alone.inputs.push_back(input);
  }
  for (int& output : copy.outputs) output = add(output);
  if (is_fixed(rule)) alone.tensors[copy.outputs[0]].quantization = fixed_quantization(rule, type);
  alone.operators = {copy};
  alone.outputs = copy.outputs;
  try {
    const Executable executable(std::move(alone), kReferenceKernels);
    return true;
  } catch (const ModelError&) {
    return false;
  }
}

}  // namespace

size_t data_input(const Operator& op) {
  if (op.type == OperatorType::SPLIT) return 1;
  return op.type == OperatorType::TRANSPOSE_CONV ? 2 : 0;
}

WeightInputs weight_inputs(const Operator& op) {
  if (op.type == OperatorType::TRANSPOSE_CONV) return {.weights = 1, .bias = 3};
  return {};
}

bool has_float_weights(const Graph& graph, const Operator& op) {
  const auto is_float_constant = [&](int tensor) {
    return graph.is_constant(tensor) && graph.tensors[tensor].type == TensorType::FLOAT32;
  };
  switch (op.type) {
    case OperatorType::CONV_2D:
    case OperatorType::DEPTHWISE_CONV_2D:
    case OperatorType::FULLY_CONNECTED:
    case OperatorType::TRANSPOSE_CONV: {
      const auto [weights, bias] = weight_inputs(op);
      return is_float_constant(op.input(weights)) &&
             (op.input(bias) < 0 || is_float_constant(op.input(bias)));
    }
    default:
      return false;
  }
}

std::optional<int32_t> scale_axis(const Operator& op) {
  if (op.type == OperatorType::CONV_2D || op.type == OperatorType::TRANSPOSE_CONV) return 0;
  if (op.type == OperatorType::DEPTHWISE_CONV_2D) return 3;
  return std::nullopt;
}

void check_is_float(const Graph& graph) {
  for (const Tensor& tensor : graph.tensors)
    if (!tensor.quantization.scale.empty())
      throw ModelError(
          fmt::format("tensor '{}' is quantized already: give the FLOAT32 model", tensor.name));
}

Quantization fixed_quantization(IntegerRule rule, TensorType type) {
  if (type == TensorType::INT16) return {.scale = {1.0F / 32768}, .zero_point = {0}};
  if (rule == IntegerRule::kSymmetricUnit) return {.scale = {1.0F / 128}, .zero_point = {0}};
  return {.scale = {1.0F / 256}, .zero_point = {-128}};
}

IntegerRule integer_rule(const Graph& graph, const Operator& op, TensorType type) {
  // TensorFlow Lite has none of INT16, though we have.
  if (type == TensorType::INT16 &&
      (op.type == OperatorType::SQUARED_DIFFERENCE || op.type == OperatorType::SUM))
    return IntegerRule::kFloat;
  const IntegerRule rule = rule_of(graph, op);
  const bool needs_kernel = rule != IntegerRule::kFloat && rule != IntegerRule::kWeighted;
  return needs_kernel && !has_kernel(graph, op, rule, type) ? IntegerRule::kFloat : rule;
}

}  // namespace solder::compiler
