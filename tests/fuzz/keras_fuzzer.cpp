// .h5, and .keras, which is a zip archive.
#include "compiler/importers/keras/keras_importer.h"
#include "tests/fuzz/exercise.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace solder;
  const bool zip = size > 1 && data[0] == 'P' && data[1] == 'K';
  try {
    tests::exercise(zip ? compiler::import_keras_zip({data, size})
                        : compiler::import_keras_h5({data, size}));
  } catch (const compiler::ModelError&) {
  }
  return 0;
}
