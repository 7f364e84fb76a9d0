// QUADSPI with the flash behind it, and what happens without it.
#include <gmock/gmock.h>

#include "simulator/test/board_test.h"

namespace simulator {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Quadspi, AnswersCommands) {
  ScenarioBoard board("qspi_commands");
  EXPECT_EQ(board.finish(), (Words{0x20, 0xBA, 0x18, 0x6B, 33}));
  EXPECT_THAT(board.diagnostics, ElementsAre(HasSubstr("command 0xC7, which is not modelled")));
}

TEST(Quadspi, MapsItsFlash) {
  ScenarioBoard board("qspi_mapped");
  EXPECT_EQ(board.finish(), (Words{11, 22, 44, ~0u}));
  EXPECT_TRUE(board.diagnostics.empty()) << board.diagnostics.at(0);
}

TEST(Quadspi, TellsOfGarbage) {
  ScenarioBoard board("qspi_too_few_dummy_clocks");
  board.finish();
  EXPECT_THAT(board.diagnostics,
              ElementsAre(HasSubstr("it answers after 10 dummy clocks, not after 8")));
}

TEST(Quadspi, TellsOfPinsClockAndSize) {
  ScenarioBoard board("qspi_without_pins_and_too_fast");
  board.finish();
  ASSERT_EQ(board.diagnostics.size(), 8u);
  EXPECT_THAT(board.diagnostics[0], HasSubstr("FSIZE says 8388608 bytes"));
  EXPECT_THAT(board.diagnostics[1], HasSubstr("QUADSPI uses CLK, but PB2"));
  EXPECT_THAT(board.diagnostics[7], HasSubstr("at 216000000 Hz, which stands 108000000"));
}

TEST(Quadspi, FaultsUnlessMapped) {
  ScenarioBoard board("qspi_faults");
  const std::uint32_t at = board.address("in_qspi_flash");
  const std::uint32_t cfsr = kPrecisErr | kBfarValid;
  EXPECT_EQ(board.finish(), (Words{cfsr, at, 22, cfsr, at + 4, cfsr, at + 8}));
  ASSERT_EQ(board.faults().size(), 3u);
  EXPECT_THAT(board.faults()[0].what,
              HasSubstr("QSPI flash: QUADSPI is not in memory-mapped mode"));
  EXPECT_THAT(board.faults()[1].what, HasSubstr("QSPI flash, which takes no stores"));
  EXPECT_EQ(board.faults()[2].what.substr(0, 4), "read");
}

TEST(Quadspi, FallsSilentOnReset) {
  ScenarioBoard board("qspi_mapped");
  board.finish();
  const std::uint32_t at = board.address("in_qspi_flash");
  EXPECT_EQ(board.read_word(at), 11u);
  board.reset();
  EXPECT_EQ(board.read_word(at), std::nullopt);
}

}  // namespace
}  // namespace simulator
