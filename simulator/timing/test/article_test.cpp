// The model against the times that the article measured: see docs/timing-model.md.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "simulator/boards/board.h"
#include "simulator/timing/cortex_m7.h"

namespace simulator {
namespace {

struct Row {
  const char* name;
  std::uint32_t instructions;  // of the article's sources, rebuilt
  double milliseconds;         // measured at 216 MHz
  double bound;                // of the relative error; 0: too short to compare
};
constexpr std::array kRows = {
    Row{"conv 1->32, depthwise", 4'347'413, 18.69, 0.10},
    Row{"max pool 26x26", 467'243, 1.99, 0.25},
    Row{"conv 32->64", 13'471'384, 91.03, 0.10},
    Row{"max pool 11x11", 137'459, 0.56, 0.25},
    Row{"conv 64->64", 1'831'912, 12.52, 0.10},
    Row{"fully connected 576->64", 185'582, 1.48, 0.25},
    Row{"fully connected 64->10", 3'656, 0.03, 0},
    Row{"softmax", 967, 0.01, 0},
};
constexpr double kTotal216 = 126.31, kTotal288 = 94.96, kTotalBound = 0.05;

using PerOperator = std::array<std::uint32_t, kRows.size()>;

// DWT_CYCCNT's count for each operator.
PerOperator run(std::unique_ptr<TimingModel> timing, std::uint32_t mhz) {
  Board board(*find_board("stm32f746g-disco"), Image::load(ARTICLE_FIRMWARE), std::move(timing));
  std::array<std::uint8_t, 4> bytes;
  std::memcpy(bytes.data(), &mhz, 4);
  board.write(board.image().symbol("pll_multiplier").value(), bytes);
  const RunResult result = board.run({.milliseconds = 1000});
  EXPECT_EQ(result.reason, StopReason::kBreakpoint) << result.explanation << board.describe_state();
  PerOperator out;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] =
        board.read_word(board.image().symbol("cycles").value() + static_cast<std::uint32_t>(4 * i))
            .value();
  }
  return out;
}

double total_milliseconds(const PerOperator& cycles, std::uint32_t mhz) {
  double sum = 0;
  for (const std::uint32_t each : cycles) sum += each;
  return sum / (1e3 * mhz);
}

double percent(double value, double reference) { return 100 * (value / reference - 1); }

TEST(Article, TimesAt216Mhz) {
  const PerOperator instructions = run(std::make_unique<OneCyclePerInstruction>(), 216);
  const PerOperator cycles = run(std::make_unique<CortexM7Timing>(), 216);
  fmt::print("{:24} {:>12} {:>7} {:>12} {:>8} {:>9} {:>7}\n", "operator", "instructions", "theirs",
             "cycles", "ms", "published", "error");
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    const Row& row = kRows[i];
    const double milliseconds = cycles[i] / 216e3;
    fmt::print("{:24} {:>12} {:>+6.1f}% {:>12} {:>8.3f} {:>9.2f} {:>+6.1f}%\n", row.name,
               instructions[i], percent(instructions[i], row.instructions), cycles[i], milliseconds,
               row.milliseconds, percent(milliseconds, row.milliseconds));
    if (row.bound == 0) continue;
    EXPECT_NEAR(milliseconds / row.milliseconds, 1, row.bound) << row.name;
  }
  const double total = total_milliseconds(cycles, 216);
  fmt::print("{:24} {:>12} {:>7} {:>12} {:>8.3f} {:>9.2f} {:>+6.1f}%\n", "total", "", "", "", total,
             kTotal216, percent(total, kTotal216));
  EXPECT_NEAR(total / kTotal216, 1, kTotalBound);
}

TEST(Article, TotalAt288Mhz) {
  const double total = total_milliseconds(run(std::make_unique<CortexM7Timing>(), 288), 288);
  fmt::print("at 288 MHz {:.3f} ms, published {:.2f}, {:+.1f}%\n", total, kTotal288,
             percent(total, kTotal288));
  EXPECT_NEAR(total / kTotal288, 1, kTotalBound);
}

TEST(Article, SameCyclesOnEveryRun) {
  EXPECT_EQ(run(std::make_unique<CortexM7Timing>(), 216),
            run(std::make_unique<CortexM7Timing>(), 216));
}

}  // namespace
}  // namespace simulator
