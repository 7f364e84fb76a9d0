#include "compiler/ir/dump.h"

#include <fmt/format.h>

#include <algorithm>

namespace solder::compiler {
namespace {

template <class T>
std::string summarize(const Tensor& tensor) {
  const auto values = tensor.values<T>();
  if (values.size() <= 8) return fmt::format("{{{}}}", fmt::join(values, " "));
  const auto [low, high] = std::ranges::minmax(values);
  return fmt::format("const [{}, {}]", low, high);
}

std::string summarize(const Tensor& tensor) {
  switch (tensor.type) {
    case TensorType::FLOAT32:
      return summarize<float>(tensor);
    case TensorType::INT32:
      return summarize<int32_t>(tensor);
    case TensorType::INT64:
      return summarize<int64_t>(tensor);
    case TensorType::INT16:
      return summarize<int16_t>(tensor);
    case TensorType::INT8:
      return summarize<int8_t>(tensor);
    case TensorType::UINT8:
      return summarize<uint8_t>(tensor);
    default:
      return "const";
  }
}

std::string summarize(const Quantization& q) {
  if (q.scale.size() == 1) return fmt::format(" scale {} zero {}", q.scale[0], q.zero_point[0]);
  const auto [low, high] = std::ranges::minmax(q.scale);
  return fmt::format(" scale [{}, {}] per axis {}", low, high, q.axis);
}

std::string describe(const Graph& graph, int index) {
  if (index < 0) return "-";
  const Tensor& tensor = graph.tensors[index];
  std::string text = fmt::format("%{} '{}' {} {}", index, tensor.name, type_name(tensor.type),
                                 to_string(tensor.shape));
  if (tensor.is_constant()) text += " " + summarize(tensor);
  if (!tensor.quantization.scale.empty()) text += summarize(tensor.quantization);
  return text;
}

// What is not constant has been described where it was made.
std::string describe_operand(const Graph& graph, int index) {
  return index < 0 || graph.is_constant(index) ? describe(graph, index) : fmt::format("%{}", index);
}

template <class Describe>
std::string list(const Graph& graph, const std::vector<int>& tensors, Describe describe_one) {
  std::string text;
  for (const int tensor : tensors) text += (text.empty() ? "" : ", ") + describe_one(graph, tensor);
  return text;
}

const char* activation_name(Activation activation) {
  switch (activation) {
    case Activation::NONE:
      return "";
    case Activation::RELU:
      return " RELU";
    case Activation::RELU_N1_TO_1:
      return " RELU_N1_TO_1";
    case Activation::RELU6:
      return " RELU6";
  }
  return " ?";
}

std::string describe_options(const Operator& op) {
  const Options& o = op.options;
  const std::string window =
      fmt::format("{} stride {}x{}{}", o.padding == Padding::SAME ? "SAME" : "VALID", o.stride_h,
                  o.stride_w, o.cropped ? " cropped" : "");
  std::string text;
  switch (op.type) {
    case OperatorType::CONV_2D:
    case OperatorType::DEPTHWISE_CONV_2D:
      text = window;
      if (o.dilation_h != 1 || o.dilation_w != 1)
        text += fmt::format(" dilation {}x{}", o.dilation_h, o.dilation_w);
      break;
    case OperatorType::TRANSPOSE_CONV:
      text = window;
      break;
    case OperatorType::AVERAGE_POOL_2D:
    case OperatorType::MAX_POOL_2D:
      text = fmt::format("{}x{} {}", o.filter_h, o.filter_w, window);
      break;
    case OperatorType::SOFTMAX:
      text = fmt::format("beta {}", o.beta);
      break;
    case OperatorType::CONCATENATION:
    case OperatorType::GATHER:
    case OperatorType::PACK:
    case OperatorType::UNPACK:
      text = fmt::format("axis {}", o.axis);
      break;
    case OperatorType::LEAKY_RELU:
      text = fmt::format("alpha {}", o.alpha);
      break;
    case OperatorType::GELU:
      text = o.approximate ? "approximate" : "";
      break;
    case OperatorType::MEAN:
    case OperatorType::REDUCE_MAX:
    case OperatorType::REDUCE_MIN:
    case OperatorType::SUM:
    case OperatorType::FULLY_CONNECTED:
      text = o.keep_dims ? "keep_dims" : "";
      break;
    case OperatorType::SPACE_TO_DEPTH:
    case OperatorType::DEPTH_TO_SPACE:
      text = fmt::format("block {0}x{0}", o.block_size);
      break;
    case OperatorType::RESIZE_BILINEAR:
    case OperatorType::RESIZE_NEAREST_NEIGHBOR:
      text = o.align_corners ? "align_corners" : o.half_pixel_centers ? "half_pixel_centers" : "";
      break;
    case OperatorType::MIRROR_PAD:
      text = o.mirror_mode == MirrorPadMode::REFLECT ? "REFLECT" : "SYMMETRIC";
      break;
    default:
      break;
  }
  text += activation_name(o.activation);
  if (text.empty()) return "";
  return fmt::format(" {{{}}}", text.front() == ' ' ? text.substr(1) : text);
}

}  // namespace

std::string dump(const Graph& graph) {
  std::string text = fmt::format("graph '{}'\n", graph.name);
  for (const int input : graph.inputs) text += "  input " + describe(graph, input) + "\n";
  for (size_t i = 0; i < graph.operators.size(); ++i) {
    const Operator& op = graph.operators[i];
    const char* name = operator_name(op.type);
    text +=
        fmt::format("  {} {}{}: {} -> {}\n", i, name ? name : "?", describe_options(op),
                    list(graph, op.inputs, describe_operand), list(graph, op.outputs, describe));
  }
  for (const int output : graph.outputs) text += fmt::format("  output %{}\n", output);
  return text;
}

}  // namespace solder::compiler
