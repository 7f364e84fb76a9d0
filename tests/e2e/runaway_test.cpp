// `solder board run` with firmware that has lost its way: a report, and an exit code that scripts
// see.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/program.h"

namespace solder::tests {
namespace {

using testing::HasSubstr;

cli::Finished board_run(const std::string& image, std::vector<std::string> more = {}) {
  const auto elf = std::filesystem::path(RUNAWAY_IMAGES) / (image + ".elf");
  std::vector<std::string> arguments = {"board", "run", elf, "--for", "2000"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return solder(arguments);
}

struct Runaway {
  const char* image;
  std::vector<const char*> report;
};
class RunawayFirmware : public testing::TestWithParam<Runaway> {};

TEST_P(RunawayFirmware, IsReportedAndFails) {
  const cli::Finished finished = board_run(GetParam().image);
  EXPECT_EQ(finished.exit_code, 1) << finished.output;
  for (const char* part : GetParam().report) EXPECT_THAT(finished.output, HasSubstr(part));
}

INSTANTIATE_TEST_SUITE_P(
    Images, RunawayFirmware,
    testing::Values(
        Runaway{"wild_pointer",
                {"BusFault, taken as HardFault: write of 4 bytes to 0x70000004 (value 0x2A)",
                 "hint: r0 holds the address", "(store_through+0x", "called from", "(middle+0x",
                 "(wild_pointer+0x", "r0  0x70000004"}},
        Runaway{"endless_faults",
                {"endless exception loop: the fault's handler returns to", "(store_through+0x"}},
        Runaway{"lock_up", {"lockup at "}},
        Runaway{"overflow_into_data",
                {"stack overflow in descend+0x", "below __StackLimit (0x20000800)",
                 "(overflow_into_data+0x"}},
        Runaway{"undefined_from_the_box",
                {"UsageFault, taken as HardFault: undefined instruction", "UNDEFINSTR",
                 "(undefined_from_the_box+0x"}},
        Runaway{"qspi_not_set_up",
                {"BusFault, taken as HardFault: read of 4 bytes from 0x90000108",
                 "QSPI flash: QUADSPI is not in memory-mapped mode",
                 "hint: the QSPI flash must be set up before", "(qspi_not_set_up+0x"}},
        Runaway{"write_const",
                {"write of 4 bytes to 0x08", "flash, which takes stores only while unlocked",
                 "hint: table+0x4 is in flash"}}),
    [](const auto& test) { return std::string(test.param.image); });

TEST(GoodFirmware, EndsWithZero) {
  const cli::Finished finished = board_run("uart_echo", {"--send", "hello"});
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_THAT(finished.output, HasSubstr("hello"));
}

}  // namespace
}  // namespace solder::tests
