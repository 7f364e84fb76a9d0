// Models that the fuzzers start from: make_corpus FOLDER [NODE_MODELS] writes FOLDER/tflite, onnx
// and keras. NODE_MODELS: ONNX's own test models, one operator each, as Debian's libonnx-testdata
// has them.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/importers/keras/testing.h"
#include "compiler/importers/onnx/onnx_importer.h"
#include "compiler/importers/onnx/testing.h"
#include "tests/support/small_models.h"

namespace {

namespace fs = std::filesystem;
using namespace solder;
using namespace solder::compiler::testing;

using Bytes = std::vector<uint8_t>;

constexpr size_t kLargest = 8192;  // bytes; mutating more takes long

void write(const fs::path& path, const Bytes& bytes) {
  if (bytes.size() > kLargest) return;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

void write_keras(const fs::path& folder, const std::string& name, const KerasFile& file) {
  write(folder / (name + ".h5"), file.h5());
  write(folder / (name + "_newest.h5"),
        file.h5({.is_newest_format = true, .has_fixed_texts = true}));
  write(folder / (name + ".keras"), file.keras());
}

void write_node_models(const fs::path& from, const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(from)) {
    const fs::path model = entry.path() / "model.onnx";
    if (!fs::exists(model)) continue;
    std::ifstream file(model, std::ios::binary);
    const Bytes bytes{std::istreambuf_iterator<char>(file), {}};
    try {
      const Bytes tflite = compiler::export_tflite(compiler::import_onnx(bytes));
      const std::string name = entry.path().filename();
      write(folder / "onnx" / (name + ".onnx"), bytes);
      write(folder / "tflite" / (name + ".tflite"), tflite);
    } catch (const compiler::ModelError&) {
      // An operator that is not claimed.
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "make_corpus FOLDER [NODE_MODELS]\n";
    return 1;
  }
  const fs::path folder = argv[1];
  for (const TensorType type : {TensorType::FLOAT32, TensorType::INT8, TensorType::INT16}) {
    write(folder / "tflite" / ("small_" + std::to_string(static_cast<int>(type)) + ".tflite"),
          compiler::export_tflite(tests::small_model(type)));
  }
  const OnnxModel onnx = small_onnx_model();
  write(folder / "onnx/small.onnx", onnx.bytes());
  write(folder / "tflite/small_onnx.tflite", compiler::export_tflite(onnx.import()));
  write_keras(folder / "keras", "dense",
              one_layer({2}, "Dense", {{"units", 3}, {"activation", "relu"}},
                        {{"kernel", {2, 3}}, {"bias", {3}}}));
  write_keras(folder / "keras", "flatten", one_layer({2, 3}, "Flatten"));
  write_keras(folder / "keras", "pooling",
              one_layer({4, 4, 1}, "MaxPooling2D",
                        {{"pool_size", {2, 2}}, {"strides", {2, 2}}, {"padding", "valid"}}));
  if (argc > 2) write_node_models(argv[2], folder);
}
