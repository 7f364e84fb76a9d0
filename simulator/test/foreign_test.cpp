// Firmware that this project's own start-up code and drivers have no part in: test/foreign/.
#include <fmt/format.h>

#include <cstdio>

#include "simulator/test/board_test.h"

namespace simulator {
namespace {

enum Clock : std::uint32_t { kHsi216, kHse216, kHsi288 };

class ForeignBoard : public Board {
 public:
  explicit ForeignBoard(std::uint32_t clock = kHsi216, std::uint32_t rounds = 1)
      : Board(*find_board("stm32f746g-disco"), Image::load(SIMULATOR_FOREIGN_FIRMWARE)) {
    on_diagnostic([this](const std::string& text) { diagnostics.push_back(text); });
    serial("USART6").on_transmit([this](std::uint8_t byte) { console += static_cast<char>(byte); });
    serial("UART7").on_transmit([this](std::uint8_t byte) { link.push_back(byte); });
    store("wanted_clock", clock);
    store("inference_rounds", rounds);
  }
  void store(const char* name, std::uint32_t value) {
    std::array<std::uint8_t, 4> bytes;
    std::memcpy(bytes.data(), &value, 4);
    write(image().symbol(name).value(), bytes);
  }
  void run_for(double milliseconds) {
    const RunResult result = run({.milliseconds = milliseconds});
    ASSERT_EQ(result.reason, StopReason::kTimeLimit) << result.explanation << describe_state();
    ASSERT_EQ(fault_count(), 0u) << describe(faults()[0]);
  }
  std::string ask(std::string_view command, double milliseconds) {
    console.clear();
    serial("USART6").feed(command);
    run_for(milliseconds);
    return console;
  }
  std::uint32_t word(const std::string& symbol) {
    return read_word(image().symbol(symbol).value()).value();
  }

  std::string console;
  std::vector<std::uint8_t> link;
  std::vector<std::string> diagnostics;
};

class ForeignClock : public testing::TestWithParam<std::pair<std::uint32_t, std::uint32_t>> {};

TEST_P(ForeignClock, BootsAndPrintsItsClock) {
  ForeignBoard board(GetParam().first);
  board.run_for(20);
  EXPECT_EQ(board.console, fmt::format("System clock: {}\n", GetParam().second));
  EXPECT_EQ(board.hclk_hz(), GetParam().second);
  for (const char* usart : {"USART6", "UART7"}) {
    EXPECT_NEAR(board.serial(usart).baud(), 115'200, 1000) << usart;
  }
  // The watchdog, and the overclocking.
  for (const std::string& text : board.diagnostics) {
    EXPECT_TRUE(text.starts_with("IWDG") || board.hclk_hz() > 216'000'000) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(All, ForeignClock,
                         testing::Values(std::pair(kHsi216, 216'000'000),
                                         std::pair(kHse216, 216'000'000),
                                         std::pair(kHsi288, 288'000'000)));

TEST(Foreign, ConstructorsHeapAndFastMathStartUp) {
  ForeignBoard board;
  board.run_for(20);
  EXPECT_EQ(board.ask("CMD=1", 30), "Model input: dims->size: 4, data: 784\nflush to zero: 1\n");
  EXPECT_EQ(board.ask("CMD=7", 30), "");
  EXPECT_EQ(board.ask("nonsense", 30), "unknown: nonsense\n");
}

TEST(Foreign, MeasuresItsInferenceByDwt) {
  ForeignBoard board(kHsi216, 10);
  board.run_for(20);
  const std::string table = board.ask("CMD=2", 50);
  float layers[3], total, out[3];
  ASSERT_EQ(std::sscanf(table.c_str(),
                        "DEPTHWISE_CONV_2D: %f msec\nMAX_POOL_2D: %f msec\nFULLY_CONNECTED: %f "
                        "msec\nTotal time: %f msec\nOut[0]: %f\nOut[1]: %f\nOut[2]: %f\n",
                        &layers[0], &layers[1], &layers[2], &total, &out[0], &out[1], &out[2]),
            7)
      << table;
  EXPECT_GT(layers[0], 0.05f);
  EXPECT_NEAR(total, layers[0] + layers[1] + layers[2], 0.003f);
  // 784 weights, i % 8 - 0.5, squared: 98 * (0.25 + 0.25 + 2.25 + 6.25 + ... + 42.25).
  EXPECT_NEAR(out[0], 10 * 98 * 114, 1);
}

TEST(Foreign, BinaryMessageEndsBySilence) {
  ForeignBoard board;
  board.run_for(20);
  std::string message;
  std::uint32_t sum = 0;
  for (unsigned i = 0; i < 3188; ++i) {
    message += static_cast<char>(i * 7);
    sum += static_cast<std::uint8_t>(i * 7);
  }
  board.serial("UART7").feed(message);
  board.run_for(278);
  EXPECT_TRUE(board.link.empty());
  board.run_for(20);
  std::vector<std::uint8_t> expected{0xA5, 3188 & 0xFF, 3188 >> 8};
  for (int i = 0; i < 4; ++i) expected.push_back(static_cast<std::uint8_t>(sum >> 8 * i));
  EXPECT_EQ(board.link, expected);
  EXPECT_EQ(board.serial("UART7").overruns(), 0u);
}

// A receiver holds one byte: what comes while interrupts are masked for longer is lost.
TEST(Foreign, BytesDuringTheMaskedInferenceAreLost) {
  ForeignBoard board(kHsi216, 200);
  board.run_for(20);
  board.serial("USART6").feed("CMD=2");
  board.run_for(15);  // 10 ms of silence have passed: it computes
  ASSERT_EQ(board.registers().primask, 1u);
  board.serial("UART7").feed("abcdefgh");
  board.run_for(100);
  ASSERT_EQ(board.registers().primask, 0u);
  EXPECT_EQ(board.link.size(), 7u);
  EXPECT_EQ(board.link.at(1), 1u);   // one byte of the eight,
  EXPECT_EQ(board.link.at(3), 'a');  // the first
  EXPECT_EQ(board.serial("UART7").overruns(), 7u);
  board.link.clear();
  board.serial("UART7").feed("ab");  // and all is well after
  board.run_for(20);
  EXPECT_EQ(board.link.at(1), 2u);
}

TEST(Foreign, TimersAgreeWithSysTick) {
  for (const std::uint32_t clock : {kHsi216, kHse216}) {
    ForeignBoard board(clock);
    board.run_for(60);
    unsigned ticks = 0, interrupts = 0, microseconds = 0, random = 0;
    const std::string said = board.ask("CMD=3", 30);
    ASSERT_EQ(std::sscanf(said.c_str(), "ticks %u, TIM6 %u, TIM2 %u\nrandom %u", &ticks,
                          &interrupts, &microseconds, &random),
              4)
        << said;
    EXPECT_NEAR(ticks, 70, 5);
    EXPECT_NEAR(interrupts, ticks, 3);
    EXPECT_NEAR(microseconds, 1000 * interrupts, 1100);
    EXPECT_EQ(random, 1u);
  }
}

}  // namespace
}  // namespace simulator
