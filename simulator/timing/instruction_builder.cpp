#include "simulator/timing/instruction_builder.h"

namespace simulator {
namespace {

constexpr std::uint16_t kEverything = 0xFFFF;

// Which older instructions forbid that this one issues with them; [pipe] of facts.h.
std::uint16_t excluded_by(std::uint16_t units) {
  if (units & (kUnitAlone | kUnitBitField)) return kEverything;
  std::uint16_t excludes = kUnitAlone;
  if (units & kUnitStore) excludes |= kUnitStore | kUnitMac;
  if (units & kUnitMac) excludes |= kUnitMac | kUnitStore;
  if (units & kUnitShifter) excludes |= kUnitShifter;
  if (units & kUnitFpu) excludes |= kUnitFpu;
  if (units & kUnitFpMac) excludes |= kUnitFpTransfer;
  if (units & kUnitFpTransfer) excludes |= kUnitFpMac;
  if (units & kUnitFpImmediate) excludes |= kUnitFpImmediate;
  if (units & kUnitBranch) excludes |= kUnitBranch;
  return excludes;
}

bool is_accumulating_long(unsigned id) {
  switch (id) {
    case ARM_INS_SMLAL:
    case ARM_INS_UMLAL:
    case ARM_INS_UMAAL:
    case ARM_INS_SMLALBB:
    case ARM_INS_SMLALBT:
    case ARM_INS_SMLALTB:
    case ARM_INS_SMLALTT:
    case ARM_INS_SMLALD:
    case ARM_INS_SMLALDX:
    case ARM_INS_SMLSLD:
    case ARM_INS_SMLSLDX:
      return true;
    default:
      return false;
  }
}

// ADD and SUB take any 12 bits as they are; other immediates of more than 8 bits that are no
// repeated pattern come out of the shifter.
bool is_shifted_constant(const cs_insn& insn, std::uint32_t value) {
  const bool adds = insn.id == ARM_INS_ADDW || insn.id == ARM_INS_SUBW || insn.id == ARM_INS_MOVW ||
                    insn.id == ARM_INS_MOVT || insn.id == ARM_INS_ADR;
  if (value <= 0xFF || adds || insn.size == 2) return false;
  const bool pattern = (value & 0xFFFF) == value >> 16;
  return !pattern;
}

}  // namespace

using enum InstructionClass;

std::uint8_t core_view(unsigned reg) {
  switch (reg) {
    case ARM_REG_SP:
      return 13;
    case ARM_REG_LR:
      return 14;
    case ARM_REG_CPSR:
      return view::kFlags;
    case ARM_REG_FPSCR:
    case ARM_REG_FPSCR_NZCV:
      return view::kFpFlags;
    default:
      if (reg >= ARM_REG_R0 && reg <= ARM_REG_R12) {
        return static_cast<std::uint8_t>(reg - ARM_REG_R0);
      }
      return view::kCount;
  }
}

void InstructionBuilder::build() {
  out_.units = 0;
  out_.predicated = arm_.cc != ARM_CC_AL && arm_.cc != ARM_CC_INVALID;
  if (out_.predicated) use(view::kFlags, facts::kNeedLate);
  fill(class_of(insn_.id));
  if (arm_.update_flags) result(view::kFlags, facts::kLateResult);
  if (out_.units == 0) out_.units = kUnitOther;
  out_.excludes = excluded_by(out_.units);
}

void InstructionBuilder::fill(InstructionClass kind) {
  switch (kind) {
    case kAlu:
    case kAdd:
    case kShift:
      return data_processing(kind);
    case kExtract:
      out_.units |= kUnitBitField | kUnitShifter;
      return use_all([](unsigned) { return facts::kNeedEarly; }, facts::kLateResult);
    case kInsert: {
      out_.units |= kUnitBitField | kUnitShifter;
      const unsigned last = last_register();
      return use_all(
          [last](unsigned reg) { return reg == last ? facts::kNeedEarly : facts::kNeedLate; },
          facts::kLateResult);
    }
    case kDsp:
      out_.units |= kUnitBitField;
      return use_all([](unsigned) { return facts::kNeedLate; }, facts::kLateResult);
    case kDivide:
      out_.cycles = facts::kDivideCycles;
      return use_all([](unsigned) { return facts::kNeedLate; },
                     facts::kLateResult + facts::kDivideCycles - 1);
    case kMultiply:
      return multiply();
    case kPreload:
      out_.units |= kUnitLoad;
      return address(operand(0));
    case kBarrier:
      out_.units |= kUnitAlone;
      out_.cycles = facts::kBarrier;
      return;
    case kBranch:
    case kTableBranch:
      return branch(kind);
    case kOther:
      return use_all([](unsigned) { return facts::kNeedLate; }, facts::kLateResult);
    case kLoad:
    case kLoadNarrow:
    case kLoadDouble:
    case kStore:
    case kStoreDouble:
    case kFpLoad:
    case kFpStore:
      return transfer(kind);
    case kLoadMultiple:
    case kStoreMultiple:
    case kFpLoadMultiple:
    case kFpStoreMultiple:
      return multiple(kind);
    case kFpMove:
    case kFpFlags:
      return fp_move(kind);
    default:
      return fp_arithmetic(kind);
  }
}

unsigned InstructionBuilder::last_register() const {
  unsigned last = ARM_REG_INVALID;
  for (const cs_arm_op& op : operands()) {
    if (op.type == ARM_OP_REG) last = op.reg;
  }
  return last;
}

void InstructionBuilder::data_processing(InstructionClass kind) {
  const bool compares = insn_.id == ARM_INS_CMP || insn_.id == ARM_INS_CMN ||
                        insn_.id == ARM_INS_TST || insn_.id == ARM_INS_TEQ;
  if (!compares && arm_.op_count > 0 && operand(0).reg == ARM_REG_PC) branches_to(0);
  unsigned shifted = ARM_REG_INVALID;
  if (kind != kShift) {
    for (const cs_arm_op& op : operands()) {
      if (op.type == ARM_OP_REG && op.shift.type != ARM_SFT_INVALID) {
        shifted = op.reg;
        out_.units |= kUnitShifter;
      }
      if (op.type == ARM_OP_IMM && is_shifted_constant(insn_, static_cast<std::uint32_t>(op.imm)))
        out_.units |= kUnitShifter;
    }
  }
  if (!(out_.units & kUnitShifter)) {
    if (kind == kAdd) out_.early = EarlyAlu::kOlderSlot;
    if (kind == kShift) out_.early = EarlyAlu::kAnySlot;
  }
  use_all([=](unsigned reg) { return reg == shifted ? facts::kNeedEarly : facts::kNeedLate; },
          facts::kLateResult);
}

void InstructionBuilder::multiply() {
  out_.units |= kUnitMac;
  const bool is_long =
      arm_.op_count == 4 &&
      (is_accumulating_long(insn_.id) || insn_.id == ARM_INS_SMULL || insn_.id == ARM_INS_UMULL);
  const unsigned destinations = is_long ? 2 : 1;
  const unsigned first = arm_.op_count == 2 ? 0 : destinations;  // `mul r0, r1` reads both
  for (unsigned i = first; i < std::min<unsigned>(arm_.op_count, first + 2); ++i) {
    use(core_view(operand(i).reg), facts::kNeedLate);
  }
  if (is_accumulating_long(insn_.id)) {
    for (unsigned i = 0; i < 2; ++i) use(core_view(operand(i).reg), facts::kNeedAccumulate);
  } else if (!is_long && arm_.op_count == 4) {
    use(core_view(operand(3).reg), facts::kNeedAccumulate);
  }
  for (unsigned i = 0; i < destinations; ++i) {
    result(core_view(operand(i).reg), facts::kMultiplyResult);
  }
}

void InstructionBuilder::branches_to(std::uint32_t target) {
  out_.units |= kUnitBranch;
  const bool compares = insn_.id == ARM_INS_CBZ || insn_.id == ARM_INS_CBNZ;
  const auto address = static_cast<std::uint32_t>(insn_.address);
  block_.branch = {true, {address, address + insn_.size, target, out_.predicated || compares}};
}

void InstructionBuilder::branch(InstructionClass kind) {
  std::uint32_t target = 0;
  for (const cs_arm_op& op : operands()) {
    if (op.type == ARM_OP_IMM) target = static_cast<std::uint32_t>(op.imm);
    if (op.type == ARM_OP_REG) use(core_view(op.reg), facts::kNeedLate);
    if (op.type == ARM_OP_MEM) address(op);
  }
  if (kind == kTableBranch) {
    out_.units |= kUnitLoad;
    out_.access_bytes = insn_.id == ARM_INS_TBB ? 1 : 2;
  }
  if (insn_.id == ARM_INS_BL || insn_.id == ARM_INS_BLX) result(14, facts::kLateResult);
  branches_to(target);
}

}  // namespace simulator
