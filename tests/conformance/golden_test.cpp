// Every operator's output of every golden run, through both doors and every kernel set: int8 bit
// for bit, float32 within 1e-5 of the layer's range.
#include "tests/support/golden.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "compiler/importers/tflite/tflite_importer.h"
#include "compiler/planning/executable.h"
#include "runtime/interpreter/interpreter.h"

namespace solder::tests {
namespace {

constexpr double kRelativeError = 1e-5;

using compiler::Prefer;

struct Case {
  GoldenRun run;
  const KernelSet* kernels;
  Prefer prefer = Prefer::kBalanced;
  std::string prefer_name = {};

  std::string name() const { return run.name + '_' + kernels->name + prefer_name; }
};

// What both doors have.
std::vector<Case> portable_cases() {
  std::vector<Case> all;
  for (const GoldenRun& run : golden_runs())
    for (const KernelSet* kernels : {&kReferenceKernels, &kGenericKernels})
      all.push_back({run, kernels});
  return all;
}

// What the compiler makes for the Cortex-M4 and M7.
std::vector<Case> armv7em_cases() {
  std::vector<Case> all;
  for (const GoldenRun& run : golden_runs()) {
    all.push_back({run, &kArmv7emKernels, Prefer::kBalanced, "_balanced"});
    all.push_back({run, &kArmv7emKernels, Prefer::kSpeed, "_speed"});
    all.push_back({run, &kArmv7emKernels, Prefer::kRam, "_ram"});
    all.push_back({run, &kArmv7emKernels, Prefer::kFlash, "_flash"});
  }
  return all;
}

void PrintTo(const Case& c, std::ostream* out) { *out << c.name(); }

std::string name_of(const testing::TestParamInfo<Case>& test) {
  std::string name = test.param.name();
  std::ranges::replace(name, '/', '_');
  return name;
}

class Golden : public testing::TestWithParam<Case> {};
class GoldenInterpreter : public testing::TestWithParam<Case> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GoldenInterpreter);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Golden);

void expect_close(const float* values, const std::vector<double>& expected, double range) {
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(values[i], expected[i], kRelativeError * range) << "element " << i;
}

void expect_layer(const GoldenLayer& layer, const compiler::Tensor& tensor, const void* data) {
  SCOPED_TRACE("operator " + std::to_string(layer.op) + " -> " + tensor.name);
  if (layer.type == "INT8") {
    const auto crc = ::crc32(0, static_cast<const Bytef*>(data), static_cast<uInt>(tensor.bytes()));
    EXPECT_EQ(crc, layer.crc32);
    return;
  }
  ASSERT_EQ(layer.type, "FLOAT32");
  const auto* values = static_cast<const float*>(data);
  const double range = std::max(std::abs(layer.min), std::abs(layer.max));
  expect_close(values, layer.first, range);
  const auto [low, high] = std::minmax_element(values, values + tensor.shape.elements());
  EXPECT_NEAR(*low, layer.min, kRelativeError * range);
  EXPECT_NEAR(*high, layer.max, kRelativeError * range);
}

void expect_output(const GoldenRun& run, const Model& model) {
  const TensorInfo& info = model.output_info(0);
  ASSERT_EQ(run.output.size(), info.bytes);
  const void* output = model.output(0);
  if (info.type == TensorType::INT8) {
    EXPECT_EQ(std::memcmp(output, run.output.data(), info.bytes), 0);
    return;
  }
  std::vector<float> golden(info.bytes / sizeof(float));
  std::memcpy(golden.data(), run.output.data(), info.bytes);
  double range = 0;
  for (const float value : golden) range = std::max<double>(range, std::abs(value));
  expect_close(static_cast<const float*>(output), {golden.begin(), golden.end()}, range);
}

TEST_P(Golden, CompilerPlanMatchesEveryLayer) {
  const GoldenRun& run = GetParam().run;
  const KernelSet* kernels = GetParam().kernels;
  const compiler::Executable executable(compiler::import_tflite(read_bytes(run.model)), *kernels,
                                        GetParam().prefer);
  const bool may_fuse = kernels == &kArmv7emKernels;
  const Model model = executable.model();
  ASSERT_EQ(run.input.size(), model.input_info(0).bytes);
  std::memcpy(model.input(0), run.input.data(), run.input.size());
  size_t next = 0;
  executable.invoke([&](int op, int tensor, const void* data) {
    while (may_fuse && next < run.layers.size() && run.layers[next].op < op) ++next;
    ASSERT_LT(next, run.layers.size());
    ASSERT_EQ(op, run.layers[next].op);
    expect_layer(run.layers[next++], executable.graph().tensors[static_cast<size_t>(tensor)], data);
  });
  EXPECT_EQ(next, run.layers.size());
  expect_output(run, model);
}

TEST_P(GoldenInterpreter, MatchesTheOutput) {
  const GoldenRun& run = GetParam().run;
  const KernelSet* kernels = GetParam().kernels;
  const std::vector<uint8_t> file = read_bytes(run.model);
  std::vector<uint8_t> arena(1 << 20);
  Model model;
  const Error error =
      load_tflite(file.data(), file.size(), *kernels, arena.data(), arena.size(), model);
  ASSERT_FALSE(error) << error.message;
  std::memcpy(model.input(0), run.input.data(), run.input.size());
  model.invoke();
  expect_output(run, model);
}

INSTANTIATE_TEST_SUITE_P(Portable, Golden, testing::ValuesIn(portable_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Armv7em, Golden, testing::ValuesIn(armv7em_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Portable, GoldenInterpreter, testing::ValuesIn(portable_cases()), name_of);

TEST(GoldenData, IsThere) {
  if (golden_runs().empty())
    GTEST_SKIP() << "no golden runs under " << shared_dir() << ": set SOLDER_SHARED_DIR";
}

}  // namespace
}  // namespace solder::tests
