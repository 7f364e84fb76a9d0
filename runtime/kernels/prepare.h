// From operators to kernels: one prepare function per operator type, in its family's folder.
#pragma once

#include "runtime/kernels/step_builder.h"

namespace solder {

// Checks the operator that `builder` stands at and emits its steps. The caller has checked that
// every tensor's bytes match its shape and type, and that tensor indices are in range.
using PrepareFunction = Error (*)(const OperatorView& op, StepBuilder& builder);

// Null for an operator that Solder does not have.
PrepareFunction prepare_function(OperatorType type);

#define X(name, code, prepare) Error prepare(const OperatorView& op, StepBuilder& builder);
SOLDER_OPERATOR_LIST(X)
#undef X

}  // namespace solder
