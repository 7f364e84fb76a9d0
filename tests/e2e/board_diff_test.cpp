// `solder diff MODEL --board`: what firmware computes, layer by layer, against this computer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/support/program.h"

namespace solder::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kModel = repository() / "models/mnist/mnist.tflite";
const fs::path kDigit = repository() / "models/digit/digit.f32";

TEST(BoardDiff, FloatLayersDifferInTheLastBitsOnly) {
  const fs::path svg = fresh_folder("board_diff") / "error.svg";
  const auto report =
      solder_json({"diff", kModel, "--board", "stm32f746g-disco", "--input", kDigit, "--svg", svg});
  EXPECT_TRUE(report["first_difference"].is_null());
  // Of eight; two convolutions are never in memory without the pool behind them.
  ASSERT_EQ(report["layers"].size(), 6u);
  EXPECT_EQ(report["layers"][5]["type"], "SOFTMAX");
  // Firmware has other kernels and another compiler.
  double largest = 0;
  for (const auto& layer : report["layers"])
    largest = std::max(largest, layer["max_error"].get<double>());
  EXPECT_GT(largest, 0);
  EXPECT_LT(largest, 1e-4);
  std::ifstream file(svg);
  const std::string drawing{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(drawing, HasSubstr("<svg"));
  EXPECT_THAT(drawing, HasSubstr("4 CONV_2D"));
}

TEST(BoardDiff, IntegerLayersAreEqual) {
  const fs::path folder = fresh_folder("board_diff_int8");
  std::ofstream(folder / "input", std::ios::binary) << std::string(28 * 28, '\x35');
  const fs::path model = folder / "int8.tflite";
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (28, 28), }";
  header.resize(128 - 11, ' ');
  std::ifstream digit(kDigit, std::ios::binary);
  fs::create_directories(folder / "digits");
  std::ofstream(folder / "digits/digit.npy", std::ios::binary)
      << "\x93NUMPY" << '\x01' << '\0' << static_cast<char>(header.size() + 1) << '\0' << header
      << '\n'
      << digit.rdbuf();
  const cli::Finished converted = solder(
      {"convert", kModel, "-o", model, "--quantize", "int8", "--calibrate", folder / "digits"});
  ASSERT_EQ(converted.exit_code, 0) << converted.output;
  const auto report =
      solder_json({"diff", model, "--board", "stm32f746g-disco", "--input", folder / "input"});
  EXPECT_TRUE(report["first_difference"].is_null());
  for (const auto& layer : report["layers"]) EXPECT_EQ(layer["max_error"], 0) << layer;
}

TEST(BoardDiff, WantsOneOfModelAndBoard) {
  for (const std::vector<std::string>& with :
       {std::vector<std::string>{},
        std::vector<std::string>{kModel, "--board", "stm32f746g-disco"}}) {
    std::vector<std::string> arguments = {"diff", kModel, "--input", kDigit};
    arguments.insert(arguments.end(), with.begin(), with.end());
    const cli::Finished finished = solder(arguments);
    EXPECT_NE(finished.exit_code, 0);
    EXPECT_THAT(finished.output, HasSubstr("give a second model or --board"));
  }
}

}  // namespace
}  // namespace solder::tests
