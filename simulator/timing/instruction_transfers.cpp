// How loads and stores occupy the pipeline.
#include "simulator/timing/instruction_builder.h"

namespace simulator {

using enum InstructionClass;

void InstructionBuilder::address(const cs_arm_op& op) {
  use(core_view(op.mem.base), facts::kNeedEarly);
  use(core_view(op.mem.index), facts::kNeedEarly);
  // Literals: Capstone has PC as base, which is always there.
  if (arm_.writeback) result(core_view(op.mem.base), facts::kAddressResult);
}

std::uint8_t InstructionBuilder::bytes_of_single() const {
  switch (insn_.id) {
    case ARM_INS_LDRB:
    case ARM_INS_LDRSB:
    case ARM_INS_LDRBT:
    case ARM_INS_LDRSBT:
    case ARM_INS_LDREXB:
    case ARM_INS_STRB:
    case ARM_INS_STRBT:
    case ARM_INS_STREXB:
      return 1;
    case ARM_INS_LDRH:
    case ARM_INS_LDRSH:
    case ARM_INS_LDRHT:
    case ARM_INS_LDRSHT:
    case ARM_INS_LDREXH:
    case ARM_INS_STRH:
    case ARM_INS_STRHT:
    case ARM_INS_STREXH:
      return 2;
    case ARM_INS_LDRD:
    case ARM_INS_STRD:
      return 8;
    default:
      return is_double(operand(0).reg) ? 8 : 4;
  }
}

void InstructionBuilder::transfer(InstructionClass kind) {
  const bool store = kind == kStore || kind == kStoreDouble || kind == kFpStore;
  out_.access_is_store = store;
  out_.units |= store ? kUnitStore : kUnitLoad;
  out_.access_bytes = bytes_of_single();
  if (kind == kFpLoad || kind == kFpStore) {
    out_.units |= kUnitFpTransfer;
    out_.shadow = out_.access_bytes == 8 ? FpShadow::kBlocked : FpShadow::kOlderOnly;
  }
  if (out_.access_bytes == 8) out_.units |= kUnitAlone;
  if (!store) out_.cause = StallCause::kLoadUse;
  const bool exclusive_store =
      insn_.id == ARM_INS_STREX || insn_.id == ARM_INS_STREXB || insn_.id == ARM_INS_STREXH;
  for (unsigned i = 0; i < arm_.op_count; ++i) {
    const cs_arm_op& op = operand(i);
    if (op.type == ARM_OP_MEM) {
      address(op);
    } else if (op.type != ARM_OP_REG) {
      continue;
    } else if (i > 0 && operand(i - 1).type == ARM_OP_MEM) {
      use(core_view(op.reg), facts::kNeedEarly);  // post-indexed by a register
    } else if (is_fp(op.reg)) {
      store ? use_fp(op.reg, view::kStore) : result_fp(op.reg, facts::kFpLoad);
    } else if (!store || (exclusive_store && i == 0)) {
      if (op.reg == ARM_REG_PC) branches_to(0);
      result(core_view(op.reg),
             kind == kLoadNarrow ? facts::kNarrowLoadResult : facts::kLoadResult);
    } else {
      use(core_view(op.reg), facts::kNeedStoreData);
    }
  }
}

// One or two registers per cycle.
void InstructionBuilder::multiple(InstructionClass kind) {
  const bool store = kind == kStoreMultiple || kind == kFpStoreMultiple;
  const bool fp = kind == kFpLoadMultiple || kind == kFpStoreMultiple;
  const bool stack = insn_.id == ARM_INS_PUSH || insn_.id == ARM_INS_POP ||
                     insn_.id == ARM_INS_VPUSH || insn_.id == ARM_INS_VPOP;
  out_.access_is_store = store;
  out_.units |= kUnitAlone | (store ? kUnitStore : kUnitLoad);
  if (fp) out_.shadow = FpShadow::kBlocked;
  if (!store) out_.cause = StallCause::kLoadUse;
  const std::uint8_t base = stack ? 13 : core_view(operand(0).reg);
  use(base, facts::kNeedEarly);
  if (stack || arm_.writeback) result(base, facts::kAddressResult);
  unsigned words = 0;
  for (const cs_arm_op& op : operands(stack ? 0 : 1)) {
    const int later = static_cast<int>(words / 2);
    words += is_double(op.reg) ? 2 : 1;
    if (op.reg == ARM_REG_PC) {
      branches_to(0);
    } else if (store) {
      fp ? use_fp(op.reg, view::kStore) : use(core_view(op.reg), facts::kNeedStoreData);
    } else if (fp) {
      result_fp(op.reg, facts::kFpLoadMultiple, later);
    } else {
      result(core_view(op.reg), facts::kLoadResult + later);
    }
  }
  out_.access_bytes = static_cast<std::uint8_t>(4 * words);
  out_.cycles = static_cast<std::uint8_t>(std::max(1u, (words + 1) / 2));
}

}  // namespace simulator
