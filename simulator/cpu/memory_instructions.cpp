#include "simulator/cpu/memory_instructions.h"

#include <algorithm>
#include <cstring>

namespace simulator {
namespace {

constexpr std::uint8_t kNone = MemoryInstruction::kNone;
constexpr std::uint8_t kPc = 15;

std::uint8_t core_register(unsigned reg) {
  switch (reg) {
    case ARM_REG_SP:
      return 13;
    case ARM_REG_LR:
      return 14;
    case ARM_REG_PC:
      return kPc;
    default:
      if (reg >= ARM_REG_R0 && reg <= ARM_REG_R12) {
        return static_cast<std::uint8_t>(reg - ARM_REG_R0);
      }
      return kNone;
  }
}

std::uint32_t register_bytes(unsigned reg) {
  return reg >= ARM_REG_D0 && reg <= ARM_REG_D31 ? 8 : 4;
}

// What a mnemonic does to memory. `unit` is the bytes of a single transfer, 0 for "as many as its
// registers have".
struct Transfer {
  bool accesses = false;
  bool store = false;
  bool multiple = false;   // operands are a base (or the stack) and a register list
  bool decrement = false;  // addresses end at the base
  std::uint32_t unit = 0;
};

Transfer transfer_of(unsigned id) {
  switch (id) {
    case ARM_INS_LDR:
    case ARM_INS_LDRT:
    case ARM_INS_LDREX:
      return {true, false, false, false, 4};
    case ARM_INS_LDRB:
    case ARM_INS_LDRSB:
    case ARM_INS_LDRBT:
    case ARM_INS_LDRSBT:
    case ARM_INS_LDREXB:
    case ARM_INS_TBB:
      return {true, false, false, false, 1};
    case ARM_INS_LDRH:
    case ARM_INS_LDRSH:
    case ARM_INS_LDRHT:
    case ARM_INS_LDRSHT:
    case ARM_INS_LDREXH:
    case ARM_INS_TBH:
      return {true, false, false, false, 2};
    case ARM_INS_LDRD:
      return {true, false, false, false, 8};
    case ARM_INS_VLDR:
      return {true, false, false, false, 0};
    case ARM_INS_STR:
    case ARM_INS_STRT:
    case ARM_INS_STREX:
      return {true, true, false, false, 4};
    case ARM_INS_STRB:
    case ARM_INS_STRBT:
    case ARM_INS_STREXB:
      return {true, true, false, false, 1};
    case ARM_INS_STRH:
    case ARM_INS_STRHT:
    case ARM_INS_STREXH:
      return {true, true, false, false, 2};
    case ARM_INS_STRD:
      return {true, true, false, false, 8};
    case ARM_INS_VSTR:
      return {true, true, false, false, 0};
    case ARM_INS_LDM:
    case ARM_INS_POP:
    case ARM_INS_VLDMIA:
    case ARM_INS_VPOP:
      return {true, false, true, false, 0};
    case ARM_INS_LDMDB:
    case ARM_INS_VLDMDB:
      return {true, false, true, true, 0};
    case ARM_INS_STM:
    case ARM_INS_VSTMIA:
      return {true, true, true, false, 0};
    case ARM_INS_STMDB:
    case ARM_INS_PUSH:
    case ARM_INS_VSTMDB:
    case ARM_INS_VPUSH:
      return {true, true, true, true, 0};
    default:
      return {};
  }
}

bool uses_stack_implicitly(unsigned id) {
  return id == ARM_INS_PUSH || id == ARM_INS_POP || id == ARM_INS_VPUSH || id == ARM_INS_VPOP;
}

// Follows the constants that a block puts into registers: literals, MOV, MOVW/MOVT, ADD and SUB.
class Constants {
 public:
  std::optional<std::uint32_t> of(std::uint8_t reg) const {
    return reg < 15 ? value_[reg] : std::nullopt;
  }

