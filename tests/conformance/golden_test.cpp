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

struct Case {
  GoldenRun run;
  const KernelSet* kernels;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const GoldenRun& run : golden_runs())
    for (const KernelSet* kernels : {&kReferenceKernels, &kGenericKernels})
      all.push_back({run, kernels});
  return all;
}

void PrintTo(const Case& c, std::ostream* out) { *out << c.run.name << ' ' << c.kernels->name; }

class Golden : public testing::TestWithParam<Case> {};
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
  const compiler::Executable executable(compiler::import_tflite(read_bytes(run.model)), *kernels);
  const Model model = executable.model();
  ASSERT_EQ(run.input.size(), model.input_info(0).bytes);
  std::memcpy(model.input(0), run.input.data(), run.input.size());
  size_t next = 0;
  executable.invoke([&](int op, int tensor, const void* data) {
    ASSERT_LT(next, run.layers.size());
    ASSERT_EQ(op, run.layers[next].op);
    expect_layer(run.layers[next++], executable.graph().tensors[static_cast<size_t>(tensor)], data);
  });
  EXPECT_EQ(next, run.layers.size());
  expect_output(run, model);
}

TEST_P(Golden, InterpreterMatchesTheOutput) {
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

INSTANTIATE_TEST_SUITE_P(All, Golden, testing::ValuesIn(cases()), [](const auto& test) {
  std::string name = test.param.run.name + '_' + test.param.kernels->name;
  std::ranges::replace(name, '/', '_');
  return name;
});

TEST(GoldenData, IsThere) {
  if (golden_runs().empty())
    GTEST_SKIP() << "no golden runs under " << shared_dir() << ": set SOLDER_SHARED_DIR";
}

}  // namespace
}  // namespace solder::tests
