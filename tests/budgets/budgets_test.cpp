// What inference may cost at most: exact instructions and bytes, measured by `solder bench` on the
// virtual board with the generic kernels. Figures are the same on every machine; when one falls,
// lower its budget.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/golden.h"
#include "tests/support/program.h"

namespace solder::tests {
namespace {

struct Budget {
  const char* name;
  const char* model;  // without .tflite, below models/ of this repository or of the test data
  const char* input;  // likewise
  int64_t instructions, arena_bytes, code_bytes, stack_bytes;
  int expected_class;  // -1: not a classifier
};

constexpr Budget kBudgets[] = {
    {.name = "own_mnist",
     .model = "mnist/mnist",
     .input = "digit/digit.f32",
     .instructions = 6'680'000,
     .arena_bytes = 92'160,
     .code_bytes = 5'700,
     .stack_bytes = 500,
     .expected_class = 3},
    {.name = "mnist_float32",
     .model = "mnist_blog/mnist_float32",
     .input = "golden/mnist_float32/digit.input.bin",
     .instructions = 6'700'000,
     .arena_bytes = 92'160,
     .code_bytes = 7'300,
     .stack_bytes = 500,
     .expected_class = 2},
    {.name = "mnist_size",
     .model = "mnist_blog/mnist_size",
     .input = "mnist_blog/digit_float32.bin",
     .instructions = 9'090'000,
     .arena_bytes = 92'160,
     .code_bytes = 7'800,
     .stack_bytes = 500,
     .expected_class = 2},
    {.name = "mnist_int8",
     .model = "mnist_blog/mnist_int8",
     .input = "golden/mnist_int8/digit.input.bin",
     .instructions = 9'510'000,
     .arena_bytes = 23'040,
     .code_bytes = 5'300,
     .stack_bytes = 500,
     .expected_class = 2},
    {.name = "kws_int8",
     .model = "mlperf_tiny/kws_int8",
     .input = "golden/kws_int8/uniform.input.bin",
     .instructions = 13'300'000,
     .arena_bytes = 16'000,
     .code_bytes = 7'600,
     .stack_bytes = 500,
     .expected_class = -1},
    {.name = "vww_int8",
     .model = "mlperf_tiny/vww_int8",
     .input = "golden/vww_int8/uniform.input.bin",
     .instructions = 26'100'000,
     .arena_bytes = 55'296,
     .code_bytes = 9'800,
     .stack_bytes = 500,
     .expected_class = -1},
    {.name = "ic_int8",
     .model = "mlperf_tiny/ic_int8",
     .input = "golden/ic_int8/uniform.input.bin",
     .instructions = 45'900'000,
     .arena_bytes = 49'152,
     .code_bytes = 7'500,
     .stack_bytes = 500,
     .expected_class = -1},
    {.name = "ad_int8",
     .model = "mlperf_tiny/ad_int8",
     .input = "golden/ad_int8/uniform.input.bin",
     .instructions = 893'000,
     .arena_bytes = 768,
     .code_bytes = 1'900,
     .stack_bytes = 300,
     .expected_class = -1},
    {.name = "ic_float32",
     .model = "mlperf_tiny/ic_float32",
     .input = "golden/ic_float32/uniform.input.bin",
     .instructions = 30'500'000,
     .arena_bytes = 196'608,
     .code_bytes = 6'900,
     .stack_bytes = 500,
     .expected_class = -1},
};

// This repository's models first, then those of the test data; empty when neither has it.
std::filesystem::path find(const std::string& file) {
  for (const auto& root : {repository() / "models", shared_dir() / "models"})
    if (std::filesystem::exists(root / file)) return root / file;
  return {};
}

void PrintTo(const Budget& budget, std::ostream* out) { *out << budget.name; }

class Budgets : public testing::TestWithParam<Budget> {};

TEST_P(Budgets, Hold) {
  const Budget& budget = GetParam();
  const auto model = find(std::string(budget.model) + ".tflite");
  const auto input = find(budget.input);
  if (model.empty() || input.empty())
    GTEST_SKIP() << "no " << budget.model << " under " << shared_dir() << ": set SOLDER_SHARED_DIR";
  const auto figures = solder_json({"bench", model, "--input", input});
  EXPECT_LE(figures["total"]["instructions"], budget.instructions);
  EXPECT_LE(figures["memory"]["arena_bytes"], budget.arena_bytes);
  EXPECT_LE(figures["memory"]["code_bytes"], budget.code_bytes);
  EXPECT_LE(figures["memory"]["stack_bytes"], budget.stack_bytes);
  if (budget.expected_class < 0) return;
  const std::vector<float> output = figures["output"];
  EXPECT_EQ(std::ranges::max_element(output) - output.begin(), budget.expected_class);
}

INSTANTIATE_TEST_SUITE_P(Generic, Budgets, testing::ValuesIn(kBudgets),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace solder::tests
