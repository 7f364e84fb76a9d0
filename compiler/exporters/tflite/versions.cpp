#include "compiler/exporters/tflite/versions.h"

#include <algorithm>

namespace solder::compiler {
namespace {

// What a kernel was first written for is version 1: FLOAT32 and, mostly, UINT8.
int32_t by_type(TensorType type, int32_t int8_version, int32_t int16_version) {
  if (type == TensorType::INT8) return int8_version;
  if (type == TensorType::INT16) return int16_version;
  return 1;
}

bool is_per_channel(const Tensor& tensor) { return tensor.quantization.scale.size() > 1; }

// INT8 weights with FLOAT32 activations.
bool is_hybrid(const Tensor& input, const Tensor& weights) {
  return input.type == TensorType::FLOAT32 && weights.type == TensorType::INT8;
}

int32_t conv_version(const Tensor& input, const Tensor& weights) {
  if (is_hybrid(input, weights)) return is_per_channel(weights) ? 5 : 2;
  if (input.shape.dim_of(4, 3) != weights.shape.dim_of(4, 3)) return 6;  // groups
  return by_type(input.type, 3, 4);
}

int32_t depthwise_conv_version(const Tensor& input, const Tensor& weights, const Options& options) {
  if (is_hybrid(input, weights)) return is_per_channel(weights) ? 6 : 4;
  const bool is_dilated = options.dilation_h != 1 || options.dilation_w != 1;
  return std::max(is_dilated ? 2 : 1, by_type(input.type, 3, 5));
}

int32_t fully_connected_version(const Tensor& input, const Tensor& weights, const Operator& op) {
  int32_t version = by_type(input.type, 4, 7);
  if (is_hybrid(input, weights)) version = is_per_channel(weights) ? 12 : 3;
  if (op.options.keep_dims) version = std::max(version, 5);
  if (op.input(2) < 0) version = std::max(version, 6);
  return version;
}

int32_t dequantize_version(const Tensor& input) {
  if (input.type == TensorType::FLOAT16) return 3;
  if (input.type == TensorType::INT8 && is_per_channel(input)) return 5;
  return by_type(input.type, 2, 3);
}

// The product of the input scales reaches the output's.
bool enlarges(const Tensor& a, const Tensor& b, const Tensor& output) {
  for (const Tensor* tensor : {&a, &b, &output})
    if (tensor->quantization.scale.empty()) return false;
  return a.quantization.scale[0] * b.quantization.scale[0] / output.quantization.scale[0] >= 1;
}

}  // namespace

int32_t operator_version(const Graph& graph, const Operator& op) {
  static const Tensor kAbsent;
  const auto tensor = [&](const std::vector<int>& list, size_t index) -> const Tensor& {
    return index < list.size() && list[index] >= 0 ? graph.tensors[list[index]] : kAbsent;
  };
  const Tensor& input = tensor(op.inputs, 0);
  const Tensor& weights = tensor(op.inputs, 1);
  const Tensor& output = tensor(op.outputs, 0);
  const bool broadcasts_beyond_rank_4 =
      !(input.shape == weights.shape) && std::max(input.shape.rank, weights.shape.rank) > 4;
  switch (op.type) {
    case OperatorType::CONV_2D:
      return conv_version(input, weights);
    case OperatorType::DEPTHWISE_CONV_2D:
      return depthwise_conv_version(input, weights, op.options);
    case OperatorType::FULLY_CONNECTED:
      return fully_connected_version(input, weights, op);
    case OperatorType::DEQUANTIZE:
      return dequantize_version(input);
    case OperatorType::QUANTIZE:
      if (is_per_channel(output)) return 3;
      return output.type == TensorType::INT16 ? 2 : 1;
    case OperatorType::RELU:
      return input.type == TensorType::UINT8 ? 2 : by_type(input.type, 2, 3);
    case OperatorType::TRANSPOSE_CONV:
      if (op.options.activation != Activation::NONE) return 4;
      return op.input(3) >= 0 ? 3 : by_type(weights.type, 2, 1);
    case OperatorType::GATHER:
      if (op.options.batch_dims != 0) return 5;
      return input.type == TensorType::BOOL ? 3 : by_type(input.type, 2, 4);
    case OperatorType::SPLIT:  // its first input is the axis
      return weights.type == TensorType::INT32 ? 3 : by_type(weights.type, 2, 4);
    case OperatorType::UNPACK:
      if (input.type == TensorType::BOOL) return 3;
      return input.type == TensorType::UINT8 ? 2 : by_type(input.type, 2, 4);
    case OperatorType::SLICE:
      return input.shape.rank > 4 ? 5 : by_type(input.type, 2, 4);
    case OperatorType::STRIDED_SLICE:
      if (op.options.ellipsis_mask != 0 || op.options.new_axis_mask != 0) return 6;
      if (input.shape.rank > 4) return 4;
      return input.type == TensorType::BOOL ? 3 : by_type(input.type, 2, 1);
    case OperatorType::RESIZE_BILINEAR:
      return std::max(op.options.half_pixel_centers ? 3 : 1, by_type(input.type, 2, 4));
    case OperatorType::RESIZE_NEAREST_NEIGHBOR:
      return std::max(op.options.half_pixel_centers || op.options.align_corners ? 3 : 1,
                      by_type(input.type, 2, 4));
    case OperatorType::TRANSPOSE:
      return std::max(input.shape.rank > 4 ? 4 : 1, by_type(input.type, 2, 5));
    case OperatorType::PAD:
    case OperatorType::PADV2:
      return input.shape.rank > 4 ? 4 : by_type(input.type, 2, 3);
    case OperatorType::DEPTH_TO_SPACE:
    case OperatorType::SPACE_TO_DEPTH:
    case OperatorType::SPLIT_V:
      return by_type(input.type, 2, 1);
    case OperatorType::SUB:
      return std::max(broadcasts_beyond_rank_4 ? 3 : 1, by_type(input.type, 2, 5));
    case OperatorType::DIV:
      return broadcasts_beyond_rank_4 ? 2 : 1;
    case OperatorType::MAXIMUM:
    case OperatorType::MINIMUM:
      return std::max(broadcasts_beyond_rank_4 ? 3 : 1, by_type(input.type, 2, 4));
    case OperatorType::MUL:
      return std::max(enlarges(input, weights, output) ? 3 : 1, by_type(input.type, 2, 4));
    case OperatorType::LEAKY_RELU:
      return by_type(input.type, 1, 2);
    case OperatorType::EXP:
    case OperatorType::LOG:
      return by_type(input.type, 2, 2);
    case OperatorType::GELU:
    case OperatorType::SQUARED_DIFFERENCE:
    case OperatorType::SUM:
      return by_type(input.type, 2, 1);
    case OperatorType::ELU:
    case OperatorType::EXPAND_DIMS:
    case OperatorType::HARD_SWISH:
    case OperatorType::NEG:
    case OperatorType::PRELU:
    case OperatorType::RELU_N1_TO_1:
    case OperatorType::RESHAPE:
    case OperatorType::SQUEEZE:
    case OperatorType::SQRT:
    case OperatorType::SQUARE:
      return 1;
    case OperatorType::ABS:
    case OperatorType::ADD:
    case OperatorType::AVERAGE_POOL_2D:
    case OperatorType::CONCATENATION:
    case OperatorType::LOGISTIC:
    case OperatorType::MAX_POOL_2D:
    case OperatorType::MEAN:
    case OperatorType::MIRROR_PAD:
    case OperatorType::PACK:
    case OperatorType::REDUCE_MAX:
    case OperatorType::REDUCE_MIN:
    case OperatorType::RELU6:
    case OperatorType::RSQRT:
    case OperatorType::SOFTMAX:
    case OperatorType::TANH:
      return by_type(input.type, 2, 3);
  }
  return 1;
}

}  // namespace solder::compiler
