// Generated code in a C program of a user's, built as the documentation says: the same bytes as
// `solder run`.
#include <gtest/gtest.h>

#include <fstream>

#include "compiler/exporters/tflite/tflite_exporter.h"
#include "tests/support/golden.h"
#include "tests/support/program.h"
#include "tests/support/small_models.h"

namespace solder::tests {
namespace {

namespace fs = std::filesystem;

void must_run(const std::vector<std::string>& command) {
  const cli::Finished finished = cli::run_program(command);
  ASSERT_EQ(finished.exit_code, 0) << finished.output;
}

void write(const fs::path& path, const std::vector<uint8_t>& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

void expect_same_as_run(const std::string& name, const fs::path& model, const fs::path& input) {
  const fs::path folder = fresh_folder(name);
  const fs::path source = repository() / "tests/e2e/user_project";
  const std::string expected = folder / "expected.bin", actual = folder / "actual.bin";
  ASSERT_EQ(solder({"run", model, "--input", input, "--output", expected}).exit_code, 0);
  ASSERT_EQ(
      solder({"compile", model, "-o", folder / "generated", "--name", "net", "--target", "host"})
          .exit_code,
      0);
  must_run({"cmake", "-S", source, "-B", folder / "build", "-G", "Ninja", "-D",
            "CMAKE_BUILD_TYPE=Release", "-D", "SOLDER=" + repository().string(), "-D",
            "GENERATED=" + (folder / "generated").string()});
  must_run({"cmake", "--build", folder / "build"});
  must_run({folder / "build/app", input, actual});
  EXPECT_FALSE(read_bytes(expected).empty());
  EXPECT_EQ(read_bytes(expected), read_bytes(actual));
}

TEST(GeneratedCode, Float32) {
  expect_same_as_run("generated_float32", repository() / "models/mnist/mnist.tflite",
                     repository() / "models/digit/digit.f32");
}

TEST(GeneratedCode, Int8) {
  const fs::path folder = fresh_folder("generated_int8_model");
  const auto model = compiler::export_tflite(small_model(TensorType::INT8));
  write(folder / "small.tflite", model);
  std::vector<uint8_t> input(1 * 6 * 6 * 2);
  for (size_t i = 0; i < input.size(); ++i) input[i] = static_cast<uint8_t>(i * 37);
  write(folder / "input.bin", input);
  expect_same_as_run("generated_int8", folder / "small.tflite", folder / "input.bin");
}

}  // namespace
}  // namespace solder::tests
