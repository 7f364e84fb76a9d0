// DMA2 between memories: what it moves, when, and what it refuses.
#include <gmock/gmock.h>

#include "simulator/test/board_test.h"
#include "simulator/timing/cortex_m7.h"

namespace simulator {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint32_t kFeif = 1, kTeif = 8, kHtif = 16, kTcif = 32;

TEST(Dma, CopiesWordsOverTime) {
  ScenarioBoard board("dma_words");
  EXPECT_EQ(board.finish(), (Words{64, 28 + 64, 0, kHtif | kTcif, 0}));
  EXPECT_THAT(board.diagnostics, IsEmpty());
}

TEST(Dma, PacksUnpacksAndRepeats) {
  EXPECT_EQ(ScenarioBoard("dma_sizes").finish(), (Words{0x02000000, 0x03000000, 2, 7, 5}));
}

TEST(Dma, Interrupts) {
  EXPECT_EQ(ScenarioBoard("dma_interrupts").finish(), (Words{kHtif, kTcif, kTeif, 0}));
}

TEST(Dma, Refuses) {
  ScenarioBoard board("dma_refusals");
  EXPECT_EQ(board.finish(), (Words{0, 0, kTeif, kTeif, kTeif, 0, kFeif, kTeif, 0}));
  for (const char* text :
       {"DMA2 is accessed while its clock is off",
        "DMA2 stream 0: it does not start: memory-to-memory has no circular",
        "DMA2 stream 0: bus error (TEIF) at 0x00000100: there it finds no memory to write",
        "DMA2 stream 0: bus error (TEIF) at 0x002",
        "DMA2 stream 0: it does not start: LIFCR or HIFCR has not cleared the flags",
        "DMA2 stream 0: FIFO threshold and bursts do not fit together",
        "DMA1 stream 0: it does not start: only DMA2"}) {
    EXPECT_THAT(board.diagnostics, Contains(HasSubstr(text)));
  }
}

TEST(Dma, StopsWhenToldTo) { EXPECT_EQ(ScenarioBoard("dma_stopped").finish(), (Words{kTcif, 1})); }

// What the data cache hides from it, and what cache maintenance is for.
struct Coherence {
  const char* scenario;
  unsigned flag;  // results[flag] = 1 lets the firmware maintain the cache
  const char* diagnostic;
};
class CoherenceTest : public testing::TestWithParam<Coherence> {};

TEST_P(CoherenceTest, IsToldUnlessMaintained) {
  const auto [scenario, flag, diagnostic] = GetParam();
  for (const bool maintained : {false, true}) {
    if (maintained && flag > 1) continue;
    ScenarioBoard board(scenario, std::make_unique<CortexM7Timing>());
    board.store(board.address("results") + 4 * flag, maintained);
    board.finish();
    if (maintained) {
      EXPECT_THAT(board.diagnostics, IsEmpty());
    } else {
      EXPECT_THAT(board.diagnostics, testing::ElementsAre(HasSubstr(diagnostic)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Lines, CoherenceTest,
    testing::Values(Coherence{"dma_reads_dirty", 0, "DMA reads 0x20020000, which the data cache"},
                    Coherence{"dma_written_unseen", 1, "the core reads 0x20020000, which DMA"},
                    Coherence{"dma_undone", 2, "writes a modified line back to 0x20020000"}));

// 8 KB of weights. A load of the FIFO takes 7 cycles into DTCM and 7 from flash, with 7 wait states
// for every other one: 17.5 for 16 bytes, 8,960 in all, most of them while the core multiplies.
TEST(Dma, StreamingAheadBeatsTheCache) {
  ScenarioBoard board("dma_streaming", std::make_unique<CortexM7Timing>());
  const Words got = board.finish();
  EXPECT_EQ(got[1], got[3]);
  EXPECT_NEAR(got[0], 11'700, 50);  // where code lies changes it a little
  EXPECT_NEAR(got[2], 10'400, 50);
  EXPECT_THAT(board.diagnostics, IsEmpty());
}

}  // namespace
}  // namespace simulator
