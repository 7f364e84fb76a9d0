// Each rule of the pipeline, on a short sequence with known cycles: see sequences.S and facts.h.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>

#include "simulator/boards/board.h"
#include "simulator/timing/cortex_m7.h"

namespace simulator {
namespace {

std::uint32_t cycles_of(const std::string& sequence) {
  Board board(*find_board("stm32f746g-disco"), Image::load(SEQUENCES_FIRMWARE),
              std::make_unique<CortexM7Timing>());
  const std::uint32_t address = board.image().symbol(sequence).value();
  std::array<std::uint8_t, 4> bytes;
  std::memcpy(bytes.data(), &address, 4);
  board.write(board.image().symbol("sequence").value(), bytes);
  const RunResult result = board.run({.milliseconds = 100});
  EXPECT_EQ(result.reason, StopReason::kBreakpoint) << result.explanation << board.describe_state();
  return board.read_word(board.image().symbol("cycles").value()).value();
}

struct Expected {
  const char* sequence;
  std::uint32_t cycles;  // of one repetition
};

class SequenceTest : public testing::TestWithParam<Expected> {};

TEST_P(SequenceTest, TakesItsCycles) {
  constexpr double kRepetitions = 16;
  // Full buffers and a last branch may shift the ends by a few cycles.
  EXPECT_NEAR(cycles_of(GetParam().sequence) / kRepetitions, GetParam().cycles, 0.2);
}

INSTANTIATE_TEST_SUITE_P(Integer, SequenceTest,
                         testing::Values(Expected{"two_adds", 1}, Expected{"add_chain", 1},
                                         Expected{"early_to_late", 1}, Expected{"shifted_chain", 2},
                                         Expected{"two_shifted", 2}, Expected{"two_dsp", 2},
                                         Expected{"dsp_and_add", 1}),
                         [](const auto& test) { return std::string(test.param.sequence); });

INSTANTIATE_TEST_SUITE_P(Multiply, SequenceTest,
                         testing::Values(Expected{"smlad_chain", 1}, Expected{"smlad_with_load", 1},
                                         Expected{"smlad_with_store", 2}, Expected{"mul_chain", 2},
                                         Expected{"load_to_multiplicand", 2},
                                         Expected{"load_to_add", 1}),
                         [](const auto& test) { return std::string(test.param.sequence); });

INSTANTIATE_TEST_SUITE_P(
    LoadStore, SequenceTest,
    testing::Values(Expected{"loads_two_banks", 1}, Expected{"loads_one_bank", 2},
                    Expected{"ldrd", 1}, Expected{"ldm_4", 2}, Expected{"pointer_chase", 2},
                    Expected{"byte_load_use", 2}, Expected{"unaligned_load", 4},
                    Expected{"two_stores", 2}, Expected{"load_and_store", 1},
                    Expected{"byte_stores_one_bank", 4}, Expected{"byte_stores_two_banks", 4}),
    [](const auto& test) { return std::string(test.param.sequence); });

INSTANTIATE_TEST_SUITE_P(
    Fpu, SequenceTest,
    testing::Values(Expected{"vfma_1", 3}, Expected{"vfma_2", 3}, Expected{"vfma_3", 3},
                    Expected{"vfma_4", 4}, Expected{"vfma_multiplicand", 5},
                    Expected{"vfma_with_vldr", 6}, Expected{"vfma_then_vldm", 5},
                    Expected{"vfma_then_vadd", 5}, Expected{"vldm_pair", 2},
                    Expected{"vldr_pair", 1}, Expected{"reference_mac", 6},
                    Expected{"vadd_chain", 3}, Expected{"vadds", 2}, Expected{"vdiv", 16},
                    Expected{"vsqrt", 14}, Expected{"compare_to_flags", 3}),
    [](const auto& test) { return std::string(test.param.sequence); });

INSTANTIATE_TEST_SUITE_P(Memory, SequenceTest,
                         testing::Values(Expected{"flash_lines", 14}, Expected{"sram_lines", 7},
                                         Expected{"preloaded_lines", 13},
                                         Expected{"taken_branch_wide", 2}),
                         [](const auto& test) { return std::string(test.param.sequence); });

TEST(Branches, CountedLoopMispredictsOnce) {
  // Two cycles each time, its lines from flash, and one mispredicted exit.
  const std::uint32_t cycles = cycles_of("counted_loop");
  EXPECT_GE(cycles, 2000u + 8);
  EXPECT_LE(cycles, 2000u + 60);
}

TEST(Time, StallsAndIssueAddUp) {
  Board board(*find_board("stm32f746g-disco"), Image::load(SEQUENCES_FIRMWARE),
              std::make_unique<CortexM7Timing>());
  const std::uint32_t address = board.image().symbol("vfma_with_vldr").value();
  std::array<std::uint8_t, 4> bytes;
  std::memcpy(bytes.data(), &address, 4);
  board.write(board.image().symbol("sequence").value(), bytes);
  board.run({.milliseconds = 100});
  const CycleCount total = board.time();
  EXPECT_EQ(total.cycles, board.cycles());
  std::uint64_t stalls = 0;
  for (const std::uint64_t each : total.stalls) stalls += each;
  EXPECT_LE(stalls + board.instructions() / 2, total.cycles);
  EXPECT_GE(stalls + board.instructions(), total.cycles);
  CycleCount sum;
  for (const FunctionProfile& function : board.profile()) sum += function.time;
  EXPECT_EQ(sum.cycles, total.cycles);
}

}  // namespace
}  // namespace simulator