  void step(const cs_insn& insn, const Block& block, std::uint32_t written) {
    const std::optional<std::uint32_t> result = evaluate(insn, block);
    for (unsigned reg = 0; reg < 15; ++reg) {
      if (written >> reg & 1) value_[reg].reset();
    }
    if (!result) return;
    const std::uint8_t destination = core_register(insn.detail->arm.operands[0].reg);
    if (destination < 15) value_[destination] = result;
  }

 private:
  std::optional<std::uint32_t> evaluate(const cs_insn& insn, const Block& block) const {
    const cs_arm& arm = insn.detail->arm;
    if (arm.cc != ARM_CC_AL || arm.op_count < 2 || arm.operands[0].type != ARM_OP_REG) return {};
    const cs_arm_op& source = arm.operands[1];
    switch (insn.id) {
      case ARM_INS_MOV:
      case ARM_INS_MOVW:
        if (source.type == ARM_OP_IMM) return static_cast<std::uint32_t>(source.imm);
        if (source.type == ARM_OP_REG && source.shift.type == ARM_SFT_INVALID) {
          return of(core_register(source.reg));
        }
        return {};
      case ARM_INS_MOVT:
        if (const auto low = of(core_register(arm.operands[0].reg))) {
          return (*low & 0xFFFF) | static_cast<std::uint32_t>(source.imm) << 16;
        }
        return {};
      case ARM_INS_LDR:
        if (source.type == ARM_OP_MEM && source.mem.base == ARM_REG_PC && arm.op_count == 2) {
          return literal(insn, block, source.mem.disp);
        }
        return {};
      case ARM_INS_ADD:
      case ARM_INS_SUB: {
        const cs_arm_op& last = arm.operands[arm.op_count - 1];
        const auto left = of(core_register(arm.operands[arm.op_count == 3 ? 1 : 0].reg));
        if (last.type != ARM_OP_IMM || !left) return {};
        const auto right = static_cast<std::uint32_t>(last.imm);
        return insn.id == ARM_INS_ADD ? *left + right : *left - right;
      }
      default:
        return {};
    }
  }

  static std::optional<std::uint32_t> literal(const cs_insn& insn, const Block& block,
                                              std::int32_t offset) {
    const std::uint32_t pc = (static_cast<std::uint32_t>(insn.address) + 4) & ~3u;
    const std::uint32_t at = pc + static_cast<std::uint32_t>(offset) - block.address;
    if (block.reach < 4 || at > block.reach - 4) return {};
    std::uint32_t value;
    std::memcpy(&value, block.code + at, 4);
    return value;
  }

