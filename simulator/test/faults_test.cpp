#include "simulator/test/board_test.h"

namespace simulator {
namespace {

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Faults, UnmappedReadReachesTheBusFaultHandler) {
  ScenarioBoard board("unmapped_read");
  const Words r = board.finish();
  ASSERT_EQ(r.size(), 6u);
  EXPECT_EQ(r[0], 5u);
  EXPECT_EQ(r[1], kPrecisErr | kBfarValid);
  EXPECT_EQ(r[2], 0u);
  EXPECT_EQ(r[3], 0x80000004);
  EXPECT_EQ(r[4], board.address("unmapped_read_here"));
  EXPECT_EQ(r[5], 7u);  // and went on
  ASSERT_EQ(board.fault_count(), 1u);
  const std::string report = board.describe(board.faults()[0]);
  EXPECT_TRUE(mentions(report, "read of 4 bytes from 0x80000004")) << report;
  EXPECT_TRUE(mentions(report, "unmapped_read_here+0x0): ldr r1, [r0, #4]")) << report;
}

TEST(Faults, EscalatesWithoutItsHandler) {
  ScenarioBoard board("unmapped_write_escalates");
  const Words r = board.finish();
  ASSERT_EQ(r.size(), 6u);
  EXPECT_EQ(r[0], 3u);
  EXPECT_EQ(r[1], kPrecisErr | kBfarValid);
  EXPECT_EQ(r[2], kForced);
  EXPECT_EQ(r[3], 0x60000000u);
  EXPECT_TRUE(board.faults().at(0).escalated);
}

TEST(Faults, HoleAmongTheDevices) {
  ScenarioBoard board("missing_device");
  const Words r = board.finish();
  EXPECT_EQ(r.at(1), 5u);
  EXPECT_EQ(r.at(2), kImprecisErr);
  EXPECT_TRUE(mentions(board.faults().at(0).what, "0x40023400"));
}

TEST(Faults, UndefinedInstruction) {
  ScenarioBoard board("undefined_instruction");
  const Words r = board.finish();
  EXPECT_EQ(r.at(0), 6u);
  EXPECT_EQ(r.at(1), kUndefInstr);
  EXPECT_EQ(*board.read_word(r.at(4)) & 0xFFFF, 0xDE01u);  // the stacked PC points at the UDF
  EXPECT_EQ(r.at(5), 7u);
}

TEST(Faults, FpuOff) {
  ScenarioBoard board("fpu_off");
  const Words r = board.finish();
  EXPECT_EQ(r.at(1), kNoCp);
  EXPECT_EQ(*board.read_word(r.at(4)), 0x0A00EEB7u);
  EXPECT_EQ(r.at(5), 7u);
}

TEST(Faults, DoublePrecisionArithmeticOnly) {
  ScenarioBoard board("double_precision");
  const Words r = board.finish();
  ASSERT_EQ(r.size(), 11u);  // two faults: the moves, loads and stores of D registers are legal
  EXPECT_EQ(r[1], kUndefInstr);
  EXPECT_EQ(*board.read_word(r[4]), 0x0B02EE31u);
  EXPECT_EQ(r[6], kUndefInstr);
  EXPECT_EQ(*board.read_word(r[9]), 0x0AC0EEB7u);
  EXPECT_EQ(r[10], 7u);
  EXPECT_TRUE(mentions(board.faults().at(0).what, "double-precision"));
}

TEST(Faults, ExecutionWithoutMemory) {
  ScenarioBoard board("jump_nowhere");
  const RunResult result = board.run();
  EXPECT_EQ(result.reason, StopReason::kBreakpoint);  // no handler: the dispatcher's BKPT 255
  ASSERT_EQ(board.fault_count(), 1u);
  EXPECT_EQ(board.faults()[0].cfsr, kIBusErr);
  EXPECT_EQ(board.faults()[0].registers.pc, 0x60000000u);
  // LR tells who jumped.
  EXPECT_TRUE(mentions(board.describe(board.faults()[0]), "(jump_nowhere+"));
}

TEST(Faults, ExecutionOfDevice) {
  ScenarioBoard board("jump_into_device");
  board.run();
  ASSERT_EQ(board.fault_count(), 1u);
  EXPECT_EQ(board.faults()[0].exception, kMemManage);
  EXPECT_EQ(board.faults()[0].cfsr, kIaccViol);
  EXPECT_EQ(board.faults()[0].registers.pc, 0x40023800u);
}

TEST(Faults, EvenAddress) {
  ScenarioBoard board("jump_to_even_address");
  board.run();
  ASSERT_EQ(board.fault_count(), 1u);
  EXPECT_EQ(board.faults()[0].cfsr, kInvState);
  EXPECT_EQ(board.faults()[0].registers.pc, board.address("jump_nowhere"));
}

TEST(Faults, StackOverflow) {
  ScenarioBoard board("overflow_stack");
  const RunResult result = board.run({.milliseconds = 1000});
  EXPECT_EQ(result.reason, StopReason::kLockup);  // the handler has no stack either
  EXPECT_TRUE(result.failed());
  ASSERT_GE(board.faults().size(), 2u);
  EXPECT_TRUE(mentions(board.faults()[0].what, "stack overflow?")) << board.faults()[0].what;
  EXPECT_TRUE(mentions(board.describe(board.faults()[0]), "(recurse+"));
}

TEST(Faults, PlainStoreToFlash) {
  ScenarioBoard board("write_to_flash");
  const std::uint32_t before = *board.read_word(0x08000008);
  const Words r = board.finish();
  EXPECT_EQ(r.at(0), 5u);
  EXPECT_EQ(r.at(3), 0x08000008u);
  EXPECT_EQ(*board.read_word(0x08000008), before);
  EXPECT_TRUE(mentions(board.faults().at(0).what, "FLASH_CR.PG"));
}

TEST(Faults, Lockup) {
  ScenarioBoard board("lock_up");
  const RunResult result = board.run();
  EXPECT_EQ(result.reason, StopReason::kLockup);
  EXPECT_TRUE(mentions(result.explanation, "faulting_handler+")) << result.explanation;
  EXPECT_EQ(board.fault_count(), 2u);
}

TEST(Faults, Hang) {
  ScenarioBoard board("hang");
  const RunResult result = board.run();
  EXPECT_EQ(result.reason, StopReason::kHang);
  EXPECT_TRUE(mentions(result.explanation, "hang+0x2")) << result.explanation;
}

TEST(Flash, ProgramAndErase) {
  ScenarioBoard board("program_flash");
  const Words r = board.finish();
  EXPECT_EQ(r, (Words{0x12345678, 0x12340000, 1, ~0u, ~0u, 0xCAFE}));
  EXPECT_GT(board.milliseconds(), 500);  // erasing takes its time
  EXPECT_EQ(board.fault_count(), 0u);
}

TEST(Flash, WrongKeyLocksUntilReset) {
  ScenarioBoard board("wrong_flash_key");
  EXPECT_EQ(board.finish(), Words{1});
}

TEST(Clocks, IllegalSettingsAreTold) {
  ScenarioBoard board("too_fast_clock");
  board.finish();
  ASSERT_EQ(board.diagnostics.size(), 4u);  // over-drive, wait states, APB1, APB2
  EXPECT_TRUE(mentions(board.diagnostics[0], "over-drive"));
  EXPECT_TRUE(mentions(board.diagnostics[1], "wait states"));
}

TEST(Clocks, LegalSettingsAreNot) {
  ScenarioBoard board("legal_clock");
  board.finish();
  EXPECT_TRUE(board.diagnostics.empty()) << board.diagnostics.at(0);
  EXPECT_EQ(board.clocks().hclk, 216'000'000u);
  EXPECT_EQ(board.clocks().pclk1, 54'000'000u);
  EXPECT_EQ(board.clocks().pclk2, 108'000'000u);
  EXPECT_TRUE(board.system_control().instruction_cache_enabled());
  EXPECT_TRUE(board.system_control().data_cache_enabled());
}

}  // namespace
}  // namespace simulator
