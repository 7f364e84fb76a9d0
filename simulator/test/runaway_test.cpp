// What the board says of firmware that has lost its way.
#include "simulator/console/session.h"
#include "simulator/test/board_test.h"
#include "simulator/test/script_endpoint.h"

namespace simulator {
namespace {

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)
#define EXPECT_CALLS(text, first, second)                                               \
  EXPECT_LT((text).find("called from"), (text).find(std::string("(") + (first) + "+")); \
  EXPECT_LT((text).find(std::string("(") + (first) + "+"),                              \
            (text).find(std::string("(") + (second) + "+"))                             \
      << (text)

std::string first_fault(const std::string& scenario) {
  ScenarioBoard board(scenario);
  std::string report;
  board.on_fault([&](const Fault& fault) {
    if (report.empty()) report = board.describe(fault);
  });
  board.run({.milliseconds = 100});
  return report;
}

TEST(Runaway, WildPointer) {
  const std::string report = first_fault("wild_pointer");
  EXPECT_SAYS(report, "BusFault, taken as HardFault: write of 4 bytes to 0x70000004 (value 0x2A)");
  EXPECT_SAYS(report, "hint: r0 holds the address");
  EXPECT_SAYS(report, "PRECISERR, BFARVALID");
  EXPECT_SAYS(report, "(store_through+");
  EXPECT_CALLS(report, "middle", "wild_pointer");
  EXPECT_CALLS(report, "wild_pointer", "start");
}

TEST(Runaway, PredicatedStore) {
  ScenarioBoard board("predicated_store");
  board.run({.milliseconds = 100});
  ASSERT_EQ(board.faults().size(), 1u);
  const Registers& registers = board.faults()[0].registers;
  EXPECT_EQ(registers.pc, board.address("predicated_store_here"));
  EXPECT_EQ(registers.r[0], 2u);
  constexpr std::uint32_t kItBits = 0x0600FC00;  // `eq` now, `ne` next
  EXPECT_EQ(registers.xpsr & kItBits, 0x00000C00u) << std::hex << registers.xpsr;
}

TEST(Runaway, StoreToFlash) {
  const std::string report = first_fault("write_const");
  EXPECT_SAYS(report, "hint: table+0x4 is in flash");
  EXPECT_CALLS(report, "middle", "write_const");
}

TEST(Runaway, UndefinedInstruction) {
  EXPECT_SAYS(first_fault("undefined_instruction"), "hint: UDF stands where");
}

TEST(Runaway, JumpToNowhere) {
  const std::string report = first_fault("jump_nowhere");
  EXPECT_SAYS(report, "IBUSERR");
  EXPECT_CALLS(report, "jump_nowhere", "start");
}

TEST(Runaway, DivisionByZero) {
  ScenarioBoard board("divide_by_zero");
  board.run({.milliseconds = 100});
  EXPECT_EQ(board.results(), Words{14});
  ASSERT_EQ(board.fault_count(), 1u);
  EXPECT_EQ(board.faults()[0].cfsr, kDivByZero);
  EXPECT_SAYS(board.describe(board.faults()[0]), "division by zero");
}

TEST(Runaway, StackOverflowOutOfRam) {
  const std::string report = first_fault("overflow_stack");
  EXPECT_SAYS(report, "hint: the stack has run out of memory");
  EXPECT_SAYS(report, "(recurse+");
  EXPECT_SAYS(report, " times\n");
  EXPECT_SAYS(report, "(overflow_stack+");
}

// As an image whose linker script names the end of the stack and puts variables below it.
TEST(Runaway, StackOverflowIntoData) {
  ScenarioBoard board("overflow_into_data");
  const std::uint32_t limit = 0x20000800;
  board.core().guard_stack(0x20000000, limit);
  const RunResult result = board.run({.milliseconds = 100});
  EXPECT_EQ(result.reason, StopReason::kStackOverflow);
  EXPECT_TRUE(result.failed());
  EXPECT_SAYS(result.explanation, "stack overflow in descend+");
  EXPECT_LT(board.registers().sp, limit);
  EXPECT_GT(board.registers().sp, limit - 256);
  EXPECT_SAYS(board.describe_state(), "(overflow_into_data+");
}

TEST(Runaway, FaultHandlerThatReturns) {
  ScenarioBoard board("endless_faults");
  const RunResult result = board.run({.milliseconds = 1000});
  EXPECT_EQ(result.reason, StopReason::kExceptionLoop);
  EXPECT_TRUE(result.failed());
  EXPECT_SAYS(result.explanation, "(store_through+0x");
}

TEST(Runaway, InterruptThatIsNeverServed) {
  ScenarioBoard board("endless_interrupts");
  board.serial("USART6").feed("x");
  const RunResult result = board.run({.milliseconds = 1000});
  EXPECT_EQ(result.reason, StopReason::kExceptionLoop);
  EXPECT_SAYS(result.explanation, "exception 87 is pending again");
  EXPECT_EQ(board.fault_count(), 0u);
}

// None of it keeps a session going, nor ends as if all had been well.
TEST(Runaway, EndsTheSession) {
  for (const char* scenario :
       {"wild_pointer", "write_const", "undefined_instruction", "jump_nowhere", "overflow_stack",
        "endless_faults", "lock_up", "hang", "fault_in_handler"}) {
    ScenarioBoard board(scenario);
    std::string output;
    Session session(board);
    session.connect("USART6", std::make_unique<ScriptEndpoint>("", output));
    const RunResult result = session.run();
    EXPECT_TRUE(result.failed() || board.fault_count() > 0) << scenario << result.explanation;
    EXPECT_LT(board.milliseconds(), 3000) << scenario;
  }
}

TEST(Runaway, ChainLeadsThroughTheHandlerToWhatItInterrupted) {
  const std::string report = first_fault("fault_in_handler");
  EXPECT_CALLS(report, "middle", "trapping_handler");
  EXPECT_SAYS(report, "which interrupted");
  EXPECT_LT(report.find("(trapping_handler+"), report.find("(wait_for_it+")) << report;
  EXPECT_LT(report.find("(wait_for_it+"), report.find("(fault_in_handler+")) << report;
}

}  // namespace
}  // namespace simulator
