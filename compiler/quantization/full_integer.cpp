#include "compiler/quantization/full_integer.h"

#include <map>
#include <string>

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
  return interface == TensorType::INT16 ? TensorType::INT16 : TensorType::INT8;
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
    return emit(type == kFloat ? OperatorType::DEQUANTIZE : OperatorType::QUANTIZE,
                versions_[computed_[tensor]][tensor], known);
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
      if (input < 0 || (rule == IntegerRule::kWeighted && i > 0)) continue;
      const int like = rule == IntegerRule::kSameScale ? output : input;
      copy.inputs[i] = version(input, type, quantization_[type][like]);
    }
    if (rule == IntegerRule::kWeighted) quantize_constants(op, type, copy);
    for (int& result : copy.outputs) result = compute(result, type);
    result_.operators.push_back(copy);
  }

  void quantize_constants(const Operator& op, TensorType type, Operator& copy) {
    const int input = op.inputs[0];
    const Tensor& weights = graph_.tensors[op.inputs[1]];
    const float input_scale = quantization_[type][input].scale[0];
    const auto outputs = static_cast<size_t>(weights.shape.dims[output_dimension(op, weights)]);
    std::vector<float> bias(outputs);
    std::string name = weights.name + "_bias";
    if (op.input(2) >= 0) {
      const Tensor& given = graph_.tensors[op.input(2)];
      bias.assign(given.values<float>().begin(), given.values<float>().end());
      name = given.name;
    }
    const auto axis = scale_axis(op);
    const Tensor quantized = quantize_weights(
        weights, axis, lowest_weight_scales(bias, input_scale, axis.has_value(), bias_type(type)));
    if (options_.correct_bias) {
      const auto error = mean_output_error(op, weights, quantized, graph_.tensors[input].shape,
                                           statistics_[input].mean);
      for (size_t c = 0; c < outputs; ++c) bias[c] -= static_cast<float>(error[c]);
    }
    copy.inputs = {copy.inputs[0], result_.add_tensor(quantized),
                   result_.add_tensor(quantize_bias(name, bias, input_scale, quantized.quantization,
                                                    bias_type(type)))};
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
  Graph result_;
};

}  // namespace

Graph quantize_full_integer(const Graph& graph, std::span<const Statistics> statistics,
                            const FullIntegerOptions& options) {
  check_is_float(graph);
  return Quantizer(graph, statistics, options).run();
}

}  // namespace solder::compiler
