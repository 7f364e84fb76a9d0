#include "compiler/ir/graph.h"

namespace solder::compiler {

void remove_dead_code(Graph& graph) {
  std::vector<bool> needed(graph.tensors.size());
  for (const int output : graph.outputs) needed[output] = true;

  std::vector<Operator> live;
  for (size_t i = graph.operators.size(); i-- > 0;) {
    Operator& op = graph.operators[i];
    bool wanted = false;
    for (const int output : op.outputs) wanted = wanted || needed[output];
    if (!wanted) continue;
    for (const int input : op.inputs)
      if (input >= 0) needed[input] = true;
    for (const int output : op.outputs) needed[output] = true;
    live.push_back(std::move(op));
  }
  graph.operators.assign(std::make_move_iterator(live.rbegin()),
                         std::make_move_iterator(live.rend()));

  // An input is part of the model's interface, read or not.
  for (const int input : graph.inputs) needed[input] = true;
  std::vector<int> moved_to(graph.tensors.size(), -1);
  int kept = 0;
  for (size_t i = 0; i < graph.tensors.size(); ++i) {
    if (!needed[i]) continue;
    moved_to[i] = kept;
    if (static_cast<size_t>(kept) != i) graph.tensors[kept] = std::move(graph.tensors[i]);
    ++kept;
  }
  graph.tensors.resize(kept);

  const auto renumber = [&](std::vector<int>& tensors) {
    for (int& tensor : tensors)
      if (tensor >= 0) tensor = moved_to[tensor];
  };
  renumber(graph.inputs);
  renumber(graph.outputs);
  for (Operator& op : graph.operators) {
    renumber(op.inputs);
    renumber(op.outputs);
  }
}

}  // namespace solder::compiler
