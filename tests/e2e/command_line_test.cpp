// Every subcommand as a user types it: what it prints, and what it says to bad input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/importers/importer.h"
#include "tests/support/golden.h"
#include "tests/support/program.h"

namespace solder::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

const fs::path kModel = repository() / "models" / "mnist" / "mnist.tflite";
const fs::path kOnnx = repository() / "models" / "mnist" / "mnist.onnx";
const fs::path kDigit = repository() / "models" / "digit" / "digit.f32";

fs::path write(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

// One line, a non-zero exit, no output file: what bad input gets.
void expect_refused(const std::vector<std::string>& arguments, const std::string& expected) {
  const cli::Finished finished = solder(arguments);
  EXPECT_NE(finished.exit_code, 0) << finished.output;
  EXPECT_LT(finished.exit_code, 126) << finished.output;
  EXPECT_THAT(finished.output, HasSubstr(expected));
  EXPECT_EQ(std::ranges::count(finished.output, '\n'), 1) << finished.output;
}

TEST(CommandLine, EverySubcommandHasHelp) {
  for (const char* command :
       {"inspect", "convert", "run", "eval", "diff", "compile", "bench", "board"}) {
    const cli::Finished finished = solder({command, "--help"});
    EXPECT_EQ(finished.exit_code, 0);
    EXPECT_THAT(finished.output, HasSubstr("Usage")) << command;
  }
}

TEST(CommandLine, RunRecognisesTheDigit) {
  for (const fs::path& model : {kModel, kOnnx}) {
    for (const char* kernels : {"reference", "generic"}) {
      const cli::Finished finished =
          solder({"run", model, "--input", kDigit, "--kernels", kernels});
      EXPECT_EQ(finished.exit_code, 0) << finished.output;
      EXPECT_THAT(finished.output, HasSubstr("largest: [3]"));
    }
  }
}

TEST(CommandLine, RunWritesTheRawOutput) {
  const fs::path output = fresh_folder("run") / "output.bin";
  ASSERT_EQ(solder({"run", kModel, "--input", kDigit, "--output", output}).exit_code, 0);
  EXPECT_EQ(fs::file_size(output), 40U);
}

TEST(CommandLine, InspectCountsAndDraws) {
  const fs::path svg = fresh_folder("inspect") / "arena.svg";
  const auto figures = solder_json({"inspect", kModel, "--svg", svg});
  EXPECT_EQ(figures["macs"], 2378368);
  EXPECT_EQ(figures["parameters"], 93322);
  EXPECT_EQ(figures["operators"].size(), 8U);
  EXPECT_GE(figures["arena_bytes"], figures["arena_lower_bound"]);
  std::ifstream file(svg);
  const std::string drawing(std::istreambuf_iterator<char>(file), {});
  EXPECT_THAT(drawing, AllOf(HasSubstr("<svg"), HasSubstr("</svg>"), HasSubstr("CONV_2D")));
}

TEST(CommandLine, InspectPrintsTheGraph) {
  const cli::Finished finished = solder({"inspect", kOnnx, "--graph"});
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.output, AllOf(HasSubstr("FULLY_CONNECTED"), HasSubstr("1x28x28x1")));
}

TEST(CommandLine, ConvertMakesTheModelThatIsShipped) {
  const fs::path output = fresh_folder("convert") / "mnist.tflite";
  ASSERT_EQ(solder({"convert", kOnnx, "-o", output}).exit_code, 0);
  EXPECT_EQ(read_bytes(output), read_bytes(kModel));
}

TEST(CommandLine, DiffFindsNothingBetweenOnnxAndTflite) {
  const auto figures = solder_json({"diff", kOnnx, kModel, "--input", kDigit});
  EXPECT_EQ(figures["layers"].size(), 8U);
  EXPECT_TRUE(figures["first_difference"].is_null());
}

