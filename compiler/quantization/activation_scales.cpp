#include "compiler/quantization/activation_scales.h"

#include <algorithm>
#include <numeric>

#include "compiler/quantization/affine.h"
#include "compiler/quantization/rules.h"

namespace solder::compiler {
namespace {

// Disjoint sets of tensors that share a scale, named by one of their tensors.
class Groups {
 public:
  explicit Groups(size_t tensors) : parent_(tensors), is_unit_(tensors) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }

  int of(int tensor) const {
    while (parent_[tensor] != tensor) tensor = parent_[tensor];
    return tensor;
  }
  void join(int a, int b) {
    if (of(a) == of(b)) return;
    const bool unit = is_unit(a) || is_unit(b);
    parent_[of(b)] = of(a);
    is_unit_[of(a)] = unit;
  }
  bool is_unit(int tensor) const { return is_unit_[of(tensor)]; }
  void set_unit(int tensor) { is_unit_[of(tensor)] = true; }

 private:
  std::vector<int> parent_;
  std::vector<bool> is_unit_;  // outputs in [0, 1), by the group's name
};

Groups group(const Graph& graph, TensorType type) {
  Groups groups(graph.tensors.size());
  for (const Operator& op : graph.operators) {
    const IntegerRule rule = integer_rule(graph, op, type);
    if (rule == IntegerRule::kUnit) groups.set_unit(op.outputs[0]);
    if (rule != IntegerRule::kSameScale) continue;
    for (const int output : op.outputs) groups.join(output, op.outputs[0]);
    std::vector<int> inputs;
    for (const int input : op.inputs)
      if (input >= 0 && graph.tensors[input].type == TensorType::FLOAT32) inputs.push_back(input);
    const bool all_unit =
        std::ranges::all_of(inputs, [&](int input) { return groups.is_unit(input); });
    for (const int input : inputs)
      if (all_unit || !groups.is_unit(input)) groups.join(input, op.outputs[0]);
  }
  return groups;
}

Range range_of(const Tensor& tensor, const Statistics& statistics, RangeMethod method,
               TensorType type) {
  if (!tensor.is_constant()) return choose_range(statistics, method, type);
  const auto [min, max] = std::ranges::minmax(tensor.values<float>());
  return unite({}, {.min = min, .max = max});
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
  std::vector<Quantization> result(graph.tensors.size());
  for (int t = 0; t < count; ++t) {
    if (!is_float(t)) continue;
    if (groups.is_unit(t))
      result[t] = unit_quantization(type);
    else if (type == TensorType::INT16)
      result[t] = int16_quantization(ranges[groups.of(t)]);
    else
      result[t] = int8_quantization(ranges[groups.of(t)]);
  }
  return result;
}

}  // namespace solder::compiler
