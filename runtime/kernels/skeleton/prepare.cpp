#include "runtime/kernels/prepare.h"

#include "runtime/kernels/checks.h"

namespace solder {

Error prepare_neg(const OperatorView& op, StepBuilder& builder) {
  // First everything that could be wrong, each with its own message.
  if (Error error = check_arity(builder, op, 1)) return error;
  const TensorView& input = *builder.input(0);
  const TensorView& output = *builder.output(0);
  if (!(input.shape == output.shape)) return builder.fail("needs an output of the input's shape");
  if (input.type != TensorType::FLOAT32 || output.type != TensorType::FLOAT32)
    return builder.fail("needs FLOAT32 throughout");

  // Then the parameters, in memory of the plan.
  auto* params = builder.params<NegF32Params>();
  if (params == nullptr) return builder.no_memory();
  *params = {.elements = static_cast<int32_t>(input.shape.elements())};

  // Then the step, with operands in the order of the kernel's pointers.
  using B = StepBuilder;
  if (Error error = builder.emit(KernelId::neg_f32, params, {B::in(0), B::out(0)})) return error;
  // Element i of the output depends on element i of the input alone.
  builder.allow_in_place(0);
  return {};
}

}  // namespace solder
