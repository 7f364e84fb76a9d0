#include "compiler/planning/armv7em/activations.h"

#include <numeric>

namespace solder::compiler::armv7em {

Activations::Activations(const Graph& graph, const StepBuilder& steps)
    : graph_(graph),
      roots_(graph.tensors.size()),
      first_(graph.tensors.size(), -1),
      last_(graph.tensors.size(), -1) {
  std::vector<bool> has_step(graph.operators.size());
  for (const PreparedStep* step = steps.first_step(); step != nullptr; step = step->next)
    has_step[step->step.operator_index] = true;
  std::iota(roots_.begin(), roots_.end(), 0);
  for (size_t i = 0; i < graph.operators.size(); ++i) {
    const Operator& op = graph.operators[i];
    for (const int t : op.inputs)
      if (t >= 0) last_[root(t)] = static_cast<int>(i);
    for (const int t : op.outputs) {
      if (has_step[i])
        first_[root(t)] = static_cast<int>(i);
      else
        roots_[static_cast<size_t>(t)] = roots_[root(op.inputs[0])];
      last_[root(t)] = static_cast<int>(i);
    }
  }
  for (const int t : graph.outputs) last_[root(t)] = static_cast<int>(graph.operators.size());
}

int64_t Activations::live_at(int op) const {
  int64_t total = 0;
  for (size_t t = 0; t < roots_.size(); ++t) {
    const bool is_root = roots_[t] == static_cast<int>(t) && !graph_.tensors[t].is_constant();
    if (is_root && first_[t] <= op && op <= last_[t]) total += graph_.tensors[t].bytes();
  }
  return total;
}

}  // namespace solder::compiler::armv7em
