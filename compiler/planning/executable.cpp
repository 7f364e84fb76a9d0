#include "compiler/planning/executable.h"

#include <fmt/format.h>

namespace solder::compiler {
namespace {

// Generous: what is not needed is never touched. Per operator a step, its parameters and notes;
// per tensor a buffer.
size_t plan_bytes(const Graph& graph) {
  size_t bytes = size_t{1} << 16;
  for (const Operator& op : graph.operators) bytes += 1024 + 512 * op.inputs.size();
  return bytes + 256 * graph.tensors.size();
}

// Tables grow with the channels of constants, eight bytes each.
size_t table_bytes(const Graph& graph) {
  size_t bytes = size_t{1} << 12;
  for (const Tensor& tensor : graph.tensors) bytes += tensor.data.size() * 8 + 64;
  return bytes;
}

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

Executable::Executable(Graph graph, const KernelSet& kernels)
    : graph_(std::move(graph)),
      view_(graph_),
      kernels_(kernels),
      plan_memory_(plan_bytes(graph_)),
      table_memory_(table_bytes(graph_)),
      tables_(table_memory_.data(), table_memory_.bytes()) {
  Arena memory(plan_memory_.data(), plan_memory_.bytes());
  MemoryMap map;
  const GraphView view = view_.graph();
  if (Error error =
          build_plan(view, kernels, view_.constants().data(), memory, tables_, plan_, map))
    throw ModelError(describe(error, graph_));
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

uint32_t Executable::arena_lower_bound() const {
  return memory_lower_bound(buffers_.data(), static_cast<int32_t>(buffers_.size()));
}

void Executable::invoke(const Observer& observe) const {
  const Model model = this->model();
  const auto* arena = static_cast<const uint8_t*>(model.regions().arena);
  const auto report = [&](int first, int end) {
    for (int op = first; op < end; ++op)
      for (const int tensor : graph_.operators[static_cast<size_t>(op)].outputs)
        observe(op, tensor, arena + buffers_[static_cast<size_t>(buffer_of(tensor))].offset);
  };
  // Operators without steps (views) are done as soon as the step before them is.
  struct Context {
    const Plan& plan;
    const std::function<void(int, int)> report;
    int operators;
    int first_step_operator(uint32_t step) const {
      return step < plan.step_count ? plan.steps[step].operator_index : operators;
    }
  } context{plan_, report, static_cast<int>(graph_.operators.size())};
  report(0, context.first_step_operator(0));
  model.invoke({.begin = [](void*, uint32_t) {},
                .end =
                    [](void* at, uint32_t step) {
                      const auto& c = *static_cast<const Context*>(at);
                      const int next = c.first_step_operator(step + 1);
                      const int own = c.plan.steps[step].operator_index;
                      if (next != own) c.report(own, next);
                    },
                .context = &context});
}

}  // namespace solder::compiler
