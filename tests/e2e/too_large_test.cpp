// A model that cannot fit the board is refused before anything is built, with the numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/ir/graph.h"
#include "tests/support/program.h"

namespace solder::tests {
namespace {

using compiler::Graph;
using compiler::Tensor;
using testing::HasSubstr;

// One FULLY_CONNECTED layer.
std::filesystem::path dense_model(const std::string& name, int inputs, int outputs) {
  Graph graph;
  const int input = graph.add_tensor({.name = "input", .shape = {2, {1, inputs}}});
  Tensor weights{.name = "weights", .shape = {2, {outputs, inputs}}};
  weights.data.resize(static_cast<size_t>(weights.bytes()));
  const int matrix = graph.add_tensor(std::move(weights));
  const int output = graph.add_tensor({.name = "output", .shape = {2, {1, outputs}}});
  graph.operators.push_back({OperatorType::FULLY_CONNECTED, {input, matrix, -1}, {output}, {}});
  graph.inputs = {input};
  graph.outputs = {output};
  const auto bytes = compiler::export_tflite(graph);
  const auto path = fresh_folder(name) / "model.tflite";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  return path;
}

void expect_refused(const std::filesystem::path& model, const std::string& memory,
                    const std::string& figure) {
  const auto folder = fresh_folder(model.parent_path().filename().string() + "_output");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"compile", model, "-o", folder, "--name", "large"},
        {"bench", model}}) {
    const cli::Finished finished = solder(arguments);
    EXPECT_NE(finished.exit_code, 0);
    EXPECT_THAT(finished.output, HasSubstr(memory));
    EXPECT_THAT(finished.output, HasSubstr(figure));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST(TooLarge, ForFlash) {
  // 17.6 MB of weights, with 16 MB of flash outside.
  expect_refused(dense_model("flash", 4400, 1000), "of QSPI flash", "17604000 bytes of weights");
}

// 1.2 MB of weights.
TEST(TooLarge, ForTheFlashInside) {
  const auto model = dense_model("outside", 3000, 100);
  const auto finished =
      solder({"compile", model, "-o", fresh_folder("outside_output"), "--name", "outside"});
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.output, HasSubstr("link the section .solder_constants into the QSPI flash"));
}

TEST(TooLarge, ForRam) {
  // 400,000 bytes of input.
  expect_refused(dense_model("ram", 100000, 1), "of RAM", "400016 bytes of activations");
}

// 280,400 bytes of weights, where 256 KB are behind the first 64 KB.
TEST(TooLarge, ForTheRamThatWeightsAreCopiedTo) {
  const auto finished = solder({"bench", dense_model("copied", 700, 100), "--weights", "sram"});
  EXPECT_NE(finished.exit_code, 0);
  EXPECT_THAT(finished.output, HasSubstr("bytes of weights are too many for the 262144 bytes"));
  EXPECT_THAT(finished.output, HasSubstr("--weights axi reads them from flash"));
}

TEST(TooLarge, WhatFitsIsCompiled) {
  const auto model = dense_model("fits", 100, 10);
  EXPECT_EQ(
      solder({"compile", model, "-o", fresh_folder("fits_output"), "--name", "fits"}).exit_code, 0);
}

}  // namespace
}  // namespace solder::tests
