// The project's own firmware images on the virtual board, over their console.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/program.h"

namespace solder::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string console(const std::string& image, const std::string& text) {
  const auto elf = repository() / "build/firmware/stm32f746g-disco" / (image + ".elf");
  const cli::Finished finished = solder({"board", "run", elf, "--send", text, "--for", "2000"});
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  return finished.output;
}

class Images : public testing::TestWithParam<const char*> {};

TEST_P(Images, RecogniseTheBuiltInDigit) {
  const std::string output = console(GetParam(), "CMD=2\\r\\n");
  EXPECT_THAT(output, AllOf(HasSubstr("CONV_2D"), HasSubstr("FULLY_CONNECTED"),
                            HasSubstr("SOFTMAX"), HasSubstr("TOTAL TIME="),
                            HasSubstr("Out[3]: 0.99"), HasSubstr("Out[0]: 0.00")));
}

TEST_P(Images, ShowTheModel) {
  EXPECT_THAT(console(GetParam(), "CMD=1\\r\\n"),
              AllOf(HasSubstr("FLOAT32"), HasSubstr("28"), HasSubstr("10")));
}

TEST_P(Images, AnswerWhatTheyDoNotKnow) {
  EXPECT_THAT(console(GetParam(), "frobnicate\\r\\n"), HasSubstr("help"));
}

TEST_P(Images, SayTheSameTwice) {
  EXPECT_EQ(console(GetParam(), "infer\\r\\n"), console(GetParam(), "infer\\r\\n"));
}

INSTANTIATE_TEST_SUITE_P(Doors, Images,
                         testing::Values("mnist", "mnist-interpreter", "mnist-288mhz"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace solder::tests
