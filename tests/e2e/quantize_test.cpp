// `solder convert --quantize` as users run it, and the accuracy of what it makes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "compiler/importers/importer.h"
#include "compiler/planning/executable.h"
#include "runtime/interpreter/interpreter.h"
#include "tests/support/program.h"

namespace solder::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const fs::path kModel = repository() / "models" / "mnist" / "mnist.tflite";
const fs::path kShared = SOLDER_SHARED_DIR;

// A .npy of float32 in version 1 of the format.
std::string npy(const std::string& shape, const std::vector<float>& values,
                const std::string& order = "False") {
  std::string header =
      "{'descr': '<f4', 'fortran_order': " + order + ", 'shape': (" + shape + "), }";
  header.resize((header.size() + 10 + 63) / 64 * 64 - 11, ' ');
  header += '\n';
  std::string file = "\x93NUMPY";
  file += {1, 0, static_cast<char>(header.size()), static_cast<char>(header.size() >> 8)};
  return file + header +
         std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
}

std::vector<float> noise(size_t count) {
  std::mt19937 random(3);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random() % 256) / 255;
  return values;
}

void write(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::vector<uint8_t> read_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A folder of three noisy images, two of them in one file.
fs::path calibration_folder() {
  const fs::path folder = fresh_folder("calibration");
  write(folder / "one.npy", npy("28, 28", noise(784)));
  write(folder / "two.npy", npy("2, 28, 28, 1", noise(2 * 784)));
  return folder;
}

std::string refusal(const std::string& data) {
  const fs::path output = fresh_folder("refused") / "out.tflite";
  const cli::Finished finished =
      solder({"convert", kModel, "-o", output, "--quantize", "int8", "--calibrate", data});
  EXPECT_NE(finished.exit_code, 0);
  EXPECT_FALSE(fs::exists(output));
  return finished.output;
}

class Quantize : public testing::TestWithParam<std::string> {};

// The interpreter on the file, and the plan that the compiler makes of it.
TEST_P(Quantize, BothDoorsGiveTheSameBytes) {
  const fs::path output = fresh_folder("quantize_" + GetParam()) / "mnist.tflite";
  const cli::Finished finished = solder({"convert", kModel, "-o", output, "--quantize", GetParam(),
                                         "--calibrate", calibration_folder()});
  ASSERT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_THAT(finished.output, HasSubstr(GetParam()));

  const compiler::Executable executable(compiler::import_model(output), kGenericKernels);
  const Model compiled = executable.model();
  const std::vector<uint8_t> file = read_bytes(output);
  alignas(16) static uint8_t arena[1 << 20];
  Model interpreted;
  ASSERT_FALSE(
      load_tflite(file.data(), file.size(), kGenericKernels, arena, sizeof(arena), interpreted));
  const std::vector<float> image = noise(784);
  for (const Model& model : {compiled, interpreted}) {
    std::memcpy(model.input(0), image.data(), model.input_info(0).bytes);  // any values will do
    model.invoke();
  }
  const uint32_t bytes = compiled.output_info(0).bytes;
  EXPECT_EQ(bytes, 10U * static_cast<uint32_t>(size_of(compiled.output_info(0).type)));
  EXPECT_TRUE(std::equal(compiled.output<uint8_t>(0), compiled.output<uint8_t>(0) + bytes,
                         interpreted.output<uint8_t>(0)));
}
INSTANTIATE_TEST_SUITE_P(Modes, Quantize, testing::Values("size", "int8", "uint8", "int16x8"));

TEST(Convert, SizesAreKnownWithoutCalibration) {
  const fs::path folder = fresh_folder("sizes");
  const cli::Finished without = solder({"convert", kModel, "-o", folder / "none.tflite"});
  const cli::Finished with = solder({"convert", kModel, "-o", folder / "int8.tflite", "--quantize",
                                     "int8", "--calibrate", calibration_folder()});
  EXPECT_EQ(without.output, with.output);
}

TEST(Convert, SaysWhatIsMissing) {
  const cli::Finished finished =
      solder({"convert", kModel, "-o", fresh_folder("missing") / "a.tflite", "--quantize", "int8"});
  EXPECT_NE(finished.exit_code, 0);
  EXPECT_THAT(finished.output, HasSubstr("give --calibrate"));
  EXPECT_THAT(finished.output, HasSubstr("1x28x28x1"));
}

TEST(Convert, RefusesBadCalibrationData) {
  const fs::path folder = fresh_folder("bad_calibration");
  EXPECT_THAT(refusal(folder), HasSubstr("has no .npy files"));
  EXPECT_THAT(refusal(folder / "none"), HasSubstr("does not exist"));
  EXPECT_THAT(refusal("mnist:" + folder.string()), HasSubstr("t10k-images"));
  EXPECT_THAT(refusal(kModel), HasSubstr("zip"));
  const auto with_file = [&](const std::string& content) {
    write(folder / "x.npy", content);
    return refusal(folder);
  };
  EXPECT_THAT(with_file(npy("27, 28", noise(27 * 28))), HasSubstr("x.npy: has shape (27, 28)"));
  EXPECT_THAT(with_file(npy("28, 28", noise(5))), HasSubstr("less data"));
  EXPECT_THAT(with_file(npy("28, 28", noise(800))), HasSubstr("ask for 3136"));
  EXPECT_THAT(with_file(npy("28, 28", noise(784), "True")), HasSubstr("Fortran"));
  EXPECT_THAT(with_file(npy("28, -28", noise(784))), HasSubstr("positive"));
  std::string complex = npy("28, 28", noise(784));
  complex.replace(complex.find("<f4"), 3, "<c8");
  EXPECT_THAT(with_file(complex), HasSubstr("astype('float32')"));
  EXPECT_THAT(with_file("nothing like it at all"), HasSubstr("no .npy file"));
  EXPECT_THAT(with_file(npy("28, 28", noise(784)).substr(0, 40)), HasSubstr("cut short"));
}

struct Expectation {
  fs::path model;
  std::string mode;
  int correct;   // of 10,000, at least
  size_t bytes;  // at most
};
void PrintTo(const Expectation& e, std::ostream* out) {
  *out << e.model.stem().string() << ' ' << e.mode;
}

class Accuracy : public testing::TestWithParam<Expectation> {};

TEST_P(Accuracy, OnMnist) {
#ifdef SOLDER_SANITIZE
  GTEST_SKIP() << "ten thousand images take long with sanitizers";
#endif
  const auto& [model, mode, correct, bytes] = GetParam();
  const fs::path mnist = kShared / "data" / "mnist";
  if (!fs::exists(mnist) || !fs::exists(model)) GTEST_SKIP() << "needs " << mnist << ", " << model;
  const fs::path output = fresh_folder("accuracy") / "out.tflite";
  const cli::Finished finished = solder({"convert", model, "-o", output, "--quantize", mode,
                                         "--calibrate", "mnist:" + mnist.string()});
  ASSERT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_LE(fs::file_size(output), bytes);
  const auto figures =
      solder_json({"eval", output, "--dataset", "mnist:" + mnist.string(), "--json"});
  EXPECT_GE(figures["correct"], correct);
}

// In float32, the article's network has 9,906 and ours 9,938 right.
const fs::path kArticle = kShared / "models" / "mnist_blog" / "mnist.h5";
INSTANTIATE_TEST_SUITE_P(Mnist, Accuracy,
                         testing::Values(Expectation{kArticle, "none", 9904, 375740},
                                         Expectation{kArticle, "size", 9904, 99664},
                                         Expectation{kArticle, "int8", 9900, 99000},
                                         Expectation{kArticle, "uint8", 9900, 99200},
                                         Expectation{kArticle, "int16x8", 9904, 100000},
                                         Expectation{kModel, "size", 9928, 99664},
                                         Expectation{kModel, "int8", 9928, 99000},
                                         Expectation{kModel, "int16x8", 9935, 100000}));

}  // namespace
}  // namespace solder::tests
