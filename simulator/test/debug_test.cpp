// Stepping, breakpoints and held faults: what a debugger relies on.
#include "simulator/test/board_test.h"

namespace simulator {
namespace {

class SteppingTest : public testing::TestWithParam<const char*> {};

// Every step is one instruction or one exception, and the firmware cannot tell.
TEST_P(SteppingTest, IsTheSameAsRunning) {
  ScenarioBoard stepped(GetParam()), run(GetParam());
  const Words expected = run.finish();
  RunResult result = stepped.step();
  for (int steps = 1; result.reason == StopReason::kStep && steps < 100'000; ++steps) {
    const std::uint64_t before = stepped.instructions();
    result = stepped.step();
    ASSERT_LE(stepped.instructions(), before + 1);
  }
  EXPECT_EQ(result.reason, StopReason::kBreakpoint) << result.explanation;
  EXPECT_EQ(stepped.results(), expected);
  EXPECT_EQ(stepped.instructions(), run.instructions());
  EXPECT_EQ(stepped.registers(), run.registers());
  EXPECT_EQ(stepped.fault_count(), run.fault_count());
}

INSTANTIATE_TEST_SUITE_P(Scenarios, SteppingTest,
                         testing::Values("count_loop", "count_predicated", "count_ldm",
                                         "count_call", "count_overwritten_code", "svc_without_fp",
                                         "svc_with_fp", "svc_on_process_stack", "nested_priorities",
                                         "masks", "wait_with_primask", "undefined_instruction",
                                         "fpu_off", "double_precision", "unmapped_read",
                                         "write_to_flash"));

TEST(Stepping, WaitsForInterrupts) {
  ScenarioBoard stepped("wait_for_interrupt"), run("wait_for_interrupt");
  const Words expected = run.finish();
  RunResult result;
  do {
    result = stepped.step();
  } while (result.reason == StopReason::kStep);
  EXPECT_EQ(result.reason, StopReason::kBreakpoint);
  EXPECT_EQ(stepped.results().size(), expected.size());
}

TEST(Stepping, AsleepTillTheTimeLimit) {
  ScenarioBoard board("uart_echo");
  board.run({.milliseconds = 5});
  const std::uint64_t before = board.instructions();
  EXPECT_EQ(board.step({.milliseconds = 2}).reason, StopReason::kTimeLimit);
  EXPECT_EQ(board.instructions(), before);
  board.serial("USART6").feed("x");
  EXPECT_EQ(board.step({.milliseconds = 2}).reason, StopReason::kStep);
  EXPECT_EQ(board.registers().xpsr & 0x1FF, 16u + 71);  // in the handler
}

// All passes of a loop, by a breakpoint in the middle of its block.
TEST(Breakpoints, HitBeforeTheInstructionOnEveryPass) {
  ScenarioBoard board("count_loop");
  board.core().set_breakpoints({board.address("count_loop_branch")});
  int hits = 0;
  while (board.run().reason == StopReason::kDebugBreakpoint) {
    EXPECT_EQ(board.registers().pc, board.address("count_loop_branch"));
    ++hits;
    EXPECT_EQ(board.registers().r[3], static_cast<std::uint32_t>(1000 - hits));
    if (hits == 500) board.core().set_breakpoints({});
    EXPECT_EQ(board.step().reason, StopReason::kStep);
  }
  EXPECT_EQ(hits, 500);
  EXPECT_EQ(*board.read_word(board.address("results")), 2002u);
}

TEST(Breakpoints, RunAgainWithoutSteppingStaysThere) {
  ScenarioBoard board("count_loop");
  board.core().set_breakpoints({board.address("count_loop_branch")});
  board.run();
  const std::uint64_t before = board.instructions();
  EXPECT_EQ(board.run().reason, StopReason::kDebugBreakpoint);
  EXPECT_EQ(board.instructions(), before);
}

TEST(HeldFaults, StopAtTheInstructionAndThenReachTheHandler) {
  ScenarioBoard board("unmapped_read");
  board.core().stop_on_faults(true);
  ASSERT_EQ(board.run().reason, StopReason::kFault);
  EXPECT_EQ(board.registers().pc, board.address("unmapped_read_here"));
  EXPECT_EQ(board.registers().xpsr & 0x1FF, 0u);
  EXPECT_EQ(board.run().reason, StopReason::kBreakpoint);  // the end of the scenario
  EXPECT_EQ(board.results().size(), 6u);
}

TEST(HeldFaults, ForgottenWhenTheDebuggerMovesOn) {
  ScenarioBoard board("unmapped_read");
  board.core().stop_on_faults(true);
  board.run();
  board.core().set_pc(board.registers().pc + 2);
  EXPECT_EQ(board.run().reason, StopReason::kBreakpoint);
  EXPECT_EQ(board.results(), Words{7});
}

}  // namespace
}  // namespace simulator
