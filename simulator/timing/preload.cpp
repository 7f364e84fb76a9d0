#include "simulator/timing/preload.h"

#include <optional>

namespace simulator {
namespace {

std::optional<unsigned> core_register(unsigned reg) {
  if (reg >= ARM_REG_R0 && reg <= ARM_REG_R12) return reg - ARM_REG_R0;
  if (reg == ARM_REG_SP) return 13;
  if (reg == ARM_REG_LR) return 14;
  return std::nullopt;
}

struct Move {
  unsigned reg;  // Capstone's
  std::int32_t by;
};

std::int32_t bytes_of(const cs_arm& arm, unsigned first) {
  std::int32_t bytes = 0;
  for (unsigned i = first; i < arm.op_count; ++i) {
    const unsigned reg = arm.operands[i].reg;
    bytes += reg >= ARM_REG_D0 && reg <= ARM_REG_D31 ? 8 : 4;
  }
  return bytes;
}

// The register that an instruction moves by a constant, if it moves one.
std::optional<Move> constant_move(const cs_insn& insn) {
  const cs_arm& arm = insn.detail->arm;
  if ((arm.cc != ARM_CC_AL && arm.cc != ARM_CC_INVALID) || arm.op_count == 0) return {};
  const cs_arm_op& last = arm.operands[arm.op_count - 1];
  switch (insn.id) {
    case ARM_INS_ADD:
    case ARM_INS_ADDW:
    case ARM_INS_SUB:
    case ARM_INS_SUBW: {
      const bool same = arm.op_count == 2 || arm.operands[0].reg == arm.operands[1].reg;
      if (!same || last.type != ARM_OP_IMM) return {};
      const bool adds = insn.id == ARM_INS_ADD || insn.id == ARM_INS_ADDW;
      return Move{static_cast<unsigned>(arm.operands[0].reg), adds ? last.imm : -last.imm};
    }
    case ARM_INS_LDM:
    case ARM_INS_STM:
    case ARM_INS_VLDMIA:
    case ARM_INS_VSTMIA:
      if (!arm.writeback) return {};
      return Move{static_cast<unsigned>(arm.operands[0].reg), bytes_of(arm, 1)};
    case ARM_INS_LDMDB:
    case ARM_INS_STMDB:
    case ARM_INS_VLDMDB:
    case ARM_INS_VSTMDB:
      if (!arm.writeback) return {};
      return Move{static_cast<unsigned>(arm.operands[0].reg), -bytes_of(arm, 1)};
    default:
      break;
  }
  if (!arm.writeback) return {};
  for (unsigned i = 0; i < arm.op_count; ++i) {
    const cs_arm_op& op = arm.operands[i];
    if (op.type != ARM_OP_MEM) continue;
    if (i + 1 == arm.op_count) return Move{op.mem.base, op.mem.disp};  // pre-indexed
    if (last.type == ARM_OP_IMM) return Move{op.mem.base, last.subtracted ? -last.imm : last.imm};
  }
  return {};
}

}  // namespace

void PreloadFinder::step(csh capstone, const cs_insn& insn, std::uint32_t position) {
  if (insn.id == ARM_INS_PLD) {
    const cs_arm_op& op = insn.detail->arm.operands[0];
    const auto base = core_register(op.mem.base), index = core_register(op.mem.index);
    const bool known = base && registers_[*base].known && (!index || registers_[*index].known);
    if (!known) return;
    Preload preload{.position = position,
                    .base = static_cast<std::uint8_t>(*base),
                    .offset = op.mem.disp + registers_[*base].moved};
    if (index) {
      preload.index = static_cast<std::uint8_t>(*index);
      preload.shift = static_cast<std::uint8_t>(op.shift.value);
      preload.offset += registers_[*index].moved * (1 << preload.shift);
    }
    found_.push_back(preload);
    return;
  }
  const std::optional<Move> move = constant_move(insn);
  cs_regs read, written;
  std::uint8_t reads = 0, writes = 0;
  cs_regs_access(capstone, &insn, read, &reads, written, &writes);
  for (unsigned i = 0; i < writes; ++i) {
    const auto reg = core_register(written[i]);
    if (reg && !(move && move->reg == written[i])) registers_[*reg].known = false;
  }
  if (!move) return;
  if (const auto reg = core_register(move->reg)) registers_[*reg].moved += move->by;
}

}  // namespace simulator
