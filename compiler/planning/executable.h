// A graph prepared on this computer: its plan, where every tensor lies, and memory to run it in.
// The same plan is what the compiler prints, so what runs here runs on the board.
#pragma once

#include <cstddef>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/ir/view.h"
#include "compiler/planning/decision.h"
#include "compiler/planning/prefer.h"
#include "runtime/plan/model.h"
#include "runtime/plan/plan_builder.h"

namespace solder::compiler {

class Executable {
 public:
  // Throws ModelError when an operator cannot be prepared. `prefer` is for sets with a choice of
  // kernels: armv7em; tests say which of them is taken wherever it can be, whatever it costs.
  Executable(Graph graph, const KernelSet& kernels, Prefer prefer = Prefer::kBalanced,
             std::optional<KernelId> favourite = {});

  const Graph& graph() const { return graph_; }
  const KernelSet& kernels() const { return kernels_; }
  const Plan& plan() const { return plan_; }
  // Runs in memory of this object.
  Model model() const;

  // Inference; `observe` gets every operator's output, dense and in the tensor's type, as soon as
  // it is computed.
  using Observer = std::function<void(int op, int tensor, const void* data)>;
  void invoke(const Observer& observe) const;

  // The outputs of operators that are computed when step `step` of the plan has ended, -1: before
  // the first. Operators without steps (views) are done as soon as the step before them is; tensors
  // that a fused step keeps to itself are never there.
  struct Output {
    int op, tensor;
    uint32_t offset;  // in the arena
  };
  std::vector<Output> outputs_after(int step) const;

  // Buffers of the arena, one per tensor and then one per step (scratch); times are operator
  // indices, -1 for "before the first". A tensor that shares memory points to its buffer's tensor.
  const std::vector<PlannedBuffer>& buffers() const { return buffers_; }
  int buffer_of(int tensor) const { return roots_[static_cast<size_t>(tensor)]; }
  // Why each step's kernel is what it is; empty for a kernel set without a choice.
  const std::vector<Decision>& decisions() const { return decisions_; }

  // No plan of these buffers can need less.
  uint32_t arena_lower_bound() const { return arena_lower_bound_; }

  // Regions as the plan's operands address them.
  const std::vector<uint8_t>& constants() const { return view_.constants(); }
  const uint8_t* tables() const { return tables_.base(); }
  // Tables lie at the end of their region: offsets from tables_begin() to tables_end().
  uint32_t tables_begin() const;
  uint32_t tables_end() const { return static_cast<uint32_t>(tables_.size()); }

 private:
  // Aligned for anything; moving it keeps its address.
  class Memory {
   public:
    Memory() = default;
    // Of zeros, which std::vector leaves out in the padding of its elements: it would be printed.
    explicit Memory(size_t bytes) : units_(bytes / sizeof(std::max_align_t) + 1) {
      std::memset(units_.data(), 0, this->bytes());
    }
    size_t bytes() const { return units_.size() * sizeof(std::max_align_t); }
    void* data() const { return const_cast<std::max_align_t*>(units_.data()); }

   private:
    std::vector<std::max_align_t> units_;
  };

  Graph graph_;
  View view_;
  const KernelSet& kernels_;
  Memory plan_memory_, table_memory_;
  Arena tables_;
  Plan plan_;
  std::vector<PlannedBuffer> buffers_;
  std::vector<int> roots_;
  uint32_t arena_lower_bound_ = 0;
  std::vector<Decision> decisions_;
  Memory arena_;
};

// "CONV_2D, operator 3 (output "conv2d_8/Relu"): <message> <detail>".
std::string describe(const Error& error, const Graph& graph);

}  // namespace solder::compiler
