#include "runtime/plan/memory_planner.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "runtime/base/arena.h"

namespace solder {
namespace {

uint32_t plan(std::vector<PlannedBuffer>& buffers) {
  std::vector<int32_t> order(buffers.size());
  return plan_memory(buffers.data(), static_cast<int32_t>(buffers.size()), order.data());
}

TEST(MemoryPlanner, NeedsNothingForNothing) {
  std::vector<PlannedBuffer> buffers;
  EXPECT_EQ(plan(buffers), 0U);
  buffers = {{.bytes = 0, .first_use = 0, .last_use = 9}};
  EXPECT_EQ(plan(buffers), 0U);
}

TEST(MemoryPlanner, SharesMemoryBetweenLifetimesThatDoNotMeet) {
  std::vector<PlannedBuffer> buffers = {{.bytes = 64, .first_use = 0, .last_use = 1},
                                        {.bytes = 32, .first_use = 1, .last_use = 2},
                                        {.bytes = 64, .first_use = 2, .last_use = 3}};
  EXPECT_EQ(plan(buffers), 96U);
  EXPECT_EQ(buffers[0].offset, buffers[2].offset);
}

TEST(MemoryPlanner, KeepsBuffersThatMeetInOneStepApart) {
  std::vector<PlannedBuffer> buffers = {{.bytes = 10, .first_use = 0, .last_use = 1},
                                        {.bytes = 10, .first_use = 1, .last_use = 2}};
  EXPECT_EQ(plan(buffers), 32U);
  EXPECT_NE(buffers[0].offset, buffers[1].offset);
}

TEST(MemoryPlanner, FillsGapsBetweenLargerBuffers) {
  // The two large ones leave a gap of 32 at time 1, where the small one goes.
  std::vector<PlannedBuffer> buffers = {{.bytes = 96, .first_use = 0, .last_use = 0},
                                        {.bytes = 64, .first_use = 0, .last_use = 2},
                                        {.bytes = 32, .first_use = 1, .last_use = 2}};
  EXPECT_EQ(plan(buffers), 160U);
  EXPECT_EQ(buffers[2].offset, 0U);
}

TEST(MemoryPlanner, RandomPlansNeverOverlap) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    std::vector<PlannedBuffer> buffers(1 + random() % 30);
    for (PlannedBuffer& b : buffers) {
      b.bytes = random() % 200;
      b.first_use = static_cast<int32_t>(random() % 20) - 1;
      b.last_use = b.first_use + static_cast<int32_t>(random() % 6);
    }
    const uint32_t bytes = plan(buffers);
    for (size_t i = 0; i < buffers.size(); ++i) {
      const PlannedBuffer& a = buffers[i];
      if (a.bytes == 0) continue;
      EXPECT_EQ(a.offset % kArenaAlignment, 0U);
      EXPECT_LE(a.offset + a.bytes, bytes);
      for (size_t j = i + 1; j < buffers.size(); ++j) {
        const PlannedBuffer& b = buffers[j];
        const bool in_time = a.first_use <= b.last_use && b.first_use <= a.last_use;
        const bool in_space = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
        EXPECT_FALSE(b.bytes > 0 && in_time && in_space) << "buffers " << i << " and " << j;
      }
    }
  }
}

}  // namespace
}  // namespace solder
