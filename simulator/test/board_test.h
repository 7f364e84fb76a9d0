// Runs a scenario of the test firmware on a virtual board.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "simulator/boards/board.h"

namespace simulator {

class ScenarioBoard : public Board {
 public:
  explicit ScenarioBoard(
      const std::string& scenario,
      std::unique_ptr<TimingModel> timing = std::make_unique<OneCyclePerInstruction>())
      : Board(*find_board("stm32f746g-disco"), Image::load(SIMULATOR_TEST_FIRMWARE),
              std::move(timing)) {
    on_diagnostic([this](const std::string& text) { diagnostics.push_back(text); });
    store(address("scenario"), address(scenario) | 1);
  }

  [[nodiscard]] std::uint32_t address(const std::string& symbol) const {
    const auto found = image().symbol(symbol);
    if (!found) throw std::runtime_error("the test firmware has no " + symbol);
    return *found;
  }
  void store(std::uint32_t at, std::uint32_t value) {
    std::array<std::uint8_t, 4> bytes;
    std::memcpy(bytes.data(), &value, 4);
    write(at, bytes);
  }
  /// What the scenario noted.
  [[nodiscard]] std::vector<std::uint32_t> results() const {
    std::vector<std::uint32_t> out(*read_word(address("result_count")));
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = *read_word(address("results") + static_cast<std::uint32_t>(4 * i));
    }
    return out;
  }
  /// Runs until the scenario's BKPT 0; anything else, or two seconds of it, fails the test.
  std::vector<std::uint32_t> finish() {
    const RunResult result = run({.milliseconds = 2000});
    EXPECT_EQ(result.reason, StopReason::kBreakpoint) << result.explanation << describe_state();
    EXPECT_TRUE(result.explanation.starts_with("BKPT #0 ")) << result.explanation;
    return results();
  }

  std::vector<std::string> diagnostics;
};

using Words = std::vector<std::uint32_t>;

}  // namespace simulator
