// Places buffers as runtime/plan/memory_planner does, with more effort: in many orders, and over
// each other where a step allows it.
#pragma once

#include <span>

#include "runtime/plan/memory_planner.h"

namespace solder::compiler {

// Fills in the offsets and returns the bytes of arena needed. Starts with the largest buffer first,
// each at the lowest place that is free, then tries other orders, a number of them or until nothing
// can be better. Of plans of equal size it takes one whose scratch (buffers of one step) lies
// lowest, for the arena begins in the fastest memory. Deterministic.
uint32_t search_memory(std::span<PlannedBuffer> buffers, std::span<const BufferOverlap> overlaps);

// No plan can need less: the most bytes alive at one time, those that may overlap counted once.
uint32_t memory_lower_bound(std::span<const PlannedBuffer> buffers,
                            std::span<const BufferOverlap> overlaps);

}  // namespace solder::compiler
