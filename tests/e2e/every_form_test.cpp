// Every form in which a network of MLPerf Tiny comes, as firmware on the virtual board: the outputs
// of TensorFlow Lite Micro where there are any, and of this computer's plan of the model as it was
// imported.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>

#include "compiler/importers/importer.h"
#include "compiler/planning/executable.h"
#include "runtime/base/real_values.h"
#include "tests/support/golden.h"
#include "tests/support/program.h"

namespace solder::tests {
namespace {

struct Form {
  const char* name;
  const char* file;   // below models/mlperf_tiny
  const char* input;  // golden inputs below models/golden; null: some of our own
  bool is_golden;     // the golden run is of this very file
  const char* weights = "axi";
};

void PrintTo(const Form& form, std::ostream* out) { *out << form.name; }

std::vector<float> reals(const TensorInfo& info, const void* data) {
  std::vector<float> values(static_cast<size_t>(info.shape.elements()));
  load_real({info.type, info.scale, info.zero_point}, data, values);
  return values;
}

void expect_same(const std::vector<float>& values, const std::vector<float>& expected,
                 bool is_exact) {
  ASSERT_EQ(values.size(), expected.size());
  float range = 0;
  for (const float value : expected) range = std::max(range, std::abs(value));
  const float tolerance = is_exact ? 0 : 1e-5F * range;
  for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], tolerance) << i;
}

class EveryForm : public testing::TestWithParam<Form> {};

TEST_P(EveryForm, RunsOnTheVirtualBoard) {
  const Form& form = GetParam();
  const auto path = shared_dir() / "models/mlperf_tiny" / form.file;
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path << ": set SOLDER_SHARED_DIR";
  const compiler::Executable executable(compiler::import_model(path), kGenericKernels);
  const Model model = executable.model();
  std::vector<uint8_t> input(model.input_info(0).bytes);
  if (form.input) {
    input = read_bytes(shared_dir() / "models/golden" / form.input / "wave.input.bin");
  } else {
    for (size_t i = 0; i < input.size() / sizeof(float); ++i) {
      const float value = 20 * std::sin(static_cast<float>(i));
      std::memcpy(&input[i * sizeof value], &value, sizeof value);
    }
  }
  ASSERT_EQ(input.size(), model.input_info(0).bytes);
  std::memcpy(model.input(0), input.data(), input.size());
  model.invoke();
  const TensorInfo info = model.output_info(0);

  const auto file = fresh_folder(std::string("every_form_") + form.name) / "input.bin";
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(input.data()),
             static_cast<std::streamsize>(input.size()));
  const auto bench = solder_json({"bench", path, "--input", file});
  const std::vector<float> on_board = bench["output"];
  const bool is_exact = info.type != TensorType::FLOAT32;
  expect_same(on_board, reals(info, model.output(0)), is_exact);
  if (form.is_golden) {
    const auto golden = read_bytes(shared_dir() / "models/golden" / form.input / "wave.output.bin");
    expect_same(on_board, reals(info, golden.data()), is_exact);
  }
  EXPECT_EQ(bench["weights"], form.weights);
}

INSTANTIATE_TEST_SUITE_P(
    MlperfTiny, EveryForm,
    testing::Values(Form{"kws_int8", "kws_int8.tflite", "kws_int8", true},
                    Form{"kws_float32", "kws_float32.tflite", nullptr, false},
                    Form{"ic_int8", "ic_int8.tflite", "ic_int8", true},
                    Form{"ic_float32", "ic_float32.tflite", "ic_float32", true},
                    Form{"ic_h5", "ic.h5", "ic_float32", false},
                    Form{"vww_int8", "vww_int8.tflite", "vww_int8", true},
                    Form{"vww_float32", "vww_float32.tflite", "vww_float32", true},
                    Form{"vww_h5", "vww.h5", "vww_float32", false},
                    Form{"ad_int8", "ad_int8.tflite", "ad_int8", true},
                    // More than the megabyte of flash inside.
                    Form{"ad_float32", "ad_float32.tflite", "ad_float32", true, "qspi"},
                    Form{"ad_h5", "ad.h5", "ad_float32", false, "qspi"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Placement, RefusesWhatTheFlashInsideCannotHold) {
  const auto path = shared_dir() / "models/mlperf_tiny/ad_float32.tflite";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path << ": set SOLDER_SHARED_DIR";
  const auto finished = solder({"bench", path, "--weights", "axi"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.output.find("--weights qspi puts them outside"), std::string::npos);
}

}  // namespace
}  // namespace solder::tests
