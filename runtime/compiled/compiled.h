// What the C++ that the compiler prints includes: the plan's types, every kernel, and short names
// for operands.
#pragma once

#include "runtime/kernels/kernel_list.h"
#include "runtime/plan/model.h"

namespace solder::compiled {

// `offset` bytes into the model's constants or its arena.
constexpr Operand constant(uint32_t offset) { return {Operand::kConstants, offset}; }
constexpr Operand arena(uint32_t offset) { return {Operand::kArena, offset}; }
// An optional operand that is not there.
constexpr Operand absent() { return {}; }

}  // namespace solder::compiled
