#include "runtime/kernels/step_builder.h"

namespace solder {

void StepBuilder::begin(int32_t operator_index) {
  operator_index_ = operator_index;
  viewed_input_ = in_place_input_ = -1;
}

const TensorView* StepBuilder::input(int32_t index) const {
  const OperatorView& op = graph_.operators[operator_index_];
  if (index >= op.input_count || op.inputs[index] < 0) return nullptr;
  return &graph_.tensors[op.inputs[index]];
}

const TensorView* StepBuilder::output(int32_t index) const {
  const OperatorView& op = graph_.operators[operator_index_];
  if (index >= op.output_count || op.outputs[index] < 0) return nullptr;
  return &graph_.tensors[op.outputs[index]];
}

Error StepBuilder::emit(KernelId kernel, const void* params,
                        std::initializer_list<Source> operands) {
  auto* prepared = steps_.allocate_temporary<PreparedStep>(1);
  if (prepared == nullptr) return no_memory();
  prepared->number = emitted_++;
  Step& step = prepared->step;
  step.function = kernels_[kernel];
  step.params = params;
  step.kernel = kernel;
  step.operator_index = static_cast<uint16_t>(operator_index_);
  const OperatorView& op = graph_.operators[operator_index_];
  step.type = op.type;
  for (const Source& source : operands) {
    Operand& operand = step.operands[step.operand_count++];
    Error error;
    switch (source.kind) {
      case Source::kInput:
        if (input(source.index) != nullptr)
          error = operand_of_tensor(op.inputs[source.index], operand);
        break;
      case Source::kOutput:
        if (output(source.index)->is_constant()) return fail("the output is a constant tensor");
        error = operand_of_tensor(op.outputs[source.index], operand);
        break;
      case Source::kTable:
        operand = operand_of_table(source.table);
        break;
      case Source::kScratch:
        operand = operand_of_scratch(*prepared, static_cast<uint32_t>(source.index));
        break;
    }
    if (error) return error;
  }
  (last_ == nullptr ? first_ : last_->next) = prepared;
  last_ = prepared;
  return {};
}

const void* StepBuilder::constant_data(Operand operand) const {
  const void* base = operand.region() == Operand::kTables ? tables_.base() : constants_;
  return static_cast<const uint8_t*>(base) + operand.offset();
}

Operand StepBuilder::operand_of_table(const void* table) const {
  const auto offset = static_cast<const uint8_t*>(table) - tables_.base();
  return {Operand::kTables, static_cast<uint32_t>(offset)};
}

// Buffers of tensors come first, then one buffer per step for scratch.
Operand StepBuilder::operand_of_scratch(PreparedStep& step, uint32_t bytes) const {
  step.scratch_bytes = bytes;
  return {Operand::kArena, static_cast<uint32_t>(graph_.tensor_count + step.number)};
}

void StepBuilder::replace(PreparedStep& step, KernelId kernel, const void* params,
                          std::initializer_list<Operand> operands) const {
  step.step.function = kernels_[kernel];
  step.step.params = params;
  step.step.kernel = kernel;
  step.step.operand_count = 0;
  for (const Operand operand : operands) step.step.operands[step.step.operand_count++] = operand;
}

void StepBuilder::fuse_next(PreparedStep& step) {
  step.fused_operator = step.next->step.operator_index;
  if (last_ == step.next) last_ = &step;
  step.next = step.next->next;
}

Error StepBuilder::view(int32_t input_index, int32_t output_index) {
  const TensorView* from = input(input_index);
  const TensorView* to = output(output_index);
  if (to->is_constant()) return fail("the output is a constant tensor");
  if (!from->is_constant()) {
    viewed_input_ = input_index;
    return {};
  }
  auto* params = this->params<CopyParams>();
  if (params == nullptr) return no_memory();
  params->rows = 1;
  params->row_bytes = to->bytes;
  return emit(KernelId::copy_b8, params, {in(input_index), out(output_index)});
}

Error StepBuilder::operand_of_tensor(int32_t tensor, Operand& operand) const {
  const TensorView& view = graph_.tensors[tensor];
  if (!view.is_constant()) {
    operand = Operand(Operand::kArena, static_cast<uint32_t>(tensor));
    return {};
  }
  if (tables_.holds(view.data)) {
    operand = operand_of_table(view.data);
    return {};
  }
  const auto offset =
      static_cast<const uint8_t*>(view.data) - static_cast<const uint8_t*>(constants_);
  if (offset < 0 || offset > static_cast<int64_t>(Operand::kMaxOffset))
    return fail("a constant tensor lies more than 1 GiB into the model", offset);
  operand = Operand(Operand::kConstants, static_cast<uint32_t>(offset));
  return {};
}

Error StepBuilder::fail(const char* message, int64_t detail) const {
  return {.message = message,
          .operator_index = operator_index_,
          .operator_type = static_cast<int32_t>(graph_.operators[operator_index_].type),
          .detail = detail};
}

Error StepBuilder::no_memory() const {
  const size_t missing = steps_.bytes_missing() > tables_.bytes_missing() ? steps_.bytes_missing()
                                                                          : tables_.bytes_missing();
  return fail("the arena is too small for the plan; bytes missing for the next step:",
              static_cast<int64_t>(missing));
}

}  // namespace solder
