#include <google/protobuf/stubs/logging.h>

#include "compiler/importers/onnx/onnx_importer.h"
#include "tests/fuzz/exercise.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace solder;
  google::protobuf::SetLogHandler(nullptr);
  try {
    tests::exercise(compiler::import_onnx({data, size}));
  } catch (const compiler::ModelError&) {
  }
  return 0;
}
