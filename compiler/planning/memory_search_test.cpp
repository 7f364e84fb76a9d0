#include "compiler/planning/memory_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace solder::compiler {
namespace {

bool overlap_in_space(const PlannedBuffer& a, const PlannedBuffer& b) {
  return a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

TEST(MemorySearch, FindsAnOrderThatTheLargestFirstMisses) {
  // Largest first puts the buffers of 48 and 32 beside each other and leaves no gap of 48.
  std::vector<PlannedBuffer> buffers = {{.bytes = 48, .first_use = 0, .last_use = 1},
                                        {.bytes = 32, .first_use = 1, .last_use = 2},
                                        {.bytes = 48, .first_use = 2, .last_use = 3},
                                        {.bytes = 32, .first_use = 3, .last_use = 4},
                                        {.bytes = 16, .first_use = 0, .last_use = 4}};
  EXPECT_EQ(search_memory(buffers, {}), memory_lower_bound(buffers, {}));
}

TEST(MemorySearch, AnOutputMayBeginItsLeadBeforeItsInput) {
  std::vector<PlannedBuffer> buffers = {{.bytes = 320, .first_use = 0, .last_use = 1},
                                        {.bytes = 64, .first_use = 1, .last_use = 2}};
  EXPECT_EQ(search_memory(buffers, {}), 384U);
  const BufferOverlap lead_32[] = {{.input = 0, .output = 1, .lead = 32}};
  EXPECT_EQ(search_memory(buffers, lead_32), 352U);
  EXPECT_EQ(memory_lower_bound(buffers, lead_32), 352U);
  EXPECT_EQ(buffers[1].offset, 0U);
  EXPECT_EQ(buffers[0].offset, 32U);
  const BufferOverlap lead_0[] = {{.input = 0, .output = 1, .lead = 0}};
  EXPECT_EQ(search_memory(buffers, lead_0), 320U);
}

TEST(MemorySearch, ScratchLiesLowestWhereThatCostsNothing) {
  std::vector<PlannedBuffer> buffers = {{.bytes = 640, .first_use = 0, .last_use = 1},
                                        {.bytes = 64, .first_use = 1, .last_use = 1},
                                        {.bytes = 320, .first_use = 1, .last_use = 2},
                                        {.bytes = 128, .first_use = 2, .last_use = 2}};
  EXPECT_EQ(search_memory(buffers, {}), 1024U);
  EXPECT_EQ(buffers[1].offset, 0U);
  EXPECT_EQ(buffers[3].offset, 0U);
}

TEST(MemorySearch, AnOutputThatGrowsEndsBehindItsInput) {
  std::vector<PlannedBuffer> buffers = {{.bytes = 64, .first_use = 0, .last_use = 1},
                                        {.bytes = 320, .first_use = 1, .last_use = 2}};
  const BufferOverlap overlaps[] = {{.input = 0, .output = 1, .lead = 272}};
  EXPECT_EQ(search_memory(buffers, overlaps), 336U);
  EXPECT_EQ(buffers[0].offset - buffers[1].offset, 272U);
}

TEST(MemorySearch, RandomPlansKeepApartWhatMustBeAndNeverBeatTheBound) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<PlannedBuffer> buffers(2 + random() % 20);
    for (PlannedBuffer& b : buffers) {
      b.bytes = random() % 200;
      b.first_use = static_cast<int32_t>(random() % 20) - 1;
      b.last_use = b.first_use + static_cast<int32_t>(random() % 6);
    }
    std::vector<BufferOverlap> overlaps;
    for (size_t i = 0; i < buffers.size(); ++i)
      for (size_t j = 0; j < buffers.size(); ++j)
        if (i != j && buffers[i].bytes > 0 && buffers[j].bytes > 0 &&
            buffers[i].last_use == buffers[j].first_use && random() % 3 == 0)
          overlaps.push_back({static_cast<int32_t>(i), static_cast<int32_t>(j),
                              static_cast<uint32_t>(random() % 250)});
    // An input lies under one output only.
    std::erase_if(overlaps, [&](const BufferOverlap& a) {
      return std::ranges::any_of(overlaps, [&](const BufferOverlap& b) {
        return &a != &b && (a.input == b.input || a.output == b.output);
      });
    });
    const uint32_t bytes = search_memory(buffers, overlaps);
    EXPECT_GE(bytes, memory_lower_bound(buffers, overlaps));
    for (size_t i = 0; i < buffers.size(); ++i) {
      const PlannedBuffer& a = buffers[i];
      EXPECT_EQ(a.offset % 16, 0U);
      EXPECT_LE(a.offset + a.bytes, bytes);
      for (size_t j = 0; j < i; ++j) {
        const PlannedBuffer& b = buffers[j];
        const bool meet = a.first_use <= b.last_use && b.first_use <= a.last_use;
        if (a.bytes == 0 || b.bytes == 0 || !meet || !overlap_in_space(a, b)) continue;
        bool allowed = false;
        for (const BufferOverlap& o : overlaps) {
          const bool is_it =
              (o.input == static_cast<int32_t>(i) && o.output == static_cast<int32_t>(j)) ||
              (o.input == static_cast<int32_t>(j) && o.output == static_cast<int32_t>(i));
          if (!is_it) continue;
          const PlannedBuffer& input = buffers[static_cast<size_t>(o.input)];
          const PlannedBuffer& output = buffers[static_cast<size_t>(o.output)];
          allowed = input.offset >= output.offset + o.lead;
        }
        EXPECT_TRUE(allowed) << i << " and " << j;
      }
    }
  }
}

}  // namespace
}  // namespace solder::compiler