TEST(CommandLine, DiffNamesTheFirstLayerThatDiffers) {
  compiler::Graph graph = compiler::import_model(kModel);
  const int convolution = 2;
  const int filter = graph.operators[convolution].inputs[1];
  graph.tensors[static_cast<size_t>(filter)].values<float>()[100] += 1;
  const auto bytes = compiler::export_tflite(graph);
  const fs::path changed = fresh_folder("diff") / "changed.tflite";
  write(changed, {bytes.begin(), bytes.end()});
  const auto figures = solder_json({"diff", kModel, changed, "--input", kDigit});
  EXPECT_EQ(figures["first_difference"], convolution);
  for (const auto& layer : figures["layers"]) {
    EXPECT_TRUE(layer["operator"] >= convolution || !layer["differs"]) << layer;
  }
}

TEST(CommandLine, CompileWritesWhatItSays) {
  const fs::path folder = fresh_folder("compile");
  const auto figures = solder_json({"compile", kModel, "-o", folder, "--name", "digits"});
  EXPECT_TRUE(fs::exists(folder / "digits.h"));
  EXPECT_TRUE(fs::exists(folder / "digits.cpp"));
  EXPECT_EQ(figures["steps"], 6);  // two pools are part of the convolutions before them
  EXPECT_GE(figures["constants_bytes"], 93322 * 4);
}

TEST(CommandLine, EvalMeetsTheTrainedAccuracy) {
#ifdef SOLDER_SANITIZE
  GTEST_SKIP() << "ten thousand images take long with sanitizers";
#endif
  const fs::path data = shared_dir() / "data" / "mnist";
  if (!fs::exists(data)) GTEST_SKIP() << "no MNIST under " << data << ": set SOLDER_SHARED_DIR";
  std::ifstream file(repository() / "models" / "mnist" / "mnist.json");
  const auto trained = nlohmann::json::parse(file);
  const auto figures = solder_json({"eval", kModel, "--dataset", "mnist:" + data.string()});
  EXPECT_EQ(figures["total"], 10000);
  EXPECT_NEAR(figures["correct"].get<int>(), trained["correct"].get<int>(), 1);
}

TEST(BadInput, Models) {
  const fs::path folder = fresh_folder("bad");
  expect_refused({"inspect", folder / "none.tflite"}, "none.tflite");
  expect_refused({"inspect", folder}, folder.string());
  expect_refused({"inspect", write(folder / "empty.tflite", "")}, "empty.tflite");
  expect_refused({"inspect", write(folder / "text.onnx", "hello, world, this is no model")},
                 "text.onnx");
  const std::vector<uint8_t> bytes = read_bytes(kModel);
  const std::string half(bytes.begin(), bytes.begin() + static_cast<long>(bytes.size() / 2));
  expect_refused({"inspect", write(folder / "half.tflite", half)}, "half.tflite");
  const fs::path output = folder / "half.out.tflite";
  expect_refused({"convert", folder / "half.tflite", "-o", output}, "half.tflite");
  EXPECT_FALSE(fs::exists(output));
}

TEST(BadInput, Tensors) {
  const fs::path folder = fresh_folder("bad_tensors");
  expect_refused({"run", kModel, "--input", folder / "none.bin"}, "no such file");
  expect_refused({"run", kModel, "--input", write(folder / "short.bin", "abc")}, "3136 bytes");
}

TEST(BadInput, Options) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"frobnicate"},
                                             {"run", kModel},
                                             {"run", kModel, "--input", kDigit, "--kernels", "x"},
                                             {"compile", kModel},
                                             {"bench", kModel, "--board", "none"}}) {
    const cli::Finished finished = solder(arguments);
    EXPECT_NE(finished.exit_code, 0);
    EXPECT_THAT(finished.output, HasSubstr("--help"));
  }
  expect_refused({"compile", kModel, "-o", fresh_folder("name"), "--name", "1st"}, "--name");
  expect_refused({"eval", kModel, "--dataset", "cifar:x"}, "mnist:DIR");
  expect_refused({"eval", kModel, "--dataset", "mnist:" + fresh_folder("no_mnist").string()},
                 "t10k-images");
}

TEST(BadInput, UnwritableOutput) {
  expect_refused({"run", kModel, "--input", kDigit, "--output", "/proc/none/output.bin"},
                 "/proc/none/output.bin");
}

}  // namespace
}  // namespace solder::tests
