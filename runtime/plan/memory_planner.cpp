#include "runtime/plan/memory_planner.h"

#include "runtime/base/arena.h"

namespace solder {
namespace {

uint32_t aligned(uint32_t bytes) {
  return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
}

bool overlap_in_time(const PlannedBuffer& a, const PlannedBuffer& b) {
  return a.first_use <= b.last_use && b.first_use <= a.last_use;
}

bool overlap_in_space(const PlannedBuffer& a, const PlannedBuffer& b) {
  return a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

// Indices of the buffers that are to be placed, largest first, older first among equals.
int32_t sort_by_size(const PlannedBuffer* buffers, int32_t count, int32_t* order) {
  int32_t used = 0;
  for (int32_t i = 0; i < count; ++i) {
    if (buffers[i].bytes == 0) continue;
    int32_t at = used++;
    for (; at > 0 && buffers[order[at - 1]].bytes < buffers[i].bytes; --at)
      order[at] = order[at - 1];
    order[at] = i;
  }
  return used;
}

}  // namespace

uint32_t plan_memory(PlannedBuffer* buffers, int32_t count, int32_t* order) {
  const int32_t used = sort_by_size(buffers, count, order);
  uint32_t arena_bytes = 0;
  for (int32_t i = 0; i < used; ++i) {
    PlannedBuffer& buffer = buffers[order[i]];
    // Move up past each placed buffer in the way, until none is.
    buffer.offset = 0;
    for (bool moved = true; moved;) {
      moved = false;
      for (int32_t j = 0; j < i; ++j) {
        const PlannedBuffer& placed = buffers[order[j]];
        if (!overlap_in_time(buffer, placed) || !overlap_in_space(buffer, placed)) continue;
        buffer.offset = aligned(placed.offset + placed.bytes);
        moved = true;
      }
    }
    if (buffer.offset + buffer.bytes > arena_bytes) arena_bytes = buffer.offset + buffer.bytes;
  }
  return aligned(arena_bytes);
}

}  // namespace solder
