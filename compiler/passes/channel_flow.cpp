#include "compiler/passes/channel_flow.h"

#include <algorithm>

namespace solder::compiler {
namespace {

using Links = std::vector<ChannelLink>;

bool is_weight_type(TensorType type) {
  return type == TensorType::FLOAT32 || type == TensorType::INT8 || type == TensorType::UINT8;
}

bool is_int32_constant(const Graph& graph, int tensor, int64_t elements) {
  return graph.is_constant(tensor) && graph.tensors[tensor].type == TensorType::INT32 &&
         graph.tensors[tensor].shape.elements() == elements;
}

// Whether no bias is there, or a constant one of `channels` elements.
bool has_plain_bias(const Graph& graph, const Operator& op, int32_t channels) {
  const int bias = op.input(2);
  return bias < 0 || (graph.is_constant(bias) && graph.tensors[bias].shape.elements() == channels);
}

// Inputs that have the output's channels, one to one. Single numbers go into all of them.
std::optional<Links> link_alike(const Graph& graph, const Operator& op, size_t inputs) {
  const int32_t channels = channels_of(graph.tensors[op.outputs[0]]);
  Links links;
  for (size_t i = 0; i < inputs; ++i) {
    const Tensor& input = graph.tensors[op.inputs[i]];
    if (input.is_constant() && input.shape.elements() == 1) continue;
    if (channels_of(input) != channels) return std::nullopt;
    for (int32_t c = 0; c < channels; ++c) links.push_back({i, c, c});
  }
  return links;
}

// PADV2 has its value, one number, as a third input.
std::optional<Links> link_pad(const Graph& graph, const Operator& op) {
  const int32_t rank = graph.tensors[op.inputs[0]].shape.rank;
  if (rank < 1 || !is_int32_constant(graph, op.input(1), int64_t{2} * rank)) return std::nullopt;
  const auto amounts = graph.tensors[op.inputs[1]].values<int32_t>();
  if (amounts[2 * rank - 2] != 0 || amounts[2 * rank - 1] != 0) return std::nullopt;
  return link_alike(graph, op, 1);
}

std::optional<Links> link_reduction(const Graph& graph, const Operator& op) {
  const int32_t rank = graph.tensors[op.inputs[0]].shape.rank;
  const int axes = op.input(1);
  if (!graph.is_constant(axes) || graph.tensors[axes].type != TensorType::INT32)
    return std::nullopt;
  for (const int32_t axis : graph.tensors[axes].values<int32_t>())
    if (axis == -1 || axis == rank - 1) return std::nullopt;
  return link_alike(graph, op, 1);
}

// Rows of whole pixels, whichever of input and output has the longer ones.
std::optional<Links> link_reshape(const Graph& graph, const Operator& op) {
  const Tensor& from = graph.tensors[op.inputs[0]];
  const Tensor& to = graph.tensors[op.outputs[0]];
  const int32_t a = channels_of(from), b = channels_of(to);
  if (a < 1 || b < 1 || (a % b != 0 && b % a != 0) || from.shape.elements() != to.shape.elements())
    return std::nullopt;
  Links links;
  for (int32_t i = 0; i < std::max(a, b); ++i) links.push_back({0, i % a, i % b});
  return links;
}

std::optional<Links> link_concatenation(const Graph& graph, const Operator& op) {
  const Tensor& output = graph.tensors[op.outputs[0]];
  const int32_t last = output.shape.rank - 1;
  if (op.options.axis != -1 && op.options.axis != last)
    return link_alike(graph, op, op.inputs.size());
  Links links;
  int32_t next = 0;
  for (size_t i = 0; i < op.inputs.size(); ++i) {
    const int32_t channels = channels_of(graph.tensors[op.inputs[i]]);
    for (int32_t c = 0; c < channels; ++c) links.push_back({i, c, next++});
  }
  return next == channels_of(output) ? std::optional(links) : std::nullopt;
}

std::optional<Links> link_depthwise(const Graph& graph, const Operator& op) {
  if (!graph.is_constant(op.input(1))) return std::nullopt;
  const int32_t inputs = channels_of(graph.tensors[op.inputs[0]]);
  const int32_t outputs = channels_of(graph.tensors[op.outputs[0]]);
  const Shape& filter = graph.tensors[op.inputs[1]].shape;
  if (inputs < 1 || outputs % inputs != 0 || filter.rank != 4 || filter.dims[0] != 1 ||
      filter.dims[3] != outputs || !is_weight_type(graph.tensors[op.inputs[1]].type) ||
      !has_plain_bias(graph, op, outputs))
    return std::nullopt;
  Links links;
  for (int32_t c = 0; c < outputs; ++c) links.push_back({0, c / (outputs / inputs), c});
  return links;
}

}  // namespace

int32_t channels_of(const Tensor& tensor) {
  return tensor.shape.rank < 1 ? 0 : tensor.shape.dims[tensor.shape.rank - 1];
}

std::optional<Links> channel_links(const Graph& graph, const Operator& op) {
  const bool may_lack_inputs = op.type == OperatorType::DEPTHWISE_CONV_2D;
  if (op.outputs.size() != 1 ||
      (!may_lack_inputs && std::ranges::find(op.inputs, -1) != op.inputs.end()))
    return std::nullopt;
  // What can make NaN of a channel of zeros is not among them: a weight of zero does not hide that.
  switch (op.type) {
    case OperatorType::ADD:
    case OperatorType::MAXIMUM:
    case OperatorType::MINIMUM:
    case OperatorType::MUL:
    case OperatorType::PRELU:
    case OperatorType::SQUARED_DIFFERENCE:
    case OperatorType::SUB:
      return link_alike(graph, op, op.inputs.size());
    case OperatorType::ABS:
    case OperatorType::AVERAGE_POOL_2D:
    case OperatorType::DEQUANTIZE:
    case OperatorType::ELU:
    case OperatorType::GELU:
    case OperatorType::HARD_SWISH:
    case OperatorType::LEAKY_RELU:
    case OperatorType::LOGISTIC:
    case OperatorType::MAX_POOL_2D:
    case OperatorType::NEG:
    case OperatorType::QUANTIZE:
    case OperatorType::RELU:
    case OperatorType::RELU6:
    case OperatorType::RELU_N1_TO_1:
    case OperatorType::RESIZE_BILINEAR:
    case OperatorType::RESIZE_NEAREST_NEIGHBOR:
    case OperatorType::SQUARE:
    case OperatorType::TANH:
      return link_alike(graph, op, 1);
    case OperatorType::CONCATENATION:
      return link_concatenation(graph, op);
    case OperatorType::DEPTHWISE_CONV_2D:
      return link_depthwise(graph, op);
    case OperatorType::MEAN:
    case OperatorType::REDUCE_MAX:
    case OperatorType::REDUCE_MIN:
    case OperatorType::SUM:
      return link_reduction(graph, op);
    case OperatorType::MIRROR_PAD:
    case OperatorType::PAD:
    case OperatorType::PADV2:
      return link_pad(graph, op);
    case OperatorType::RESHAPE:
      return link_reshape(graph, op);
    default:
      return std::nullopt;
  }
}

bool mixes_channels(const Graph& graph, const Operator& op) {
  const bool is_conv = op.type == OperatorType::CONV_2D;
  if ((!is_conv && op.type != OperatorType::FULLY_CONNECTED) || op.outputs.size() != 1 ||
      graph.is_constant(op.input(0)) || !graph.is_constant(op.input(1)))
    return false;
  const Tensor& weights = graph.tensors[op.inputs[1]];
  const Shape& shape = weights.shape;
  const int32_t channels = channels_of(graph.tensors[op.inputs[0]]);
  if (shape.rank != (is_conv ? 4 : 2) || channels < 1 || !is_weight_type(weights.type))
    return false;
  if (is_conv ? shape.dims[3] != channels : shape.dims[1] % channels != 0) return false;
  return channels_of(graph.tensors[op.outputs[0]]) == shape.dims[0] &&
         has_plain_bias(graph, op, shape.dims[0]);
}

}  // namespace solder::compiler
