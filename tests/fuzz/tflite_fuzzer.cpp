// .tflite through both doors.
#include <memory>

#include "compiler/importers/tflite/tflite_importer.h"
#include "runtime/interpreter/interpreter.h"
#include "tests/fuzz/exercise.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace solder;
  // The interpreter reads in place: in memory that ends where the file ends.
  alignas(16) static uint8_t arena[1 << 16];
  const auto aligned = std::unique_ptr<uint8_t, decltype(&std::free)>(
      static_cast<uint8_t*>(std::malloc(size)), &std::free);
  if (size > 0) std::memcpy(aligned.get(), data, size);
  Model model;
  if (!load_tflite(aligned.get(), size, kGenericKernels, arena, sizeof arena, model)) {
    int64_t steps = 0;
    for (uint32_t i = 0; i < model.input_count(); ++i) steps += model.input_info(i).bytes;
    if (steps <= 4096) tests::invoke(model);
  }
  try {
    tests::exercise(compiler::import_tflite({data, size}));
  } catch (const compiler::ModelError&) {
  }
  return 0;
}
