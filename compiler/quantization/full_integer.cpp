#include "compiler/quantization/full_integer.h"

#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "compiler/passes/rewrite.h"
#include "compiler/quantization/activation_scales.h"
#include "compiler/quantization/affine.h"
#include "compiler/quantization/bias_correction.h"
#include "compiler/quantization/rules.h"

namespace solder::compiler {
namespace {

constexpr TensorType kFloat = TensorType::FLOAT32;

// INT8 for a UINT8 interface.
TensorType activations_of(TensorType interface) {
  return interface == TensorType::UINT8 ? TensorType::INT8 : interface;
}

class Quantizer {
 public:
  Quantizer(const Graph& graph, std::span<const Statistics> statistics,
            const FullIntegerOptions& options)
      : graph_(graph),
        statistics_(statistics),
        options_(options),
        activations_(activations_of(options.interface)) {
    result_.name = graph.name;
    for (const TensorType type : {TensorType::INT8, TensorType::INT16})
      quantization_[type] = activation_quantization(graph, statistics, options.ranges, type);
    for (const TensorType type : {TensorType::INT8, TensorType::INT16, kFloat})
      versions_[type].assign(graph.tensors.size(), -1);
    computed_.resize(graph.tensors.size());
  }

  Graph run() {
    for (const Operator& op : graph_.operators)
      if (has_float_weights(graph_, op))
        inputs_of_weights_[op.inputs[weight_inputs(op).weights]].push_back(
            op.inputs[data_input(op)]);
    for (const int input : graph_.inputs) add_input(input);
    for (size_t i = 0; i < graph_.operators.size(); ++i) {
      const Operator& op = graph_.operators[i];
      const TensorType type = options_.precisions.empty() ? activations_ : options_.precisions[i];
      const IntegerRule rule =
          type == kFloat ? IntegerRule::kFloat : integer_rule(graph_, op, type);
      if (rule == IntegerRule::kFloat)
        keep(op);
      else
        quantize(op, rule, type);
    }
    for (const int output : graph_.outputs) add_output(output);
    remove_dead_code(result_);
    validate(result_);
    return std::move(result_);
  }

 private:
  bool is_float(int tensor) const { return graph_.tensors[tensor].type == kFloat; }
  bool has_unsigned_interface() const { return options_.interface == TensorType::UINT8; }

  int add_tensor(const std::string& name, TensorType type, const Shape& shape,
                 const Quantization& quantization = {}) {
    return result_.add_tensor(
        {.name = name, .type = type, .shape = shape, .quantization = quantization});
  }

  int emit(OperatorType type, int input, int output) {
    result_.operators.push_back({.type = type, .inputs = {input}, .outputs = {output}});
    return output;
  }

  // An empty tensor for `tensor` in `type`, and from now on what others are made of.
  int compute(int tensor, TensorType type) {
    const int result = add_version(tensor, type);
    versions_[type][tensor] = result;
    computed_[tensor] = type;
    return result;
  }

  int add_version(int tensor, TensorType type) {
    const Tensor& info = graph_.tensors[tensor];
    if (!is_float(tensor)) return result_.add_tensor(info);
    const std::string name = type == activations_       ? info.name
                             : type == kFloat           ? info.name + "_float32"
                             : type == TensorType::INT8 ? info.name + "_int8"
                                                        : info.name + "_int16";
    return add_tensor(name, type, info.shape,
                      type == kFloat ? Quantization{} : quantization_.at(type)[tensor]);
  }

  // `tensor` in `type`; tensors of other types than FLOAT32 stay what they are.
  int version(int tensor, TensorType type) {
    if (!is_float(tensor)) type = kFloat;
    int& known = versions_[type][tensor];
    if (known >= 0) return known;
    const Tensor& info = graph_.tensors[tensor];
    known = add_version(tensor, type);
    if (info.is_constant()) {
      result_.tensors[known].data =
          type == kFloat
              ? info.data
              : quantize_values(info.values<float>(), result_.tensors[known].quantization, type);
      return known;
    }
    // TensorFlow Lite does not widen INT8 to INT16 at once.
    const bool widens = computed_[tensor] == TensorType::INT8 && type == TensorType::INT16;
    const int from = version(tensor, widens ? kFloat : computed_[tensor]);
    return emit(type == kFloat ? OperatorType::DEQUANTIZE : OperatorType::QUANTIZE, from, known);
  }

  // `tensor` in `type` with this quantization.
  int version(int tensor, TensorType type, const Quantization& quantization) {
    const Tensor& info = graph_.tensors[tensor];
    if (!is_float(tensor) || quantization_[type][tensor] == quantization)
      return version(tensor, type);
    const int result = add_tensor(info.name + "_requantized", type, info.shape, quantization);
    if (!info.is_constant()) return emit(OperatorType::QUANTIZE, version(tensor, type), result);
    result_.tensors[result].data = quantize_values(info.values<float>(), quantization, type);
    return result;
  }

  // The UINT8 tensor at the graph's edge, which takes the name from the INT8 one behind it.
  int add_unsigned(int tensor) {
    const Tensor& info = graph_.tensors[tensor];
    result_.tensors[versions_[TensorType::INT8][tensor]].name += "_int8";
    Quantization quantization = quantization_[TensorType::INT8][tensor];
    quantization.zero_point[0] += 128;
    return add_tensor(info.name, TensorType::UINT8, info.shape, quantization);
  }

  void add_input(int tensor) {
    const int signed_input = compute(tensor, is_float(tensor) ? activations_ : kFloat);
    if (!is_float(tensor) || !has_unsigned_interface()) {
      result_.inputs.push_back(signed_input);
      return;
    }
    result_.inputs.push_back(add_unsigned(tensor));
    emit(OperatorType::QUANTIZE, result_.inputs.back(), signed_input);
  }

