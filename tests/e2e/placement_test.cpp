// The same model with its weights in each memory: the same output and instructions, other cycles.
#include <gtest/gtest.h>

#include <set>

#include "tests/support/golden.h"
#include "tests/support/program.h"

namespace solder::tests {
namespace {

TEST(Placement, ChangesCyclesAlone) {
  const auto model = shared_dir() / "models/mnist_blog/mnist_int8.tflite";
  if (!std::filesystem::exists(model)) GTEST_SKIP() << "no " << model << ": set SOLDER_SHARED_DIR";
  std::set<int64_t> cycles;
  std::set<std::string> outputs, instructions;
  for (const char* weights : {"axi", "itcm", "sram", "qspi"}) {
    const auto figures = solder_json({"bench", model, "--weights", weights});
    cycles.insert(figures["total"]["cycles"].get<int64_t>());
    outputs.insert(figures["output"].dump());
    instructions.insert(figures["total"]["instructions"].dump());
  }
  EXPECT_EQ(cycles.size(), 4U);
  EXPECT_EQ(outputs.size(), 1U);
  EXPECT_EQ(instructions.size(), 1U);
}

TEST(Profile, SplitsCyclesByCauseAndFunction) {
  const auto model = repository() / "models/mnist/mnist.tflite";
  const auto folder = fresh_folder("profile");
  const auto svg = folder / "time.svg", folded = folder / "folded.txt";
  const auto figures = solder_json({"bench", model, "--profile", "--svg", svg, "--folded", folded});
  for (const auto& op : figures["operators"]) {
    int64_t in_functions = 0;
    for (const auto& f : op["functions"]) in_functions += f["cycles"].get<int64_t>();
    // The timer itself and the executor are part of the profile, not of the operator.
    EXPECT_NEAR(in_functions, op["cycles"].get<double>(), 300 + op["cycles"].get<double>() / 100);
    int64_t stalls = 0;
    for (const auto& [cause, cycles] : op["stalls"].items()) stalls += cycles.get<int64_t>();
    EXPECT_LT(stalls, in_functions);
  }
  EXPECT_GT(std::filesystem::file_size(svg), 1000U);
  EXPECT_GT(std::filesystem::file_size(folded), 100U);
}

TEST(Clock, ChangesTimeAndFlashWaits) {
  const auto model = repository() / "models/mnist/mnist.tflite";
  const auto slow = solder_json({"bench", model});
  const auto fast = solder_json({"bench", model, "--clock", "288"});
  EXPECT_EQ(slow["total"]["instructions"], fast["total"]["instructions"]);
  EXPECT_GT(fast["total"]["cycles"], slow["total"]["cycles"]);  // more wait states
  EXPECT_LT(fast["total"]["ms"], slow["total"]["ms"]);
}

}  // namespace
}  // namespace solder::tests
