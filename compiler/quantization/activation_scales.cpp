#include "compiler/quantization/activation_scales.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "compiler/quantization/affine.h"
#include "compiler/quantization/rules.h"

namespace solder::compiler {
namespace {

// Disjoint sets of tensors that share a scale, named by one of their tensors.
class Groups {
 public:
  explicit Groups(size_t tensors) : parent_(tensors), rules_(tensors, IntegerRule::kAnyScale) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }

  int of(int tensor) const {
    while (parent_[tensor] != tensor) tensor = parent_[tensor];
    return tensor;
  }
  void join(int a, int b) {
    if (of(a) == of(b)) return;
    const IntegerRule rule = is_fixed(rule_of(a)) ? rule_of(a) : rule_of(b);
    parent_[of(b)] = of(a);
    rules_[of(a)] = rule;
  }
  // The rule that fixes the scale; kAnyScale when there is none.
  IntegerRule rule_of(int tensor) const { return rules_[of(tensor)]; }
  void set_rule(int tensor, IntegerRule rule) { rules_[of(tensor)] = rule; }

 private:
  std::vector<int> parent_;
  std::vector<IntegerRule> rules_;  // by the group's name
};

Groups group(const Graph& graph, TensorType type) {
  Groups groups(graph.tensors.size());
  std::map<int, int> input_of_weights;
  for (const Operator& op : graph.operators) {
    const IntegerRule rule = integer_rule(graph, op, type);
    if (is_fixed(rule)) groups.set_rule(op.outputs[0], rule);
    if (rule == IntegerRule::kWeighted) {
      // Operators that share weights are one layer called again and again: with one scale for their
      // inputs they share the quantized constants, too.
      const int input = op.input(data_input(op));
      const auto known = input_of_weights.emplace(op.input(1), input).first->second;
      if (groups.rule_of(known) == groups.rule_of(input)) groups.join(known, input);
    }
    if (rule != IntegerRule::kSameScale) continue;
    for (const int output : op.outputs) groups.join(output, op.outputs[0]);
    std::vector<int> inputs;
    for (const int input : op.inputs)
      if (input >= 0 && graph.tensors[input].type == TensorType::FLOAT32) inputs.push_back(input);
    const bool are_alike = std::ranges::all_of(
        inputs, [&](int input) { return groups.rule_of(input) == groups.rule_of(inputs[0]); });
    for (const int input : inputs)
      if (are_alike || !is_fixed(groups.rule_of(input))) groups.join(input, op.outputs[0]);
  }
  return groups;
}

Range range_of(const Tensor& tensor, const Statistics& statistics, RangeMethod method,
               TensorType type) {
  if (!tensor.is_constant()) return choose_range(statistics, method, type);
  const auto [min, max] = std::ranges::minmax(tensor.values<float>());
  return unite({}, {.min = min, .max = max});
}

// HARD_SWISH of INT8 wants an output scale above 1/128 of its input's.
void widen_hard_swish(const Graph& graph, const Groups& groups, std::vector<Range>& ranges) {
  for (const Operator& op : graph.operators) {
    if (op.type != OperatorType::HARD_SWISH) continue;
    const Range& input = ranges[groups.of(op.inputs[0])];
    Range& output = ranges[groups.of(op.outputs[0])];
    output.max = std::max(output.max, output.min + (input.max - input.min) / 100);
  }
}

}  // namespace

std::vector<Quantization> activation_quantization(const Graph& graph,
                                                  std::span<const Statistics> statistics,
                                                  RangeMethod method, TensorType type) {
  const Groups groups = group(graph, type);
  const auto count = static_cast<int>(graph.tensors.size());
  const auto is_float = [&](int t) { return graph.tensors[t].type == TensorType::FLOAT32; };
  std::vector<Range> ranges(graph.tensors.size());
  for (int t = 0; t < count; ++t) {
    if (!is_float(t)) continue;
    Range& range = ranges[groups.of(t)];
    range = unite(range, range_of(graph.tensors[t], statistics[t], method, type));
  }
  if (type == TensorType::INT8) widen_hard_swish(graph, groups, ranges);
  std::vector<Quantization> result(graph.tensors.size());
  for (int t = 0; t < count; ++t) {
    if (!is_float(t)) continue;
    if (is_fixed(groups.rule_of(t)))
      result[t] = fixed_quantization(groups.rule_of(t), type);
    else if (type == TensorType::INT16)
      result[t] = int16_quantization(ranges[groups.of(t)]);
    else
      result[t] = int8_quantization(ranges[groups.of(t)]);
  }
  return result;
}

}  // namespace solder::compiler