  void add_output(int tensor) {
    const int signed_output = version(tensor, activations_);
    if (!is_float(tensor) || !has_unsigned_interface()) {
      result_.outputs.push_back(signed_output);
      return;
    }
    result_.outputs.push_back(emit(OperatorType::QUANTIZE, signed_output, add_unsigned(tensor)));
  }

  void keep(const Operator& op) {
    Operator copy = op;
    for (int& input : copy.inputs)
      if (input >= 0) input = version(input, kFloat);
    for (int& output : copy.outputs) output = compute(output, kFloat);
    result_.operators.push_back(copy);
  }

  void quantize(const Operator& op, IntegerRule rule, TensorType type) {
    Operator copy = op;
    const int output = op.outputs[0];
    for (size_t i = 0; i < op.inputs.size(); ++i) {
      const int input = op.inputs[i];
      const bool is_weight = rule == IntegerRule::kWeighted &&
                             (i == weight_inputs(op).weights || i == weight_inputs(op).bias);
      if (input < 0 || is_weight) continue;
      const int like = rule == IntegerRule::kSameScale ? output : input;
      copy.inputs[i] = version(input, type, quantization_[type][like]);
    }
    if (rule == IntegerRule::kWeighted) quantize_constants(op, type, copy);
    for (int& result : copy.outputs) result = compute(result, type);
    result_.operators.push_back(copy);
  }

  // The mean of what operators that share these weights read.
  std::vector<double> mean_input(int weights) const {
    const std::vector<int>& inputs = inputs_of_weights_.at(weights);
    std::vector<double> mean = statistics_[inputs[0]].mean;
    for (size_t i = 1; i < inputs.size(); ++i) {
      const std::vector<double>& other = statistics_[inputs[i]].mean;
      if (other.size() != mean.size()) return statistics_[inputs[0]].mean;
      for (size_t k = 0; k < mean.size(); ++k) mean[k] += other[k];
    }
    for (double& value : mean) value /= static_cast<double>(inputs.size());
    return mean;
  }

  // Once for all operators that share weights and bias and whose inputs have one scale.
  void quantize_constants(const Operator& op, TensorType type, Operator& copy) {
    const auto at = weight_inputs(op);
    const int input = op.inputs[data_input(op)];
    copy.inputs.resize(at.bias + 1);
    const auto [entry, is_new] = constants_.try_emplace(
        {op.inputs[at.weights], op.input(at.bias), type, quantization_[type][input].scale[0]});
    if (is_new) entry->second = add_constants(op, type);
    copy.inputs[at.weights] = entry->second.first;
    copy.inputs[at.bias] = entry->second.second;
  }

  // Quantized weights and bias.
  std::pair<int, int> add_constants(const Operator& op, TensorType type) {
    const auto at = weight_inputs(op);
    const int input = op.inputs[data_input(op)];
    const Tensor& weights = graph_.tensors[op.inputs[at.weights]];
    const float input_scale = quantization_[type][input].scale[0];
    const auto outputs = static_cast<size_t>(weights.shape.dims[output_dimension(op, weights)]);
    std::vector<float> bias(outputs);
    std::string name = weights.name + "_bias";
    if (op.input(at.bias) >= 0) {
      const Tensor& given = graph_.tensors[op.input(at.bias)];
      bias.assign(given.values<float>().begin(), given.values<float>().end());
      name = given.name;
    }
    const auto axis = scale_axis(op);
    ScaleLimits limits = {
        .lowest = lowest_weight_scales(bias, input_scale, axis.has_value(), bias_type(type))};
    // TensorFlow Lite wants sums for INT16 to mean less than 128 steps of the output each. Channels
    // that would pass that have inputs next to zero, or results beyond all range.
    if (type == TensorType::INT16)
      limits.highest = 64 * quantization_[type][op.outputs[0]].scale[0] / input_scale;
    const Tensor quantized = quantize_weights(weights, axis, limits);
    // Which taps reach a pixel of TRANSPOSE_CONV's output, and so their error, depends on the
    // pixel.
    if (options_.correct_bias && op.type != OperatorType::TRANSPOSE_CONV) {
      const auto error = mean_output_error(op, weights, quantized, graph_.tensors[input].shape,
                                           mean_input(op.inputs[at.weights]));
      for (size_t c = 0; c < outputs; ++c) bias[c] -= static_cast<float>(error[c]);
    }
    const int weights_tensor = result_.add_tensor(quantized);
    return {weights_tensor, result_.add_tensor(quantize_bias(
                                name, bias, input_scale, quantized.quantization, bias_type(type)))};
  }

  const Graph& graph_;
  const std::span<const Statistics> statistics_;
  const FullIntegerOptions options_;
  const TensorType activations_;
  // Of each tensor of graph_, by type: its quantization as an integer, and what it is in result_,
  // or -1; the type that its operator computes, or that of an input.
  std::map<TensorType, std::vector<Quantization>> quantization_;
  std::map<TensorType, std::vector<int>> versions_;
  std::vector<TensorType> computed_;
  // Inputs of the operators that have these weights; the constants that are quantized already, by
  // weights, bias, type and scale of the input.
  std::map<int, std::vector<int>> inputs_of_weights_;
  std::map<std::tuple<int, int, TensorType, float>, std::pair<int, int>> constants_;
  Graph result_;
};

}  // namespace

Graph quantize_full_integer(const Graph& graph, std::span<const Statistics> statistics,
                            const FullIntegerOptions& options) {
  check_is_float(graph);
  return Quantizer(graph, statistics, options).run();
}

}  // namespace solder::compiler
