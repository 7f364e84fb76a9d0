#include <algorithm>
#include <cmath>

#include "compiler/passes/passes.h"
#include "compiler/passes/rewrite.h"

namespace solder::compiler {
namespace {

// Biases leave room for the sum of products.
constexpr double kLargestBias = 1 << 30;

bool is_per_tensor_int8(const Tensor& tensor) {
  return tensor.type == TensorType::INT8 && tensor.quantization.scale.size() == 1 &&
         tensor.quantization.scale[0] > 0;
}

// The INT8 tensor that a DEQUANTIZE made `tensor` of; -1 where none did.
int quantized_source(const Graph& graph, int tensor) {
  const int producer = tensor < 0 ? -1 : graph.producer_of(tensor);
  if (producer < 0 || graph.operators[producer].type != OperatorType::DEQUANTIZE) return -1;
  const int source = graph.operators[producer].inputs[0];
  return is_per_tensor_int8(graph.tensors[source]) ? source : -1;
}

// Whether the operator gives, for values of one quantization, values of that quantization.
bool keeps_levels(const Graph& graph, const Operator& op) {
  switch (op.type) {
    case OperatorType::MAX_POOL_2D:
      return op.options.activation == Activation::NONE || op.options.activation == Activation::RELU;
    case OperatorType::CONCATENATION:
      return op.options.activation == Activation::NONE &&
             std::ranges::all_of(op.inputs, [&](int input) {
               const int source = quantized_source(graph, input);
               return source >= 0 &&
                      graph.tensors[source].quantization ==
                          graph.tensors[quantized_source(graph, op.inputs[0])].quantization;
             });
    case OperatorType::PAD:
    case OperatorType::RELU:
    case OperatorType::RESHAPE:
    case OperatorType::TRANSPOSE:
      return true;
    default:
      return false;
  }
}

// A DEQUANTIZE before such an operator goes behind it.
bool sink(Graph& graph, int index) {
  Operator& op = graph.operators[index];
  const int source = quantized_source(graph, op.input(0));
  if (source < 0 || op.outputs.size() != 1 || !keeps_levels(graph, op)) return false;
  const int output = op.outputs[0];
  const size_t count = op.type == OperatorType::CONCATENATION ? op.inputs.size() : 1;
  for (size_t i = 0; i < count; ++i) op.inputs[i] = quantized_source(graph, op.inputs[i]);
  Tensor integer = graph.tensors[output];
  integer.name += "_int8";
  integer.type = TensorType::INT8;
  integer.quantization = graph.tensors[source].quantization;
  const int result = graph.add_tensor(std::move(integer));
  op.outputs = {result};
  graph.operators.insert(
      graph.operators.begin() + index + 1,
      {.type = OperatorType::DEQUANTIZE, .inputs = {result}, .outputs = {output}});
  return true;
}

// Of FLOAT32 for the scales of input and weights; false when it is no such bias or too large.
bool quantize_bias(const Graph& graph, const Operator& op, const Quantization& input,
                   Tensor& bias) {
  const Tensor& weights = graph.tensors[op.inputs[1]];
  const auto outputs = weights.shape.dims[output_dimension(op, weights)];
  std::vector<float> values(outputs);
  bias.name = weights.name + "/bias";
  if (op.input(2) >= 0) {
    const Tensor& given = graph.tensors[op.inputs[2]];
    if (!given.is_constant() || given.type != TensorType::FLOAT32 ||
        given.shape.elements() != outputs)
      return false;
    std::ranges::copy(given.values<float>(), values.begin());
    bias.name = given.name;
  }
  std::vector<int32_t> integers;
  Quantization q;
  const auto& scales = weights.quantization.scale;
  for (const float scale : scales) q.scale.push_back(input.scale[0] * scale);
  q.zero_point.resize(scales.size());
  for (int32_t i = 0; i < outputs; ++i) {
    const double scale = double{input.scale[0]} * double{scales[scales.size() == 1 ? 0 : i]};
    const double level = std::round(double{values[i]} / scale);
    if (!(std::abs(level) <= kLargestBias)) return false;
    integers.push_back(static_cast<int32_t>(level));
  }
  const std::string name = bias.name;
  bias = int32_constant(name, integers);
  bias.quantization = q;
  return true;
}

bool has_symmetric_weights(const Graph& graph, const Operator& op) {
  if (!graph.is_constant(op.input(1))) return false;
  const Tensor& weights = graph.tensors[op.inputs[1]];
  const Quantization& q = weights.quantization;
  const int32_t axis = output_dimension(op, weights);
  return weights.type == TensorType::INT8 && !q.scale.empty() &&
         (q.scale.size() == 1 || q.axis == axis) &&
         std::ranges::all_of(q.scale, [](float scale) { return scale > 0; }) &&
         std::ranges::all_of(q.zero_point, [](int64_t zero_point) { return zero_point == 0; });
}

// Whether an INT8 kernel takes inputs and an output of these quantizations.
bool has_kernel(const Graph& graph, const Operator& op, const Quantization& output) {
  switch (op.type) {
    case OperatorType::CONV_2D:
    case OperatorType::DEPTHWISE_CONV_2D:
    case OperatorType::FULLY_CONNECTED:
      return has_symmetric_weights(graph, op);
    case OperatorType::ADD:
    case OperatorType::MEAN:
    case OperatorType::RELU:
    case OperatorType::RELU6:
    case OperatorType::RELU_N1_TO_1:
      return true;
    case OperatorType::CONCATENATION:
      return op.options.activation == Activation::NONE;
    case OperatorType::AVERAGE_POOL_2D:
      return graph.tensors[quantized_source(graph, op.inputs[0])].quantization == output;
    case OperatorType::LOGISTIC:
    case OperatorType::SOFTMAX:
      return output.scale[0] == 1.0F / 256 && output.zero_point[0] == -128;
    default:
      return false;
  }
}

// How many inputs are activations: the others are constants.
size_t activation_count(const Operator& op) {
  return op.type == OperatorType::ADD || op.type == OperatorType::CONCATENATION ? op.inputs.size()
                                                                                : 1;
}

// The operator before a QUANTIZE computes what that made of its result, of what DEQUANTIZEs read.
bool enclose(Graph& graph, int index) {
  const Operator& quantize = graph.operators[index];
  if (quantize.type != OperatorType::QUANTIZE || quantize.outputs.size() != 1) return false;
  const int output = quantize.outputs[0];
  if (!is_per_tensor_int8(graph.tensors[output])) return false;
  const auto producer = sole_producer(graph, quantize.inputs[0]);
  if (!producer) return false;
  Operator op = graph.operators[*producer];
  if (op.outputs.size() != 1) return false;
  const size_t activations = activation_count(op);
  std::vector<int> sources;
  for (size_t i = 0; i < activations; ++i) {
    sources.push_back(quantized_source(graph, op.inputs[i]));
    if (sources.back() < 0) return false;
  }
  const Quantization to = graph.tensors[output].quantization;
  if (!has_kernel(graph, op, to)) return false;

  const bool is_weighted = op.type == OperatorType::CONV_2D ||
                           op.type == OperatorType::DEPTHWISE_CONV_2D ||
                           op.type == OperatorType::FULLY_CONNECTED;
  if (is_weighted) {
    Tensor bias;
    if (!quantize_bias(graph, op, graph.tensors[sources[0]].quantization, bias)) return false;
    op.inputs.resize(3);
    op.inputs[2] = graph.add_tensor(std::move(bias));
  }
  std::ranges::copy(sources, op.inputs.begin());
  op.outputs = {output};
  std::vector<Operator> together;
  if (op.type == OperatorType::CONCATENATION) {
    for (int& input : op.inputs) {
      if (graph.tensors[input].quantization == to) continue;
      Tensor like = graph.tensors[input];
      like.name += "_requantized";
      like.quantization = to;
      const int requantized = graph.add_tensor(std::move(like));
      together.push_back(
          {.type = OperatorType::QUANTIZE, .inputs = {input}, .outputs = {requantized}});
      input = requantized;
    }
  }
  together.push_back(std::move(op));
  graph.operators.erase(graph.operators.begin() + index);
  graph.operators.erase(graph.operators.begin() + *producer);
  graph.operators.insert(graph.operators.begin() + *producer, together.begin(), together.end());
  return true;
}

// A QUANTIZE of what a DEQUANTIZE made reads what that read, or is nothing.
bool join(Graph& graph, int index) {
  Operator& quantize = graph.operators[index];
  if (quantize.type != OperatorType::QUANTIZE || quantize.outputs.size() != 1) return false;
  const int source = quantized_source(graph, quantize.input(0));
  const int output = quantize.outputs[0];
  if (source < 0 || !is_per_tensor_int8(graph.tensors[output])) return false;
  if (graph.tensors[source].quantization == graph.tensors[output].quantization &&
      bypass(graph, index, source))
    return true;
  quantize.inputs[0] = source;
  return true;
}

}  // namespace

bool use_integer_operators(Graph& graph) {
  bool any = false, changed = true;
  while (changed) {
    changed = false;
    for (int i = 0; i < static_cast<int>(graph.operators.size()); ++i)
      changed |= sink(graph, i) || enclose(graph, i) || join(graph, i);
    any |= changed;
    remove_dead_code(graph);
  }
  return any;
}

}  // namespace solder::compiler
