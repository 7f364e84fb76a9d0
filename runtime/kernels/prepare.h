// From operators to kernels: one prepare function per operator type, in its family's folder.
#pragma once

#include "runtime/kernels/step_builder.h"

namespace solder {

// Checks the operator that `builder` stands at and emits its steps. The caller has checked that
// every tensor's bytes match its shape and type, and that tensor indices are in range.
using PrepareFunction = Error (*)(const OperatorView& op, StepBuilder& builder);

// Null for an operator that Solder does not have.
PrepareFunction prepare_function(OperatorType type);

Error prepare_activation(const OperatorView& op, StepBuilder& builder);
Error prepare_add(const OperatorView& op, StepBuilder& builder);
Error prepare_concatenation(const OperatorView& op, StepBuilder& builder);
Error prepare_conv_2d(const OperatorView& op, StepBuilder& builder);
Error prepare_depthwise_conv_2d(const OperatorView& op, StepBuilder& builder);
Error prepare_dequantize(const OperatorView& op, StepBuilder& builder);
Error prepare_fully_connected(const OperatorView& op, StepBuilder& builder);
Error prepare_logistic(const OperatorView& op, StepBuilder& builder);
Error prepare_mean(const OperatorView& op, StepBuilder& builder);
Error prepare_neg(const OperatorView& op, StepBuilder& builder);
Error prepare_pad(const OperatorView& op, StepBuilder& builder);
Error prepare_pool_2d(const OperatorView& op, StepBuilder& builder);
Error prepare_quantize(const OperatorView& op, StepBuilder& builder);
Error prepare_reshape(const OperatorView& op, StepBuilder& builder);
Error prepare_softmax(const OperatorView& op, StepBuilder& builder);
Error prepare_transpose(const OperatorView& op, StepBuilder& builder);

}  // namespace solder
