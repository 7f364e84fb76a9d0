// Turns a graph into a plan: prepares every operator, decides which tensors share memory, places
// them. Both doors call this, the interpreter on the board and the compiler on the host.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/plan/memory_planner.h"
#include "runtime/plan/plan.h"

namespace solder {

// Where every tensor went; lies in the temporary part of the plan's arena.
struct MemoryMap {
  const PlannedBuffer* buffers = nullptr;  // per tensor, then per step (its scratch)
  const int32_t* roots = nullptr;          // per tensor: the tensor whose buffer it lives in
  int32_t tensor_count = 0;
  int32_t buffer_count = 0;
};

// What a compiler, with time and memory to spare, does in addition; boards do without.
struct Lowering {
  void* context = nullptr;
  // Puts other steps in the place of prepared ones, that compute the same.
  Error (*lower)(void* context, StepBuilder& steps) = nullptr;
  // Does what plan_memory() does, with buffers that may overlap.
  uint32_t (*place)(void* context, PlannedBuffer* buffers, int32_t count,
                    const BufferOverlap* overlaps, int32_t overlap_count) = nullptr;
};

// `constants`: the address that offsets of constant tensors count from. Steps, parameters and
// tensor infos are made in `memory`, tables in `tables` (which may be the same arena), both
// permanent. Time in `map` is the operator's index, -1 before the first.
Error build_plan(const GraphView& graph, const KernelSet& kernels, const void* constants,
                 Arena& memory, Arena& tables, Plan& plan, MemoryMap& map,
                 const Lowering& lowering = {});

}  // namespace solder
