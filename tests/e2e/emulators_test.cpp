// The same model as firmware on two emulators that share no code: the virtual board (Unicorn) and
// QEMU's MPS2. Same output, same instruction counts but for QEMU's clock (a tick is 40
// instructions).
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/support/program.h"

namespace solder::tests {
namespace {

class Emulators : public testing::TestWithParam<const char*> {};

TEST_P(Emulators, Agree) {
  const auto models = repository() / "models";
  std::vector<std::string> command = {"bench",     models / "mnist/mnist.tflite",
                                      "--input",   models / "digit/digit.f32",
                                      "--kernels", GetParam()};
  const auto board = solder_json(command);
  command.insert(command.end(), {"--board", "mps2-an500"});
  const auto qemu = solder_json(command);
  EXPECT_EQ(board["output"], qemu["output"]);
  EXPECT_EQ(board["memory"], qemu["memory"]);
  const double count = board["total"]["instructions"];
  EXPECT_GT(count, 1e6);
  EXPECT_NEAR(count, qemu["total"]["instructions"], count / 1000);
  ASSERT_EQ(board["operators"].size(), qemu["operators"].size());
  for (size_t i = 0; i < board["operators"].size(); ++i) {
    const double own = board["operators"][i]["instructions"];
    EXPECT_NEAR(own, qemu["operators"][i]["instructions"], own / 1000 + 2 * 40);
  }
}

TEST_P(Emulators, CountTheSameTwice) {
  const auto models = repository() / "models";
  const std::vector<std::string> command = {"bench",     models / "mnist/mnist.tflite",
                                            "--input",   models / "digit/digit.f32",
                                            "--kernels", GetParam()};
  EXPECT_EQ(solder_json(command), solder_json(command));
}

// An integer network, but for its first and last operator, on other cores by QEMU.
TEST(Cores, GiveWhatTheCortexM7Gives) {
  const auto models = repository() / "models";
  const auto output = [&](const char* board, const char* kernels) {
    const auto figures =
        solder_json({"bench", models / "mnist/mnist_qat.onnx", "--input",
                     models / "digit/digit.f32", "--board", board, "--kernels", kernels});
    return figures["output"].get<std::vector<float>>();
  };
  const auto expected = output("stm32f746g-disco", "generic");
  const auto expect_near = [&](const std::vector<float>& values) {
    ASSERT_EQ(values.size(), expected.size());
    for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], 1e-6);
  };
  expect_near(output("mps2-an500", "armv7em"));
  expect_near(output("mps2-an386", "armv7em"));  // Cortex-M4
  expect_near(output("mps2-an385", "generic"));  // Cortex-M3
}

INSTANTIATE_TEST_SUITE_P(Kernels, Emulators, testing::Values("generic", "reference"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace solder::tests
