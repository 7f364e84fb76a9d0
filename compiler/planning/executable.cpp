#include "compiler/planning/executable.h"

#include <fmt/format.h>

#include "compiler/planning/armv7em/selection.h"
#include "compiler/planning/memory_search.h"

namespace solder::compiler {
namespace {

// Generous: what is not needed is never touched. Per operator a step, its parameters and notes;
// per tensor a buffer.
size_t plan_bytes(const Graph& graph) {
  size_t bytes = size_t{1} << 16;
  for (const Operator& op : graph.operators) bytes += 1024 + 512 * op.inputs.size();
  return bytes + 256 * graph.tensors.size();
}

// Tables grow with constants: at most 49 floats for nine weights, of channels that are filled up to
// fours; and with their channels.
size_t table_bytes(const Graph& graph) {
  size_t bytes = size_t{1} << 12;
  for (const Tensor& tensor : graph.tensors) bytes += tensor.data.size() * 24 + 4096;
  return bytes;
}

// What build_plan() calls back.
struct Planning {
  armv7em::Selection selection;
  uint32_t arena_lower_bound = 0;

  static Error lower(void* context, StepBuilder& steps) {
    return static_cast<Planning*>(context)->selection.lower(steps);
  }
  static uint32_t place(void* context, PlannedBuffer* buffers, int32_t count,
                        const BufferOverlap* overlaps, int32_t overlap_count) {
    const std::span all(buffers, static_cast<size_t>(count));
    const std::span allowed(overlaps, static_cast<size_t>(overlap_count));
    static_cast<Planning*>(context)->arena_lower_bound = memory_lower_bound(all, allowed);
    return search_memory(all, allowed);
  }
};

}  // namespace

std::string describe(const Error& error, const Graph& graph) {
  std::string text;
  if (error.operator_index >= 0 &&
      error.operator_index < static_cast<int32_t>(graph.operators.size())) {
    const Operator& op = graph.operators[static_cast<size_t>(error.operator_index)];
    const char* name = operator_name(op.type);
    text =
        fmt::format("{}, operator {}", name != nullptr ? name : "operator", error.operator_index);
    if (!op.outputs.empty())
      text +=
          fmt::format(" (output \"{}\")", graph.tensors[static_cast<size_t>(op.outputs[0])].name);
    text += ": ";
  }
  text += error.message;
  if (text.ends_with(':') || error.detail != 0) text += fmt::format(" {}", error.detail);
  return text;
}

Executable::Executable(Graph graph, const KernelSet& kernels, Prefer prefer,
                       std::optional<KernelId> favourite)
    : graph_(std::move(graph)),
      view_(graph_),
      kernels_(kernels),
      plan_memory_(plan_bytes(graph_)),
      table_memory_(table_bytes(graph_)),
      tables_(table_memory_.data(), table_memory_.bytes()) {
  Arena memory(plan_memory_.data(), plan_memory_.bytes());
  MemoryMap map;
  const GraphView view = view_.graph();
  Planning planning = {.selection = {graph_, prefer, favourite}};
  const Lowering lowering = {.context = &planning,
                             .lower = &kernels == &kArmv7emKernels ? &Planning::lower : nullptr,
                             .place = &Planning::place};
  if (Error error = build_plan(view, kernels, view_.constants().data(), memory, tables_, plan_, map,
                               lowering))
    throw ModelError(describe(error, graph_));
  arena_lower_bound_ = planning.arena_lower_bound;
  decisions_ = planning.selection.decisions();
  buffers_.assign(map.buffers, map.buffers + map.buffer_count);
  for (int t = 0; t < map.tensor_count; ++t) {
    int root = t;
    while (map.roots[root] != root) root = map.roots[root];
    roots_.push_back(root);
  }
  arena_ = Memory(plan_.arena_bytes);
}

Model Executable::model() const {
  void* arena = arena_.data();
  return {plan_, {.constants = view_.constants().data(), .tables = tables_.base(), .arena = arena}};
}

uint32_t Executable::tables_begin() const {
  return static_cast<uint32_t>(tables_.size() - tables_.permanent_bytes());
}

std::vector<Executable::Output> Executable::outputs_after(int step) const {
  const auto operator_of = [this](int at) -> int {
    if (at >= static_cast<int>(plan_.step_count)) return static_cast<int>(graph_.operators.size());
    return plan_.steps[at].operator_index;
  };
  const int next = operator_of(step + 1);
  int op = step < 0 ? 0 : operator_of(step);
  std::vector<Output> outputs;
  for (; op < next; ++op)
    for (const int tensor : graph_.operators[static_cast<size_t>(op)].outputs) {
      const PlannedBuffer& buffer = buffers_[static_cast<size_t>(buffer_of(tensor))];
      if (buffer.bytes > 0) outputs.push_back({op, tensor, buffer.offset});
    }
  return outputs;
}

void Executable::invoke(const Observer& observe) const {
  const Model model = this->model();
  const std::function<void(int)> report = [&](int step) {
    const auto* arena = static_cast<const uint8_t*>(model.regions().arena);
    for (const Output& output : outputs_after(step))
      observe(output.op, output.tensor, arena + output.offset);
  };
  report(-1);
  model.invoke({.begin = [](void*, uint32_t) {},
                .end =
                    [](void* context, uint32_t step) {
                      (*static_cast<const std::function<void(int)>*>(context))(
                          static_cast<int>(step));
                    },
                .context = const_cast<void*>(static_cast<const void*>(&report))});
}

}  // namespace solder::compiler
