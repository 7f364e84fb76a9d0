#include "simulator/test/board_test.h"

namespace simulator {
namespace {

struct Sent {
  std::string text;
  std::vector<Cycle> at;
};

void record(Board& board, Sent& sent) {
  board.serial("USART6").on_transmit([&](std::uint8_t byte) {
    sent.text += static_cast<char>(byte);
    sent.at.push_back(board.cycles());
  });
}

// The events fire between blocks: some instructions late at most.
constexpr double kBlock = 20;

TEST(Usart, BytesTakeTenBitTimes) {
  ScenarioBoard board("uart_send");
  Sent sent;
  record(board, sent);
  const Words r = board.finish();
  EXPECT_EQ(r.at(0), (1u << 21) | 0x80 | 0x40);  // TEACK, TXE, TC
  EXPECT_EQ(sent.text, "hello");
  for (std::size_t i = 1; i < sent.at.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(sent.at[i] - sent.at[i - 1]), 10 * 139, kBlock);
  }
  EXPECT_TRUE(board.diagnostics.empty()) << board.diagnostics.at(0);
}

TEST(Usart, BitTimeFollowsTheBusClock) {
  ScenarioBoard board("uart_send_at_216_mhz");
  Sent sent;
  record(board, sent);
  board.finish();
  EXPECT_EQ(sent.text, "hello");
  // BRR counts cycles of APB2, half of HCLK.
  EXPECT_NEAR(static_cast<double>(sent.at[4] - sent.at[0]), 4 * 10 * 0x3AA * 2, kBlock);
  EXPECT_NEAR(board.serial("USART6").baud(), 115'200, 200);
}

TEST(Usart, EchoByInterruptAtLineRate) {
  ScenarioBoard board("uart_echo");
  Sent sent;
  record(board, sent);
  board.serial("USART6").feed("abc");  // before the receiver is on: the line waits
  EXPECT_EQ(board.run().reason, StopReason::kIdle);
  EXPECT_EQ(sent.text, "abc");
  EXPECT_NEAR(static_cast<double>(sent.at[1] - sent.at[0]), 1390, kBlock);
  board.serial("USART6").feed("d");
  EXPECT_EQ(board.run().reason, StopReason::kIdle);
  EXPECT_EQ(sent.text, "abcd");
  EXPECT_EQ(board.serial("USART6").overruns(), 0u);
}

TEST(Usart, OverrunKeepsTheFirstByte) {
  ScenarioBoard board("uart_overrun");
  board.serial("USART6").feed("xyz");
  EXPECT_EQ(board.finish(), (Words{8 | 16 | 32, 'x', 0}));
  EXPECT_EQ(board.serial("USART6").overruns(), 2u);
}

TEST(Usart, WithoutClockReadsZero) {
  ScenarioBoard board("uart_unclocked");
  EXPECT_EQ(board.finish(), Words{0});
  ASSERT_EQ(board.diagnostics.size(), 1u);
  EXPECT_NE(board.diagnostics[0].find("USART6 is accessed while its clock is off"),
            std::string::npos);
}

TEST(Usart, WrongBaudAndMissingPinsAreTold) {
  ScenarioBoard board("uart_without_pins");
  // GPIOC has no clock: asking for its pins is not an access of the firmware.
  board.finish();
  ASSERT_EQ(board.diagnostics.size(), 2u);
  EXPECT_NE(board.diagnostics[0].find("16000 bit/s"), std::string::npos) << board.diagnostics[0];
  EXPECT_NE(board.diagnostics[1].find("PC6"), std::string::npos) << board.diagnostics[1];
}

TEST(Usart, UnknownName) {
  ScenarioBoard board("uart_send");
  EXPECT_THROW((void)board.serial("USART9"), std::out_of_range);
}

// Everything that a run leaves behind.
struct Trace {
  Sent sent;
  std::uint64_t instructions;
  Cycle cycles;
  std::vector<std::uint8_t> ram;
  std::string state;
  bool operator==(const Trace& other) const {
    return sent.text == other.sent.text && sent.at == other.sent.at &&
           instructions == other.instructions && cycles == other.cycles && ram == other.ram &&
           state == other.state;
  }
};

Trace trace(std::string_view input) {
  ScenarioBoard board("uart_echo_with_systick");
  Trace out;
  record(board, out.sent);
  board.serial("USART6").feed(input);
  board.run({.milliseconds = 50});
  board.run({.instructions = 12'345});
  out.instructions = board.instructions();
  out.cycles = board.cycles();
  out.ram.resize(320 * 1024);
  board.read(0x20000000, out.ram);
  out.state = board.describe_state();
  return out;
}

TEST(Determinism, TwoRunsAreTheSame) {
  const Trace first = trace("The quick brown fox");
  EXPECT_GT(first.sent.text.size(), 30u);
  EXPECT_EQ(first, trace("The quick brown fox"));
  EXPECT_NE(first, trace("The quick brown cat"));
}

}  // namespace
}  // namespace simulator
