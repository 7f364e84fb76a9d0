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
#include "compiler/importers/tflite/testing.h"
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

OnnxModel recurrent_onnx(const std::string& kind) {
  const int64_t rows = 2 * (kind == "LSTM" ? 4 : 3);
  const auto noise = [](int64_t count) { return random_floats(count, 1); };
  OnnxModel model(14);
  model.input("x", {3, 1, 2}).constant("w", {1, rows, 2}, noise(2 * rows));
  model.constant("r", {1, rows, 2}, noise(2 * rows)).constant("b", {1, 2 * rows}, noise(2 * rows));
  model.node(kind, {"x", "w", "r", "b"}, "y").output("y").attribute("hidden_size", int64_t{2});
  return model;
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
  const auto gates = LstmGates::random();
  write(folder / "tflite/lstm.tflite", file_of(sequence_lstm_model(gates, false)));
  write(folder / "tflite/bidirectional_lstm.tflite",
        file_of(bidirectional_lstm_model(gates, gates, true)));
  for (const char* kind : {"LSTM", "GRU"}) {
    const int64_t gates_of_kind = std::string(kind) == "LSTM" ? 4 : 3;
    write(folder / "onnx" / (std::string(kind) + ".onnx"), recurrent_onnx(kind).bytes());
    // A GRU that resets after has a row of biases for each of its two products.
    const std::vector<int64_t> bias =
        gates_of_kind == 4 ? std::vector<int64_t>{8} : std::vector<int64_t>{2, 6};
    write_keras(
        folder / "keras", kind,
        one_layer({3, 2}, kind, {{"units", 2}, {"return_sequences", true}, {"reset_after", true}},
                  {{"kernel", {2, 2 * gates_of_kind}},
                   {"recurrent_kernel", {2, 2 * gates_of_kind}},
                   {"bias", bias}}));
  }
  if (argc > 2) write_node_models(argv[2], folder);
}
