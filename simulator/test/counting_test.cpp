// Instructions are counted exactly, also in the middle of a block.
#include "simulator/test/board_test.h"

namespace simulator {
namespace {

struct Count {
  const char* scenario;
  std::uint32_t instructions;  // counted by hand, see firmware/counting.S
};

class CountingTest : public testing::TestWithParam<Count> {};

TEST_P(CountingTest, CycleCounterReadsExactly) {
  ScenarioBoard board(GetParam().scenario);
  board.finish();
  EXPECT_EQ(*board.read_word(board.address("results")), GetParam().instructions);
}

INSTANTIATE_TEST_SUITE_P(Hand, CountingTest,
                         testing::Values(Count{"count_loop", 2002}, Count{"count_in_block", 6},
                                         Count{"count_predicated", 6},
                                         Count{"count_through_pointer", 5},
                                         Count{"count_two_devices", 4},
                                         Count{"count_post_indexed", 5}, Count{"count_ldm", 4},
                                         Count{"count_call", 12},
                                         Count{"count_overwritten_code", 6 + 8}),
                         [](const auto& test) { return std::string(test.param.scenario); });

TEST(Counting, ProfileSaysWhichFunction) {
  ScenarioBoard board("count_call");
  board.finish();
  std::uint64_t total = 0, ten = 0;
  for (const FunctionProfile& function : board.profile()) {
    total += function.instructions;
    if (function.function == "ten") ten = function.instructions;
  }
  EXPECT_EQ(ten, 10u);
  EXPECT_EQ(total, board.instructions());
}

TEST(Counting, InstructionLimitStopsAtTheNextBlock) {
  ScenarioBoard board("busy_loop");  // blocks of two instructions
  EXPECT_EQ(board.run({.instructions = 100'001}).reason, StopReason::kInstructionLimit);
  EXPECT_GE(board.instructions(), 100'001u);
  EXPECT_LE(board.instructions(), 100'003u);
  const std::uint64_t before = board.instructions();
  board.run({.instructions = 2'000'000});  // past the interval of looking at stop requests
  EXPECT_GE(board.instructions(), before + 2'000'000);
  EXPECT_LE(board.instructions(), before + 2'000'002);
}

TEST(Counting, TimeLimitIsSimulatedTime) {
  ScenarioBoard board("busy_loop");
  EXPECT_EQ(board.run({.milliseconds = 2.5}).reason, StopReason::kTimeLimit);
  EXPECT_NEAR(board.milliseconds(), 2.5, 0.001);
  EXPECT_EQ(board.hclk_hz(), 16'000'000u);
  EXPECT_NEAR(static_cast<double>(board.cycles()), 40'000, 4);
}

}  // namespace
}  // namespace simulator
