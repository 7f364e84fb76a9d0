// When activations are in memory, and how large they are.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ir/graph.h"
#include "runtime/kernels/step_builder.h"

namespace solder::compiler::armv7em {

// What operators without a step hand on (RESHAPE) is one activation.
class Activations {
 public:
  // `graph` must outlive this.
  Activations(const Graph& graph, const StepBuilder& steps);

  int64_t bytes(int tensor) const { return graph_.tensors[root(tensor)].bytes(); }
  // Whether nobody reads it after operator `op`.
  bool ends_at(int tensor, int op) const {
    return !graph_.is_constant(tensor) && last_[root(tensor)] == op;
  }
  // Bytes in memory while operator `op` runs, its output among them.
  int64_t live_at(int op) const;

 private:
  size_t root(int tensor) const { return static_cast<size_t>(roots_[static_cast<size_t>(tensor)]); }

  const Graph& graph_;
  std::vector<int> roots_, first_, last_;  // per tensor; operators, -1: before the first
};

}  // namespace solder::compiler::armv7em
