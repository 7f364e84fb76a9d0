// Puts armv7em kernels in the place of prepared steps: for each the fastest that memory allows.
#pragma once

#include "compiler/ir/graph.h"
#include "compiler/planning/prefer.h"
#include "runtime/plan/plan_builder.h"

namespace solder::compiler::armv7em {

class Selection {
 public:
  // `graph` must outlive this.
  Selection(const Graph& graph, Prefer prefer) : graph_(graph), prefer_(prefer) {}

  Error lower(StepBuilder& steps) const;

 private:
  const Graph& graph_;
  Prefer prefer_;
};

}  // namespace solder::compiler::armv7em
