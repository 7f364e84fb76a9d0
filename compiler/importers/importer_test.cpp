#include "compiler/importers/importer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/importers/onnx/onnx_importer.h"
#include "compiler/importers/onnx/testing.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::HasSubstr;

using Bytes = std::vector<uint8_t>;

class TemporaryFile {
 public:
  explicit TemporaryFile(const Bytes& bytes) {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_ = std::filesystem::path(::testing::TempDir()) /
                                ("solder_importer_test_" + std::to_string(::getpid()));
};

std::string error_of(const std::filesystem::path& path) {
  try {
    import_model(path);
  } catch (const ModelError& error) {
    return error.what();
  }
  return "none";
}

std::string error_of(const Bytes& bytes) { return error_of(TemporaryFile(bytes).path()); }

TEST(ImportModel, TellsTheFormatByContent) {
  const Bytes onnx = small_onnx_model().bytes();
  const Graph graph = import_model(TemporaryFile(onnx).path());
  EXPECT_EQ(graph, import_onnx(onnx));
  EXPECT_EQ(import_model(TemporaryFile(export_tflite(graph)).path()), graph);
}

TEST(ImportModel, Errors) {
  EXPECT_EQ(error_of(std::filesystem::path("/no/such/model")), "/no/such/model: file not found");
  EXPECT_EQ(error_of(std::filesystem::path("/")), "/: is a folder, not a model");
  EXPECT_THAT(error_of(Bytes{}), HasSubstr("the file is empty"));
  EXPECT_THAT(error_of(Bytes{'h', 'e', 'l', 'l', 'o'}), HasSubstr("not an ONNX file"));
}

}  // namespace
}  // namespace solder::compiler
