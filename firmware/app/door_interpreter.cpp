#include "firmware/app/door.h"
#include "firmware/app/embedded.h"
#include "runtime/base/arena.h"
#include "runtime/interpreter/interpreter.h"

namespace firmware {
namespace {

alignas(solder::kArenaAlignment) uint8_t arena[SOLDER_ARENA_BYTES];

}  // namespace

const char* const kDoorName = "interpreter";

solder::Error open_model(solder::Model& model) {
  return solder::load_tflite(embedded_model, size_of_embedded(embedded_model, embedded_model_end),
                             solder::kGenericKernels, arena, sizeof arena, model);
}

}  // namespace firmware
