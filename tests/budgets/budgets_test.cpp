// What inference may cost at most: exact instructions and bytes and modelled cycles, as `solder
// bench` measures them on the virtual board; and that the firmware's output is right. Figures are
// the same on every machine; when one falls, lower its budget.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "compiler/data/files.h"
#include "compiler/data/values.h"
#include "compiler/driver/load_model.h"
#include "tests/support/golden.h"
#include "tests/support/program.h"

namespace solder::tests {
namespace {

struct Network {
  const char* name;
  const char* model;        // without .tflite, below models/ of this repository or of the test data
  const char* input;        // likewise
  int expected_class = -1;  // -1: not a classifier
};

constexpr Network kOwnMnist = {"own_mnist", "mnist/mnist", "digit/digit.f32", 3};
constexpr Network kMnistFloat32 = {"mnist_float32", "mnist_blog/mnist_float32",
                                   "golden/mnist_float32/digit.input.bin", 2};
constexpr Network kMnistSize = {"mnist_size", "mnist_blog/mnist_size",
                                "mnist_blog/digit_float32.bin", 2};
constexpr Network kMnistInt8 = {"mnist_int8", "mnist_blog/mnist_int8",
                                "golden/mnist_int8/digit.input.bin", 2};
constexpr Network kKwsInt8 = {"kws_int8", "mlperf_tiny/kws_int8",
                              "golden/kws_int8/uniform.input.bin"};
constexpr Network kVwwInt8 = {"vww_int8", "mlperf_tiny/vww_int8",
                              "golden/vww_int8/uniform.input.bin"};
constexpr Network kIcInt8 = {"ic_int8", "mlperf_tiny/ic_int8", "golden/ic_int8/uniform.input.bin"};
constexpr Network kAdInt8 = {"ad_int8", "mlperf_tiny/ad_int8", "golden/ad_int8/uniform.input.bin"};
constexpr Network kIcFloat32 = {"ic_float32", "mlperf_tiny/ic_float32",
                                "golden/ic_float32/uniform.input.bin"};

struct Budget {
  const char* kernels;  // generic, or the preference for armv7em
  Network network;
  int64_t instructions, cycles, arena_bytes, stack_bytes, code_bytes;
};

constexpr Budget kBudgets[] = {
    {"generic", kOwnMnist, 6'680'000, 10'443'000, 92'160, 500, 5'600},
    {"generic", kMnistSize, 9'090'000, 12'690'000, 92'160, 500, 7'800},
    {"generic", kMnistInt8, 9'506'000, 10'321'000, 23'040, 500, 5'200},
    {"generic", kKwsInt8, 13'214'000, 13'429'000, 16'000, 456, 7'100},
    {"speed", kOwnMnist, 1'623'000, 1'608'000, 53'056, 548, 9'800},
    {"speed", kMnistFloat32, 1'623'000, 1'608'000, 53'056, 548, 9'800},
    {"speed", kMnistInt8, 1'710'000, 1'065'000, 26'512, 456, 12'600},
    {"speed", kKwsInt8, 3'190'000, 2'056'000, 8'944, 396, 11'300},
    {"speed", kVwwInt8, 5'519'000, 3'911'000, 46'336, 396, 13'700},
    {"speed", kIcInt8, 8'266'000, 5'182'000, 50'000, 540, 18'200},
    {"speed", kAdInt8, 404'000, 265'000, 768, 208, 2'500},
    {"speed", kIcFloat32, 11'268'000, 11'317'000, 161'024, 596, 10'200},
    {"balanced", kMnistFloat32, 2'787'000, 2'664'000, 30'208, 436, 5'900},
    {"balanced", kMnistInt8, 2'488'000, 1'525'000, 7'808, 468, 10'000},
    {"balanced", kIcInt8, 9'626'000, 6'036'000, 50'000, 552, 18'000},
    {"balanced", kIcFloat32, 12'009'000, 11'927'000, 161'024, 596, 12'700},
    {"ram", kMnistFloat32, 3'510'000, 3'514'000, 22'272, 596, 6'000},
    {"ram", kMnistInt8, 2'589'000, 1'580'000, 6'928, 304, 9'500},
    {"ram", kIcInt8, 12'939'000, 8'136'000, 34'464, 468, 14'600},
    {"ram", kIcFloat32, 13'864'000, 13'839'000, 137'728, 596, 12'600},
};

// This repository's models first, then those of the test data; empty when neither has it.
std::filesystem::path find(const std::string& file) {
  for (const auto& root : {repository() / "models", shared_dir() / "models"})
    if (std::filesystem::exists(root / file)) return root / file;
  return {};
}

void PrintTo(const Budget& budget, std::ostream* out) {
  *out << budget.network.name << ' ' << budget.kernels;
}

// What the reference kernels make of it on this computer: the same, if the network is of integers.
std::vector<float> reference_output(const std::filesystem::path& model,
                                    const std::filesystem::path& input) {
  const auto executable = compiler::prepare_model(model, kReferenceKernels);
  const Model prepared = executable.model();
  const std::vector<uint8_t> bytes = compiler::read_file(input);
  std::memcpy(prepared.input(0), bytes.data(),
              std::min<size_t>(bytes.size(), prepared.input_info(0).bytes));
  prepared.invoke();
  return compiler::real_values(prepared.output<uint8_t>(0), prepared.output_info(0));
}

class Budgets : public testing::TestWithParam<Budget> {};

TEST_P(Budgets, Hold) {
  const Budget& budget = GetParam();
  const auto model = find(std::string(budget.network.model) + ".tflite");
  const auto input = find(budget.network.input);
  if (model.empty() || input.empty())
    GTEST_SKIP() << "no " << budget.network.model << " under " << shared_dir()
                 << ": set SOLDER_SHARED_DIR";
  const std::string kernels = budget.kernels;
  std::vector<std::string> command = {"bench", model, "--input", input, "--kernels"};
  if (kernels == "generic")
    command.push_back(kernels);
  else
    command.insert(command.end(), {"armv7em", "--prefer", kernels});
  const auto figures = solder_json(command);
  EXPECT_LE(figures["total"]["instructions"], budget.instructions);
  EXPECT_LE(figures["total"]["cycles"], budget.cycles);
  EXPECT_LE(figures["memory"]["arena_bytes"], budget.arena_bytes);
  EXPECT_LE(figures["memory"]["stack_bytes"], budget.stack_bytes);
  EXPECT_LE(figures["memory"]["code_bytes"], budget.code_bytes);

  const std::vector<float> output = figures["output"];
  const std::vector<float> expected = reference_output(model, input);
  ASSERT_EQ(output.size(), expected.size());
  const bool is_integer = std::string(budget.network.name).ends_with("int8");
  for (size_t i = 0; i < output.size(); ++i)
    EXPECT_NEAR(output[i], expected[i], is_integer ? 0 : 1e-5) << "element " << i;
  if (budget.network.expected_class < 0) return;
  EXPECT_EQ(std::ranges::max_element(output) - output.begin(), budget.network.expected_class);
}

INSTANTIATE_TEST_SUITE_P(All, Budgets, testing::ValuesIn(kBudgets), [](const auto& test) {
  return std::string(test.param.network.name) + '_' + test.param.kernels;
});

}  // namespace
}  // namespace solder::tests
