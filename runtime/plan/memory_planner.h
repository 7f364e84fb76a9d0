// Places buffers in one arena by when they are alive.
#pragma once

#include <cstdint>

namespace solder {

struct PlannedBuffer {
  uint32_t bytes = 0;     // 0: not placed
  int32_t first_use = 0;  // time of the first step that needs it, inclusive
  int32_t last_use = 0;   // time of the last step that needs it, inclusive
  uint32_t offset = 0;    // result, a multiple of kArenaAlignment
};

// Fills in the offsets so that buffers alive at the same time never overlap, and returns the bytes
// of arena needed. Greedy by size: the largest buffer first, each at the lowest gap that fits
// (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020).
// `order` is scratch for `count` indices.
uint32_t plan_memory(PlannedBuffer* buffers, int32_t count, int32_t* order);

// Buffers of one step that may overlap although both are alive: `output` is written from front to
// back, never over what is still to be read of `input` if it begins `lead` bytes before it or more.
struct BufferOverlap {
  int32_t input, output;  // indices of buffers
  uint32_t lead;
};

}  // namespace solder
