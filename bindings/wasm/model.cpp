// A .tflite in this instance of the module, run step by step so that the page can time each.
#include "runtime/plan/model.h"

#include <algorithm>

#include "bindings/wasm/memory.h"
#include "bindings/wasm/text.h"
#include "runtime/base/real_values.h"
#include "runtime/interpreter/tflite_reader.h"
#include "runtime/plan/plan_builder.h"

namespace solder::wasm {
namespace {

constexpr size_t kMostPreparationBytes = size_t{1} << 30;

struct Loaded {
  GraphView graph;
  Plan plan;
  MemoryMap map;
  Model model;
  size_t plan_bytes = 0;
};
constinit Loaded loaded;

struct File {
  const uint8_t* bytes = nullptr;
  size_t size = 0;
};
constinit File file;

Error no_memory(size_t bytes) {
  return {.message = "the browser has not the memory that the model takes; bytes:",
          .detail = static_cast<int64_t>(bytes)};
}

// The graph and the memory map stay as long as the model, for the page to look at: nothing
// temporary is released.
Error prepare() {
  for (size_t bytes = 2 * file.size + (size_t{1} << 16); bytes < kMostPreparationBytes;
       bytes *= 2) {
    uint8_t* room = reserve(bytes);
    if (room == nullptr) return no_memory(bytes);
    Arena memory(room, bytes);
    loaded = {};
    Error error = read_tflite(file.bytes, file.size, memory, loaded.graph);
    if (!error)
      error = build_plan(loaded.graph, kGenericKernels, file.bytes, memory, memory, loaded.plan,
                         loaded.map);
    if (error && memory.bytes_missing() > 0) continue;
    if (error) return error;
    uint8_t* arena = reserve(loaded.plan.arena_bytes);
    if (arena == nullptr) return no_memory(loaded.plan.arena_bytes);
    loaded.plan_bytes = memory.permanent_bytes();
    loaded.model =
        Model(loaded.plan, {.constants = file.bytes, .tables = memory.base(), .arena = arena});
    return {};
  }
  return no_memory(kMostPreparationBytes);
}

const char* name_of(OperatorType type) {
  const char* name = operator_name(type);
  return name != nullptr ? name : "an unknown operator";
}

void describe_tensor(Text& text, const TensorView& tensor) {
  const Quantization& quantization = tensor.quantization;
  const bool is_per_tensor = quantization.count == 1;
  text.object([&] {
    text.tensor_fields(
        tensor.name, tensor.type, {tensor.shape.dims, static_cast<size_t>(tensor.shape.rank)},
        static_cast<uint32_t>(tensor.bytes), is_per_tensor ? quantization.scale[0] : 0,
        is_per_tensor ? static_cast<int32_t>(quantization.zero_point[0]) : 0);
    text.field("scales", quantization.count);
    text.field("isConstant", static_cast<int32_t>(tensor.is_constant()));
  });
}

void describe_operator(Text& text, const OperatorView& op) {
  text.object([&] {
    text.field("type", name_of(op.type));
    text.numbers("inputs", std::span(op.inputs, static_cast<size_t>(op.input_count)));
    text.numbers("outputs", std::span(op.outputs, static_cast<size_t>(op.output_count)));
  });
}

// Tensors that share memory have one buffer, their root's; those of steps' scratch come last.
void describe_buffers(Text& text) {
  const MemoryMap& map = loaded.map;
  const auto count = static_cast<size_t>(map.buffer_count);
  text.numbers("roots", std::span(map.roots, static_cast<size_t>(map.tensor_count)));
  text.array("buffers", count, [&](size_t i) {
    const PlannedBuffer& buffer = map.buffers[i];
    text.object([&] {
      text.field("bytes", buffer.bytes);
      text.field("offset", buffer.offset);
      text.field("first", buffer.first_use);
      text.field("last", buffer.last_use);
    });
  });
  text.field("arenaBytes", loaded.plan.arena_bytes);
  text.field("planBytes", loaded.plan_bytes);
}

void describe(Text& text) {
  const GraphView& graph = loaded.graph;
  text.object([&] {
    text.array("tensors", static_cast<size_t>(graph.tensor_count),
               [&](size_t i) { describe_tensor(text, graph.tensors[i]); });
    text.array("operators", static_cast<size_t>(graph.operator_count),
               [&](size_t i) { describe_operator(text, graph.operators[i]); });
    text.numbers("inputs", std::span(graph.inputs, static_cast<size_t>(graph.input_count)));
    text.numbers("outputs", std::span(graph.outputs, static_cast<size_t>(graph.output_count)));
    text.array("steps", loaded.plan.step_count,
               [&](size_t i) { text.number(loaded.plan.steps[i].operator_index); });
    describe_buffers(text);
  });
}

void describe(Text& text, const Error& error) {
  text.object([&] {
    text.object("error", [&] {
      text.field("message", error.message);
      text.field("operatorIndex", error.operator_index);
      if (error.operator_index >= 0)
        text.field("operatorType", name_of(static_cast<OperatorType>(error.operator_type)));
      text.field("detail", error.detail);
    });
  });
}

}  // namespace

// Where the page puts a file of so many bytes before load(). Null: no memory.
SOLDER_EXPORT(model_room) const uint8_t* model_room(size_t bytes) {
  uint8_t* room = reserve(bytes);
  file = {room, room != nullptr ? bytes : 0};
  return room;
}

// The text describes the model, or has what is wrong with it.
SOLDER_EXPORT(model_load) void model_load() {
  const Error error = prepare();
  Text text;
  if (error) {
    describe(text, error);
  } else {
    describe(text);
  }
}

SOLDER_EXPORT(model_input) void* model_input(uint32_t index) { return loaded.model.input(index); }
SOLDER_EXPORT(model_output) const void* model_output(uint32_t index) {
  return loaded.model.output(index);
}

SOLDER_EXPORT(model_invoke) void model_invoke() { loaded.model.invoke(); }

// One step of an inference; the page calls them in order.
SOLDER_EXPORT(model_step) void model_step(uint32_t index) {
  const Plan step = {.steps = loaded.plan.steps + index, .step_count = 1};
  Model(step, loaded.model.regions()).invoke();
}

// Real values of a tensor to what it holds, and back; see runtime/base/real_values.h.
SOLDER_EXPORT(store_real_values)
void store_real_values(int32_t type, float scale, int32_t zero_point, const float* values,
                       size_t count, void* data) {
  store_real({static_cast<TensorType>(type), scale, zero_point}, {values, count}, data);
}
SOLDER_EXPORT(load_real_values)
void load_real_values(int32_t type, float scale, int32_t zero_point, const void* data, size_t count,
                      float* values) {
  load_real({static_cast<TensorType>(type), scale, zero_point}, data, {values, count});
}
SOLDER_EXPORT(type_has_real_values) int32_t type_has_real_values(int32_t type) {
  return static_cast<int32_t>(has_real_values(static_cast<TensorType>(type)));
}

// Memory for whatever the page wants to hand over.
SOLDER_EXPORT(room) uint8_t* room(size_t bytes) { return reserve(bytes); }

}  // namespace solder::wasm
