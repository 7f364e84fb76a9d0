// Damaged .tflite files through both doors: an error or a model that runs, never a crash. Build
// with the host-sanitize preset to see what a crash would only maybe show.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>

#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/importers/tflite/tflite_importer.h"
#include "compiler/planning/executable.h"
#include "runtime/interpreter/interpreter.h"
#include "tests/support/small_models.h"

namespace solder::tests {
namespace {

struct Outcome {
  int errors = 0, runs = 0;
};

class Malformed : public testing::TestWithParam<TensorType> {
 protected:
  std::vector<uint8_t> valid_file() const {
    return compiler::export_tflite(small_model(GetParam()));
  }

  // Copies the bytes to memory of just their size, so that a read beyond shows.
  void interpret(const std::vector<uint8_t>& bytes) {
    const std::unique_ptr<uint8_t, decltype(&std::free)> file(
        static_cast<uint8_t*>(std::malloc(bytes.size())), &std::free);
    if (!bytes.empty()) std::memcpy(file.get(), bytes.data(), bytes.size());
    alignas(16) static uint8_t arena[1 << 16];
    Model model;
    const Error error =
        load_tflite(file.get(), bytes.size(), kGenericKernels, arena, sizeof(arena), model);
    if (error) {
      ++interpreter_.errors;
      return;
    }
    for (uint32_t i = 0; i < model.input_count(); ++i)
      std::memset(model.input(i), 1, model.input_info(i).bytes);
    model.invoke();
    ++interpreter_.runs;
  }

  void compile(const std::vector<uint8_t>& bytes) {
    try {
      const compiler::Executable executable(compiler::import_tflite(bytes), kGenericKernels);
      const Model model = executable.model();
      for (uint32_t i = 0; i < model.input_count(); ++i)
        std::memset(model.input(i), 1, model.input_info(i).bytes);
      model.invoke();
      ++compiler_.runs;
    } catch (const compiler::ModelError&) {
      ++compiler_.errors;
    }
  }

  Outcome interpreter_, compiler_;
};

TEST_P(Malformed, TheWholeFileRuns) {
  interpret(valid_file());
  compile(valid_file());
  EXPECT_EQ(interpreter_.runs, 1);
  EXPECT_EQ(compiler_.runs, 1);
}

TEST_P(Malformed, EveryTruncationIsAnError) {
  const std::vector<uint8_t> file = valid_file();
  for (size_t length = 0; length < file.size(); ++length) {
    const std::vector<uint8_t> cut(file.begin(), file.begin() + static_cast<ptrdiff_t>(length));
    interpret(cut);
    compile(cut);
  }
  // The last few bytes may be padding; a file without them is whole.
  EXPECT_GE(interpreter_.errors, static_cast<int>(file.size()) - 16);
  EXPECT_GE(compiler_.errors, static_cast<int>(file.size()) - 16);
}

TEST_P(Malformed, TenThousandBitFlipsNeverCrash) {
  const std::vector<uint8_t> file = valid_file();
  std::mt19937 random(1);
  for (int i = 0; i < 10000; ++i) {
    std::vector<uint8_t> damaged = file;
    for (unsigned flips = 1 + random() % 3; flips > 0; --flips)
      damaged[random() % damaged.size()] ^= static_cast<uint8_t>(1U << random() % 8);
    interpret(damaged);
    compile(damaged);
  }
  EXPECT_GT(interpreter_.errors, 1000);
  EXPECT_GT(interpreter_.runs, 1000);
  EXPECT_GT(compiler_.errors, 1000);
  EXPECT_GT(compiler_.runs, 1000);
}

TEST_P(Malformed, EveryArenaSizeIsEnoughOrSaysSo) {
  const std::vector<uint8_t> file = valid_file();
  alignas(16) static uint8_t arena[1 << 13];
  Model model;
  bool enough = false;
  for (size_t bytes = 0; bytes <= sizeof(arena); bytes += 8) {
    const Error error = load_tflite(file.data(), file.size(), kGenericKernels, arena, bytes, model);
    EXPECT_FALSE(enough && error) << "a larger arena fails: " << bytes;
    if (!error) enough = true;
  }
  EXPECT_TRUE(enough);
}

INSTANTIATE_TEST_SUITE_P(All, Malformed,
                         testing::Values(TensorType::FLOAT32, TensorType::INT8, TensorType::INT16),
                         [](const auto& test) { return std::string(type_name(test.param)); });

}  // namespace
}  // namespace solder::tests
