#include "runtime/plan/plan_builder.h"

#include "runtime/kernels/prepare.h"

namespace solder {
namespace {

constexpr int32_t kNever = INT32_MAX;

class PlanBuilder {
 public:
  PlanBuilder(const GraphView& graph, const KernelSet& kernels, const void* constants,
              Arena& memory, Arena& tables)
      : graph_(graph), memory_(memory), steps_(graph, kernels, constants, memory, tables) {}

  Error build(const Lowering& lowering, Plan& plan, MemoryMap& map);

 private:
  // Which input an operator's output may share memory with, -1 for none.
  struct Sharing {
    int32_t viewed = -1;
    int32_t in_place = -1;
    int32_t fused_into = -1;  // the operator whose step computes this one, too
  };

  Error prepare_operators();
  void note_lowering();
  Error find_lifetimes();
  void forget_unstored();
  void share_views();
  void share_in_place();
  Error place(const Lowering& lowering);
  int32_t find_overlaps(BufferOverlap* overlaps) const;
  Error write_steps(Plan& plan);
  Error write_tensor_infos(Plan& plan);
  Error write_tensor_info(int32_t tensor, TensorInfo& info);

  const TensorView& tensor(int32_t index) const { return graph_.tensors[index]; }
  int32_t root_of(int32_t tensor) const {
    while (roots_[tensor] != tensor) tensor = roots_[tensor];
    return tensor;
  }
  void merge(int32_t root, int32_t other) {
    roots_[other] = root;
    PlannedBuffer& a = buffers_[root];
    const PlannedBuffer& b = buffers_[other];
    if (b.first_use < a.first_use) a.first_use = b.first_use;
    if (b.last_use > a.last_use) a.last_use = b.last_use;
  }
  Operand placed(Operand operand) const;
  Error no_memory() const {
    return {.message = "the arena is too small to prepare the model; bytes missing, at least:",
            .detail = static_cast<int64_t>(memory_.bytes_missing())};
  }