  std::array<std::optional<std::uint32_t>, 15> value_;
};

// Registers that an instruction only moves by a constant.
std::uint32_t moved_registers(const cs_insn& insn, const Transfer& transfer) {
  const cs_arm& arm = insn.detail->arm;
  if (uses_stack_implicitly(insn.id)) return 1u << 13;
  if (transfer.accesses && arm.writeback) {
    for (unsigned i = 0; i < arm.op_count; ++i) {
      const cs_arm_op& op = arm.operands[i];
      if (op.type == ARM_OP_MEM) return 1u << core_register(op.mem.base);
    }
    return 1u << core_register(arm.operands[0].reg);
  }
  const bool steps = insn.id == ARM_INS_ADD || insn.id == ARM_INS_SUB;
  if (!steps || arm.operands[arm.op_count - 1].type != ARM_OP_IMM) return 0;
  const bool same = arm.op_count == 2 || arm.operands[0].reg == arm.operands[1].reg;
  const std::uint8_t reg = core_register(arm.operands[0].reg);
  return same && reg != kNone ? 1u << reg : 0;
}

MemoryInstruction single_transfer(const cs_insn& insn, const Transfer& transfer) {
  const cs_arm& arm = insn.detail->arm;
  MemoryInstruction out;
  out.bytes = transfer.unit ? transfer.unit : register_bytes(arm.operands[0].reg);
  for (unsigned i = 0; i < arm.op_count; ++i) {
    const cs_arm_op& op = arm.operands[i];
    if (op.type != ARM_OP_MEM) continue;
    out.base = core_register(op.mem.base);
    out.index = op.mem.index != ARM_REG_INVALID ? core_register(op.mem.index) : kNone;
    out.shift = static_cast<std::uint8_t>(op.shift.type == ARM_SFT_LSL ? op.shift.value : 0);
    if (insn.id == ARM_INS_TBH) out.shift = 1;
    // A post-indexed access happens at the base itself; its immediate is an operand of its own.
    out.offset = op.mem.disp;
    break;
  }
  const bool exclusive =
      insn.id == ARM_INS_STREX || insn.id == ARM_INS_STREXB || insn.id == ARM_INS_STREXH;
  if (transfer.store && transfer.unit && transfer.unit <= 4) {
    out.data = core_register(arm.operands[exclusive ? 1 : 0].reg);
  }
  return out;
}

MemoryInstruction multiple_transfer(const cs_insn& insn, const Transfer& transfer) {
  const cs_arm& arm = insn.detail->arm;
  const bool stack = uses_stack_implicitly(insn.id);
  MemoryInstruction out;
  out.base = stack ? 13 : core_register(arm.operands[0].reg);
  for (unsigned i = stack ? 0 : 1; i < arm.op_count; ++i) {
    out.bytes += register_bytes(arm.operands[i].reg);
  }
  if (transfer.decrement) out.offset = -static_cast<std::int32_t>(out.bytes);
  return out;
}

std::uint32_t written_registers(csh capstone, const cs_insn& insn) {
  cs_regs read, written;
  std::uint8_t read_count = 0, written_count = 0;
  if (cs_regs_access(capstone, &insn, read, &read_count, written, &written_count) != CS_ERR_OK) {
    return ~0u;
  }
  std::uint32_t mask = insn.detail->arm.update_flags ? MemoryInstructions::kFlags : 0;
  for (unsigned i = 0; i < written_count; ++i) {
    const std::uint8_t reg = core_register(written[i]);
    if (reg != kNone) mask |= 1u << reg;
  }
  return mask;
}

}  // namespace

MemoryInstructions find_memory_instructions(csh capstone, const Block& block) {
  MemoryInstructions out;
  out.written.assign(block.count, ~0u);
  out.moved.assign(block.count, 0);
  Constants constants;
  cs_insn* insns = nullptr;
  // One call for the whole block: Capstone forgets IT state between calls.
  const std::size_t count =
      cs_disasm(capstone, block.bytes.data(), block.size, block.address, 0, &insns);
  for (std::uint32_t i = 0; i < std::min<std::size_t>(count, block.count); ++i) {
    const cs_insn& insn = insns[i];
    const Transfer transfer = transfer_of(insn.id);
    if (transfer.accesses) {
      MemoryInstruction found =
          transfer.multiple ? multiple_transfer(insn, transfer) : single_transfer(insn, transfer);
      found.position = i;
      found.store = transfer.store;
      const arm_cc condition = insn.detail->arm.cc;
      found.condition = static_cast<std::uint8_t>(
          condition == ARM_CC_INVALID || condition == ARM_CC_AL ? 14 : condition - ARM_CC_EQ);
      if (found.base == kPc) {
        found.base = kNone;
        found.offset += static_cast<std::int32_t>((insn.address + 4) & ~3u);
      }
      found.known_base = constants.of(found.base);
      found.known_index = constants.of(found.index);
      out.instructions.push_back(found);
    }
    out.moved[i] = moved_registers(insn, transfer);
    out.written[i] = written_registers(capstone, insn) | out.moved[i];
    constants.step(insn, block, out.written[i]);
  }
  if (insns) cs_free(insns, count);
  return out;
}

}  // namespace simulator
