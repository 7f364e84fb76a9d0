#include "runtime/interpreter/interpreter.h"

#include "runtime/interpreter/legacy_uint8.h"
#include "runtime/interpreter/tflite_reader.h"
#include "runtime/plan/plan_builder.h"

namespace solder {

Error load_tflite(const void* tflite, size_t model_bytes, const KernelSet& kernels, void* arena,
                  size_t arena_bytes, Model& model) {
  Arena memory(arena, arena_bytes);
  GraphView graph;
  if (Error error = read_tflite(tflite, model_bytes, memory, graph)) return error;
  if (Error error = legacy_uint8_to_int8(memory, graph)) return error;
  auto* plan = memory.allocate_permanent<Plan>(1);
  if (plan == nullptr)
    return {.message = "the arena is too small to prepare the model; bytes missing, at least:",
            .detail = static_cast<int64_t>(memory.bytes_missing())};
  MemoryMap map;
  if (Error error = build_plan(graph, kernels, tflite, memory, memory, *plan, map)) return error;
  const size_t needed = memory.permanent_bytes() + plan->arena_bytes;
  if (needed > memory.size())
    return {.message = "the arena is too small for the model; bytes missing:",
            .detail = static_cast<int64_t>(needed - memory.size())};
  model = Model(*plan, {.constants = tflite, .tables = memory.base(), .arena = memory.base()});
  return {};
}

}  // namespace solder