  const GraphView& graph_;
  Arena& memory_;
  StepBuilder steps_;
  Sharing* sharing_ = nullptr;        // per operator
  PlannedBuffer* buffers_ = nullptr;  // per tensor, then per step
  int32_t* roots_ = nullptr;          // per tensor
  int32_t buffer_count_ = 0;
  uint32_t arena_bytes_ = 0;
};

Error PlanBuilder::prepare_operators() {
  sharing_ = memory_.allocate_temporary<Sharing>(static_cast<size_t>(graph_.operator_count));
  if (sharing_ == nullptr) return no_memory();
  for (int32_t i = 0; i < graph_.operator_count; ++i) {
    const OperatorView& op = graph_.operators[i];
    steps_.begin(i);
    const PrepareFunction prepare = prepare_function(op.type);
    if (prepare == nullptr)
      return steps_.fail(
          "is not supported; `solder convert` may write it as others; its BuiltinOperator code is",
          static_cast<int32_t>(op.type));
    if (Error error = prepare(op, steps_)) return error;
    sharing_[i] = {.viewed = steps_.viewed_input(), .in_place = steps_.in_place_input()};
  }
  return {};
}

void PlanBuilder::note_lowering() {
  for (const PreparedStep* step = steps_.first_step(); step != nullptr; step = step->next) {
    const int32_t op = step->step.operator_index;
    if (step->in_place_input >= 0) sharing_[op].in_place = step->in_place_input;
    if (step->fused_operator >= 0) sharing_[step->fused_operator].fused_into = op;
  }
}

Error PlanBuilder::find_lifetimes() {
  buffer_count_ = graph_.tensor_count + steps_.emitted_steps();
  buffers_ = memory_.allocate_temporary<PlannedBuffer>(static_cast<size_t>(buffer_count_));
  roots_ = memory_.allocate_temporary<int32_t>(static_cast<size_t>(graph_.tensor_count));
  if (buffers_ == nullptr || roots_ == nullptr) return no_memory();
  for (int32_t t = 0; t < graph_.tensor_count; ++t) {
    roots_[t] = t;
    buffers_[t] = {.bytes = 0, .first_use = kNever, .last_use = -1};
  }
  for (int32_t i = 0; i < graph_.input_count; ++i) {
    if (tensor(graph_.inputs[i]).is_constant())
      return {.message = "a model input is a constant tensor; it is input number", .detail = i};
    buffers_[graph_.inputs[i]].first_use = -1;
  }
  for (int32_t i = 0; i < graph_.operator_count; ++i) {
    const OperatorView& op = graph_.operators[i];
    const int32_t time = sharing_[i].fused_into < 0 ? i : sharing_[i].fused_into;
    steps_.begin(i);
    for (int32_t n = 0; n < op.input_count; ++n) {
      if (op.inputs[n] < 0 || tensor(op.inputs[n]).is_constant()) continue;
      PlannedBuffer& buffer = buffers_[op.inputs[n]];
      if (buffer.first_use == kNever)
        return steps_.fail("reads a tensor that nothing has written; it is input number", n);
      if (time > buffer.last_use) buffer.last_use = time;
    }
    for (int32_t n = 0; n < op.output_count; ++n) {
      PlannedBuffer& buffer = buffers_[op.outputs[n]];
      if (buffer.first_use != kNever)
        return steps_.fail("writes a tensor that is written before; it is output number", n);
      buffer.first_use = buffer.last_use = time;
    }
  }
  for (int32_t i = 0; i < graph_.output_count; ++i) {
    PlannedBuffer& buffer = buffers_[graph_.outputs[i]];
    if (buffer.first_use == kNever && !tensor(graph_.outputs[i]).is_constant())
      return {.message = "nothing writes a model output; it is output number", .detail = i};
    buffer.last_use = graph_.operator_count;
  }
  return {};
}

// What a fused operator reads of the operator before it never is in memory.
void PlanBuilder::forget_unstored() {
  for (int32_t i = 0; i < graph_.operator_count; ++i)
    if (sharing_[i].fused_into >= 0) buffers_[graph_.operators[i].inputs[0]].first_use = kNever;
}

void PlanBuilder::share_views() {
  for (int32_t i = 0; i < graph_.operator_count; ++i) {
    if (sharing_[i].viewed < 0) continue;
    const OperatorView& op = graph_.operators[i];
    merge(root_of(op.inputs[sharing_[i].viewed]), op.outputs[0]);
  }
}

void PlanBuilder::share_in_place() {
  for (int32_t i = 0; i < graph_.operator_count; ++i) {
    if (sharing_[i].in_place < 0) continue;
    const OperatorView& op = graph_.operators[i];
    const int32_t input = op.inputs[sharing_[i].in_place];
    if (tensor(input).is_constant()) continue;
    const int32_t root = root_of(input);
    const bool needed_later = buffers_[root].last_use > i;
    if (!needed_later && tensor(op.outputs[0]).bytes <= tensor(root).bytes)
      merge(root, root_of(op.outputs[0]));
  }
}

// Where a step's output is its own buffer, over an input that nobody reads later.
int32_t PlanBuilder::find_overlaps(BufferOverlap* overlaps) const {
  int32_t count = 0;
  for (const PreparedStep* step = steps_.first_step(); step != nullptr; step = step->next) {
    if (step->output_lead < 0) continue;
    const Operand first = step->step.operands[0];
    const Operand last = step->step.operands[step->step.operand_count - 1];
    if (first.region() != Operand::kArena || last.region() != Operand::kArena) continue;
    const int32_t input = root_of(static_cast<int32_t>(first.offset()));
    const int32_t output = root_of(static_cast<int32_t>(last.offset()));
    const int32_t time = step->step.operator_index;
    if (input != output && buffers_[input].last_use == time && buffers_[output].first_use == time)
      overlaps[count++] = {input, output, static_cast<uint32_t>(step->output_lead)};
  }
  return count;
}

Error PlanBuilder::place(const Lowering& lowering) {
  for (int32_t t = 0; t < graph_.tensor_count; ++t) {
    const bool used = buffers_[t].first_use != kNever && !tensor(t).is_constant();
    if (used && roots_[t] == t) buffers_[t].bytes = static_cast<uint32_t>(tensor(t).bytes);
  }
  for (const PreparedStep* step = steps_.first_step(); step != nullptr; step = step->next) {
    const int32_t time = step->step.operator_index;
    buffers_[graph_.tensor_count + step->number] = {
        .bytes = step->scratch_bytes, .first_use = time, .last_use = time};
  }
  if (lowering.place != nullptr) {
    auto* overlaps =
        memory_.allocate_temporary<BufferOverlap>(static_cast<size_t>(steps_.emitted_steps()));
    if (overlaps == nullptr) return no_memory();
    const int32_t count = find_overlaps(overlaps);
    arena_bytes_ = lowering.place(lowering.context, buffers_, buffer_count_, overlaps, count);
    return {};
  }
  auto* order = memory_.allocate_temporary<int32_t>(static_cast<size_t>(buffer_count_));
  if (order == nullptr) return no_memory();
  arena_bytes_ = plan_memory(buffers_, buffer_count_, order);
  return {};
}

Operand PlanBuilder::placed(Operand operand) const {
  if (operand.region() != Operand::kArena) return operand;
  auto buffer = static_cast<int32_t>(operand.offset());
  if (buffer < graph_.tensor_count) buffer = root_of(buffer);
  return {Operand::kArena, buffers_[buffer].offset};
}

Error PlanBuilder::write_steps(Plan& plan) {
  int32_t count = 0;
  for (const PreparedStep* step = steps_.first_step(); step != nullptr; step = step->next) ++count;
  auto* steps = memory_.allocate_permanent<Step>(static_cast<size_t>(count));
  if (steps == nullptr) return no_memory();
  plan.steps = steps;
  plan.step_count = static_cast<uint32_t>(count);
  for (const PreparedStep* prepared = steps_.first_step(); prepared != nullptr;
       prepared = prepared->next) {
    *steps = prepared->step;
    for (int32_t i = 0; i < steps->operand_count; ++i)
      steps->operands[i] = placed(steps->operands[i]);
    ++steps;
  }
  return {};
}

Error PlanBuilder::write_tensor_info(int32_t index, TensorInfo& info) {
  const TensorView& view = tensor(index);
  info = {.name = view.name,
          .type = view.type,
          .shape = view.shape,
          .bytes = static_cast<uint32_t>(view.bytes),
          .operand = {}};
  if (view.quantization.count == 1) {
    info.scale = view.quantization.scale[0];
    info.zero_point = static_cast<int32_t>(view.quantization.zero_point[0]);
  }
  if (view.is_constant())
    return {.message = "a model output is a constant tensor", .detail = index};
  info.operand = placed(Operand(Operand::kArena, static_cast<uint32_t>(index)));
  return {};
}

Error PlanBuilder::write_tensor_infos(Plan& plan) {
  auto* inputs = memory_.allocate_permanent<TensorInfo>(static_cast<size_t>(graph_.input_count));
  auto* outputs = memory_.allocate_permanent<TensorInfo>(static_cast<size_t>(graph_.output_count));
  if (inputs == nullptr || outputs == nullptr) return no_memory();
  for (int32_t i = 0; i < graph_.input_count; ++i)
    if (Error error = write_tensor_info(graph_.inputs[i], inputs[i])) return error;
  for (int32_t i = 0; i < graph_.output_count; ++i)
    if (Error error = write_tensor_info(graph_.outputs[i], outputs[i])) return error;
  plan.inputs = inputs;
  plan.input_count = static_cast<uint32_t>(graph_.input_count);
  plan.outputs = outputs;
  plan.output_count = static_cast<uint32_t>(graph_.output_count);
  return {};
}

Error PlanBuilder::build(const Lowering& lowering, Plan& plan, MemoryMap& map) {
  if (Error error = prepare_operators()) return error;
  if (lowering.lower != nullptr) {
    if (Error error = lowering.lower(lowering.context, steps_)) return error;
    note_lowering();
  }
  if (Error error = find_lifetimes()) return error;
  forget_unstored();
  share_views();
  share_in_place();
  if (Error error = place(lowering)) return error;
  if (Error error = write_steps(plan)) return error;
  if (Error error = write_tensor_infos(plan)) return error;
  plan.arena_bytes = arena_bytes_;
  map = {.buffers = buffers_,
         .roots = roots_,
         .tensor_count = graph_.tensor_count,
         .buffer_count = buffer_count_};
  return {};
}

}  // namespace

Error build_plan(const GraphView& graph, const KernelSet& kernels, const void* constants,
                 Arena& memory, Arena& tables, Plan& plan, MemoryMap& map,
                 const Lowering& lowering) {
  return PlanBuilder(graph, kernels, constants, memory, tables).build(lowering, plan, map);
}

}  // namespace solder
