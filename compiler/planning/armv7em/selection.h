// Puts armv7em kernels in the place of prepared steps: for each the fastest that memory allows.
#pragma once

#include <optional>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/planning/decision.h"
#include "compiler/planning/prefer.h"
#include "runtime/plan/plan_builder.h"

namespace solder::compiler::armv7em {

class Selection {
 public:
  // `graph` must outlive this. favourite: the kernel that is taken wherever there is a candidate of
  // it.
  Selection(const Graph& graph, Prefer prefer, std::optional<KernelId> favourite = {})
      : graph_(graph), prefer_(prefer), favourite_(favourite) {}

  Error lower(StepBuilder& steps);
  // Of every step, after lower().
  const std::vector<Decision>& decisions() const { return decisions_; }

 private:
  const Graph& graph_;
  Prefer prefer_;
  std::optional<KernelId> favourite_;
  std::vector<Decision> decisions_;
};

}  // namespace solder::compiler::armv7em
