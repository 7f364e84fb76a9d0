#include "compiler/passes/passes.h"

namespace solder::compiler {

void run_passes(Graph& graph, Shapes shapes) {
  using Pass = bool (*)(Graph&);
  // Batch norms before activations: a fused activation ends what may be folded into an operator.
  constexpr Pass kPasses[] = {fold_constants, remove_no_ops,    fold_batch_norm, fold_bias_add,
                              fold_pad,       fuse_activations, fold_transpose};
  // Every change makes the graph smaller, so this ends.
  bool changed = true;
  while (changed) {
    changed = false;
    for (const Pass pass : kPasses) {
      changed |= pass(graph);
      remove_dead_code(graph);
    }
    if (shapes == Shapes::kStay) continue;
    changed |= remove_dead_channels(graph);
    remove_dead_code(graph);
  }
  validate(graph);
}

}  // namespace solder::compiler
