#include "compiler/quantization/full_integer.h"

#include <string>

#include "compiler/passes/rewrite.h"
#include "compiler/quantization/activation_scales.h"
#include "compiler/quantization/affine.h"
#include "compiler/quantization/bias_correction.h"
#include "compiler/quantization/rules.h"

namespace solder::compiler {
namespace {

class Quantizer {
 public:
  Quantizer(const Graph& graph, std::span<const Statistics> statistics,
            const FullIntegerOptions& options)
      : graph_(graph),
        statistics_(statistics),
        options_(options),
        quantization_(activation_quantization(graph, statistics, options.ranges)),
        integer_(graph.tensors.size(), -1),
        kept_(graph.tensors.size(), -1) {
    result_.name = graph.name;
  }

  Graph run() {
    for (const int input : graph_.inputs) add_input(input);
    for (const Operator& op : graph_.operators) {
      const IntegerRule rule = integer_rule(graph_, op);
      if (rule == IntegerRule::kFloat)
        keep(op);
      else
        quantize(op, rule);
    }
    for (const int output : graph_.outputs) add_output(output);
    remove_dead_code(result_);
    validate(result_);
    return std::move(result_);
  }

 private:
  bool is_float(int tensor) const { return graph_.tensors[tensor].type == TensorType::FLOAT32; }

  int add_tensor(const std::string& name, TensorType type, const Shape& shape,
                 const Quantization& quantization = {}) {
    return result_.add_tensor(
        {.name = name, .type = type, .shape = shape, .quantization = quantization});
  }

  int emit(OperatorType type, int input, int output) {
    result_.operators.push_back({.type = type, .inputs = {input}, .outputs = {output}});
    return output;
  }

  Quantization interface_quantization(int tensor) const {
    Quantization q = quantization_[tensor];
    if (options_.interface == TensorType::UINT8) q.zero_point[0] += 128;
    return q;
  }

  void add_input(int tensor) {
    const Tensor& info = graph_.tensors[tensor];
    if (!is_float(tensor)) {
      result_.inputs.push_back(kept(tensor));
      return;
    }
    const int input =
        add_tensor(info.name, options_.interface, info.shape, interface_quantization(tensor));
    result_.inputs.push_back(input);
    integer_[tensor] = input;
    if (options_.interface == TensorType::INT8) return;
    integer_[tensor] =
        emit(OperatorType::QUANTIZE, input,
             add_tensor(info.name + "_int8", TensorType::INT8, info.shape, quantization_[tensor]));
  }

  void add_output(int tensor) {
    if (!is_float(tensor)) {
      result_.outputs.push_back(kept(tensor));
      return;
    }
    const Tensor& info = graph_.tensors[tensor];
    int output = integer(tensor, quantization_[tensor]);
    if (kept_[tensor] >= 0) result_.tensors[kept_[tensor]].name = info.name + "_float32";
    result_.tensors[output].name = info.name;
    if (options_.interface == TensorType::UINT8) {
      result_.tensors[output].name += "_int8";
      output = emit(
          OperatorType::QUANTIZE, output,
          add_tensor(info.name, TensorType::UINT8, info.shape, interface_quantization(tensor)));
    }
    result_.outputs.push_back(output);
  }

  // `tensor` as it was: FLOAT32, or of a type that is not quantized.
  int kept(int tensor) {
    if (kept_[tensor] >= 0) return kept_[tensor];
    kept_[tensor] = result_.add_tensor(graph_.tensors[tensor]);
    if (integer_[tensor] >= 0) {
      result_.tensors[kept_[tensor]].name += "_float32";
      emit(OperatorType::DEQUANTIZE, integer_[tensor], kept_[tensor]);
    }
    return kept_[tensor];
  }

  // `tensor` as INT8 with this quantization.
  int integer(int tensor, const Quantization& quantization) {
    const Tensor& info = graph_.tensors[tensor];
    if (info.is_constant()) {
      const int constant = add_tensor(info.name, TensorType::INT8, info.shape, quantization);
      const auto values = quantize_to_int8(info.values<float>(), quantization);
      result_.tensors[constant].data.assign(values.begin(), values.end());
      return constant;
    }
    int& known = integer_[tensor];
    if (known < 0)
      known = emit(
          OperatorType::QUANTIZE, kept(tensor),
          add_tensor(info.name + "_int8", TensorType::INT8, info.shape, quantization_[tensor]));
    if (quantization_[tensor] == quantization) return known;
    return emit(OperatorType::QUANTIZE, known,
                add_tensor(info.name + "_requantized", TensorType::INT8, info.shape, quantization));
  }

  void keep(const Operator& op) {
    Operator copy = op;
    for (int& input : copy.inputs)
      if (input >= 0) input = kept(input);
    for (int& output : copy.outputs) output = kept(output);
    result_.operators.push_back(copy);
  }

  void quantize(const Operator& op, IntegerRule rule) {
    Operator copy = op;
    const int output = op.outputs[0];
    for (size_t i = 0; i < op.inputs.size(); ++i) {
      const int input = op.inputs[i];
      if (input < 0 || (rule == IntegerRule::kWeighted && i > 0)) continue;
      const int like = rule == IntegerRule::kSameScale ? output : input;
      copy.inputs[i] = is_float(input) ? integer(input, quantization_[like]) : kept(input);
    }
    if (rule == IntegerRule::kWeighted) quantize_constants(op, copy);
    const Tensor& info = graph_.tensors[output];
    integer_[output] = add_tensor(info.name, TensorType::INT8, info.shape, quantization_[output]);
    copy.outputs = {integer_[output]};
    result_.operators.push_back(copy);
  }

  void quantize_constants(const Operator& op, Operator& copy) {
    const int input = op.inputs[0];
    const Tensor& weights = graph_.tensors[op.inputs[1]];
    const float input_scale = quantization_[input].scale[0];
    const auto outputs = static_cast<size_t>(weights.shape.dims[output_dimension(op, weights)]);
    std::vector<float> bias(outputs);
    std::string name = weights.name + "_bias";
    if (op.input(2) >= 0) {
      const Tensor& given = graph_.tensors[op.input(2)];
      bias.assign(given.values<float>().begin(), given.values<float>().end());
      name = given.name;
    }
    const auto axis = scale_axis(op);
    const Tensor quantized =
        quantize_weights(weights, axis, lowest_weight_scales(bias, input_scale, axis.has_value()));
    if (options_.correct_bias) {
      const auto error = mean_output_error(op, weights, quantized, graph_.tensors[input].shape,
                                           statistics_[input].mean);
      for (size_t c = 0; c < outputs; ++c) bias[c] -= static_cast<float>(error[c]);
    }
    copy.inputs = {
        copy.inputs[0], result_.add_tensor(quantized),
        result_.add_tensor(quantize_bias(name, bias, input_scale, quantized.quantization))};
  }

  const Graph& graph_;
  const std::span<const Statistics> statistics_;
  const FullIntegerOptions options_;
  const std::vector<Quantization> quantization_;  // of each tensor of graph_ as INT8
  std::vector<int> integer_, kept_;               // of each tensor of graph_ in result_, or -1
  Graph result_;
};

}  // namespace

Graph quantize_full_integer(const Graph& graph, std::span<const Statistics> statistics,
                            const FullIntegerOptions& options) {
  check_is_float(graph);
  return Quantizer(graph, statistics, options).run();
}

}  // namespace solder::compiler
