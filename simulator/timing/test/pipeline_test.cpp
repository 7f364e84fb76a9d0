// What mispredicted branches and cold code cost, block by block.
#include "simulator/timing/pipeline.h"

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <vector>

#include "simulator/timing/instruction_timing.h"

namespace simulator {
namespace {

constexpr std::uint16_t kCompare = 0x4288;  // cmp r0, r1
constexpr std::uint16_t kNop = 0xBF00;
constexpr std::uint16_t kBranchIfEqual = 0xD03E;  // beq to itself + 4 + 0x7C

class Code : public testing::Test {
 protected:
  Code() {
    memory_.add("ITCM", 0, 0x4000, true);
    memory_.add("flash", 0x08000000, 0x4000, false);
    timing_.configure({.instruction_cache = true, .wait_states = 7});
  }

  // A block of 16-bit instructions at `address`.
  BlockTiming& block(std::uint32_t address, const std::vector<std::uint16_t>& code) {
    const auto size = static_cast<std::uint32_t>(2 * code.size());
    std::memcpy(memory_.at(address, size), code.data(), size);
    return decoded_.emplace_back(decoder_.decode(*blocks_.find(address, size)));
  }
  void run(BlockTiming& block) {
    pipeline_.enter(block);
    for (const InstructionTiming& each : block.instructions) pipeline_.issue(block, each, {});
  }
  // Cycles from the branch at the end of `code` to the first instruction of its cold target.
  Cycle mispredicted(const std::vector<std::uint16_t>& code) {
    BlockTiming& before = block(0x100, code);
    BlockTiming& target = block(before.end + 2 + 0x7C, {kNop});
    run(before);
    const Cycle branch = pipeline_.now();
    run(target);
    return pipeline_.now() - branch;
  }

  Memory memory_;
  BlockCache blocks_{memory_};
  InstructionDecoder decoder_;
  MemoryTiming timing_;
  Pipeline pipeline_{timing_};
  std::deque<BlockTiming> decoded_;
};

TEST_F(Code, MispredictionCostsEight) { EXPECT_EQ(mispredicted({kCompare, kBranchIfEqual}), 8u); }

TEST_F(Code, SixWhenTheFlagsWereSetEarly) {
  EXPECT_EQ(mispredicted({kCompare, kNop, kNop, kNop, kNop, kNop, kNop, kBranchIfEqual}), 6u);
}

TEST_F(Code, NotGradual) {
  EXPECT_EQ(mispredicted({kCompare, kNop, kNop, kNop, kBranchIfEqual}), 8u);
}

TEST_F(Code, ColdCodeWaitsForItsLines) {
  constexpr std::uint32_t kLines = 16;
  BlockTiming& nops = block(0x08000100, std::vector<std::uint16_t>(16 * kLines, kNop));
  const auto cycles = [&] {
    const Cycle start = pipeline_.now();
    run(nops);
    return static_cast<double>(pipeline_.now() - start) / kLines;
  };
  EXPECT_NEAR(cycles(), 13 + 4, 0.5);  // the first of four words, and the way to the next line
  EXPECT_NEAR(cycles(), 8, 0.5);       // two instructions per cycle
}

TEST_F(Code, LearntBranchIsNearlyFree) {
  BlockTiming& before = block(0x100, {kCompare, kNop, kNop, kBranchIfEqual});
  BlockTiming& target = block(before.end + 2 + 0x7C, {kNop, kNop});
  for (int i = 0; i < 20; ++i) {
    run(before);
    run(target);
    pipeline_.interrupt(100);  // the way back is no branch of this test
  }
  run(before);
  const Cycle branch = pipeline_.now();
  run(target);
  EXPECT_LE(pipeline_.now() - branch, 2u);
}

}  // namespace
}  // namespace simulator
