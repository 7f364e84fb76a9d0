#include "compiler/importers/importer.h"

#include <fmt/format.h>

#include <fstream>
#include <string_view>

#include "compiler/importers/keras/keras_importer.h"
#include "compiler/importers/onnx/onnx_importer.h"
#include "compiler/importers/tflite/tflite_importer.h"

namespace solder::compiler {
namespace {

std::vector<uint8_t> read_file(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw ModelError("file not found");
  if (std::filesystem::is_directory(path, error)) throw ModelError("is a folder, not a model");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw ModelError("cannot be read");
  std::vector<uint8_t> bytes;
  char block[1 << 16];
  while (file.read(block, sizeof(block)) || file.gcount() > 0)
    bytes.insert(bytes.end(), block, block + file.gcount());
  if (file.bad()) throw ModelError("cannot be read");
  return bytes;
}

bool has_at(std::span<const uint8_t> bytes, size_t offset, std::string_view magic) {
  return bytes.size() >= offset + magic.size() &&
         std::equal(magic.begin(), magic.end(), bytes.begin() + offset,
                    [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; });
}

Graph import_bytes(std::span<const uint8_t> bytes) {
  if (bytes.empty()) throw ModelError("the file is empty");
  if (has_at(bytes, 4, "TFL3")) return import_tflite(bytes);
  if (has_at(bytes, 0, "\x89HDF\r\n\x1a\n")) return import_keras_h5(bytes);
  if (has_at(bytes, 0, "PK\x03\x04")) return import_keras_zip(bytes);
  return import_onnx(bytes);
}

}  // namespace

Graph import_model(const std::filesystem::path& path) {
  try {
    return import_bytes(read_file(path));
  } catch (const ModelError& error) {
    throw ModelError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace solder::compiler
