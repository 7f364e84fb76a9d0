#include "simulator/test/board_test.h"

namespace simulator {
namespace {

TEST(Exceptions, BasicFrameWithoutFp) {
  ScenarioBoard board("svc_without_fp");
  const Words r = board.finish();
  ASSERT_EQ(r.size(), 3u);
  EXPECT_EQ(r[0], 0xFFFFFFF9);
  EXPECT_EQ(r[1], (r[2] - 0x20) & ~7u);  // SP is back where it was, above an aligned basic frame
  EXPECT_EQ(*board.read_word(r[1] + 0x1C) >> 9 & 1, r[2] >> 2 & 1);  // xPSR tells of the padding
  EXPECT_EQ(*board.read_word(r[1]), 11u);
  EXPECT_EQ(*board.read_word(r[1] + 4), 12u);
}

TEST(Exceptions, ExtendedFrameKeepsFpContext) {
  ScenarioBoard board("svc_with_fp");
  const Words r = board.finish();
  ASSERT_EQ(r.size(), 6u);
  EXPECT_EQ(r[0], 0xFFFFFFE9);
  EXPECT_EQ(r[2], 0x1234u);
  EXPECT_EQ(r[3], 0x4321u);
  EXPECT_EQ(r[4], 0x01000000u);
  EXPECT_EQ(r[5] - r[1], 0x68u);
  EXPECT_EQ(*board.read_word(r[1] + 0x20), 0x1234u);
  EXPECT_EQ(*board.read_word(r[1] + 0x60), 0x01000000u);
  EXPECT_EQ(board.registers().control & 4, 4u);  // FPCA is restored
}

TEST(Exceptions, EntryAndReturnCloseTheExclusiveMonitor) {
  EXPECT_EQ(ScenarioBoard("exclusive_monitor").finish(), (Words{0, 1, 1, 1, 0}));
}

TEST(Exceptions, ProcessStack) {
  ScenarioBoard board("svc_on_process_stack");
  const Words r = board.finish();
  ASSERT_EQ(r.size(), 3u);
  EXPECT_EQ(r[0], 0xFFFFFFFD);
  EXPECT_EQ(r[1], r[2] - 0x20);
  EXPECT_EQ(board.registers().psp, r[2]);
}

TEST(Exceptions, MoreUrgentPreemptsLessUrgentIsTailChained) {
  ScenarioBoard board("nested_priorities");
  const Words r = board.finish();
  ASSERT_EQ(r.size(), 9u);
  EXPECT_EQ(r[0], 10u);
  EXPECT_EQ(r[1], 11u);
  EXPECT_EQ(r[2], 0xFFFFFFF1);  // from a handler to a handler
  EXPECT_EQ(r[4], 0xFFFFFFF9);
  EXPECT_EQ(r[5], 12u);
  EXPECT_EQ(r[6], r[3]);  // the same frame: nothing was unstacked in between
  EXPECT_EQ(r[7], r[4]);
  EXPECT_EQ(r[8], 99u);
}

TEST(Exceptions, PriorityGroupDecidesPreemption) {
  ScenarioBoard board("one_priority_group");
  const Words r = board.finish();
  ASSERT_EQ(r.size(), 9u);
  EXPECT_EQ(r[0], 10u);
  EXPECT_EQ(r[3], 11u);
  EXPECT_EQ(r[5], 12u);
  EXPECT_EQ(r[8], 99u);
}

TEST(Exceptions, PrimaskBasepriFaultmask) {
  ScenarioBoard board("masks");
  EXPECT_EQ(board.finish(), (Words{1, 36, 2, 3, 36, 4, 5, 14, 6}));
}

TEST(Exceptions, SysTickPeriodIsExact) {
  ScenarioBoard board("systick_period");
  const Words r = board.finish();
  ASSERT_EQ(r.size(), 10u);
  for (std::size_t i = 1; i < r.size(); ++i) EXPECT_EQ(r[i] - r[i - 1], 1000u) << i;
}

TEST(Exceptions, SysTickCountsDownAndFlags) {
  ScenarioBoard board("systick_value");
  const Words r = board.finish();
  ASSERT_EQ(r.size(), 4u);
  EXPECT_EQ(r[0], 1u);
  EXPECT_EQ(r[1], 1u);  // 101 ticks later, modulo 100
  EXPECT_EQ(r[2], 1u);  // COUNTFLAG, cleared by reading it
  EXPECT_EQ(r[3], 0u);
}

TEST(Exceptions, WfiPassesTimeWithoutTheCore) {
  ScenarioBoard board("wait_for_interrupt");
  const Words r = board.finish();
  EXPECT_GT(board.cycles(), 50'000u);
  EXPECT_LT(board.cycles(), 50'200u);
  EXPECT_LT(r[0], 200u);  // DWT_CYCCNT stands still asleep
  EXPECT_EQ(board.cycles(), board.instructions() + board.cycles_asleep());
}

TEST(Exceptions, WfiWakesUnderPrimask) {
  ScenarioBoard board("wait_with_primask");
  EXPECT_EQ(board.finish(), Words{1});
}

TEST(Exceptions, WfeAndSev) {
  ScenarioBoard board("wait_for_event");
  EXPECT_EQ(board.run({.milliseconds = 10}).reason, StopReason::kIdleForever);
  EXPECT_EQ(board.results(), Words{1});
}

TEST(Exceptions, SleepWithoutAnyEventIsTold) {
  ScenarioBoard board("sleep_forever");
  const RunResult result = board.run();
  EXPECT_EQ(result.reason, StopReason::kIdleForever);
  EXPECT_NE(result.explanation.find("sleep_forever+"), std::string::npos) << result.explanation;
}

TEST(Exceptions, TwentyThousandContextSwitchesWithFp) {
  ScenarioBoard board("context_switches");
  const RunResult result = board.run({.milliseconds = 3000});
  EXPECT_EQ(result.reason, StopReason::kBreakpoint) << result.explanation << board.describe_state();
  const Words r = board.results();
  ASSERT_EQ(r.size(), 2u) << "a sum was wrong";
  EXPECT_EQ(r[1], 20'000u);
  EXPECT_EQ(board.fault_count(), 0u);
  float sum;
  const std::uint32_t bits = *board.read_word(board.address("interrupt_sum"));
  std::memcpy(&sum, &bits, 4);
  EXPECT_EQ(sum, 0.5f * (19'999 / 3));
}

TEST(Exceptions, SoftwareResetLoop) {
  ScenarioBoard board("cause_reset");
  const RunResult result = board.run({.milliseconds = 1000});
  EXPECT_EQ(result.reason, StopReason::kResetLoop);
  EXPECT_TRUE(result.failed());
}

}  // namespace
}  // namespace simulator
