// Files that are damaged, or made to do damage.
#include <gtest/gtest.h>

#include <random>

#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/importers/onnx/onnx_importer.h"
#include "compiler/importers/onnx/testing.h"
#include "compiler/importers/tflite/tflite_importer.h"
#include "compiler/passes/passes.h"

namespace solder::compiler {
namespace {

using namespace testing;

using Bytes = std::vector<uint8_t>;

// Whatever the bytes: an error, or a graph that the passes and the exporter can handle.
template <class Import>
bool survives(const Bytes& bytes, Import import) {
  try {
    Graph graph = import(bytes);
    run_passes(graph);
    export_tflite(graph);
    return true;
  } catch (const ModelError&) {
    return false;
  }
}

template <class Import>
void mistreat(const Bytes& bytes, Import import) {
  ASSERT_TRUE(survives(bytes, import));
  for (size_t length = 0; length < bytes.size(); ++length)
    survives(Bytes(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(length)), import);
  std::mt19937 random(1);
  int survivors = 0;
  for (int i = 0; i < 10'000; ++i) {
    Bytes damaged = bytes;
    for (uint32_t flips = 1 + random() % 3; flips > 0; --flips)
      damaged[random() % damaged.size()] ^= static_cast<uint8_t>(1U << random() % 8);
    survivors += survives(damaged, import);
  }
  // Most bits are weights: else the flips do not reach behind the parser.
  EXPECT_GT(survivors, 1000);
}

TEST(Robustness, DamagedOnnx) { mistreat(small_onnx_model().bytes(), import_onnx); }

// A list of integers that doubles with every node.
TEST(Robustness, GrowingOnnx) {
  OnnxModel model;
  model.input("x", {1, 2}).integers("list0", {1, 1}).output("y");
  for (int i = 0; i < 60; ++i) {
    const std::string list = "list" + std::to_string(i);
    model.node("Concat", {list, list}, "list" + std::to_string(i + 1));
    model.attribute("axis", int64_t{0});
  }
  model.node("Reshape", {"x", "list60"}, "y");
  EXPECT_NE(model.import_error().find("a list of too many integers"), std::string::npos);
}

TEST(Robustness, DamagedTflite) {
  mistreat(export_tflite(small_onnx_model().import()), import_tflite);
}

}  // namespace
}  // namespace solder::compiler
