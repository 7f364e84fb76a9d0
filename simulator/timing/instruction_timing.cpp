#include "simulator/timing/instruction_timing.h"

#include <algorithm>
#include <span>
#include <stdexcept>

#include "simulator/timing/facts.h"
#include "simulator/timing/instruction_class.h"

namespace simulator {
namespace {

using enum InstructionClass;

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

bool is_single(unsigned reg) { return reg >= ARM_REG_S0 && reg <= ARM_REG_S31; }
bool is_double(unsigned reg) { return reg >= ARM_REG_D0 && reg <= ARM_REG_D15; }
bool is_fp(unsigned reg) { return is_single(reg) || is_double(reg); }

// r0 to r14 and the flags; kCount: nothing that makes anyone wait.
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

// Fills in one instruction; its operands go to the end of the block's lists.
class Builder {
 public:
  Builder(csh capstone, const cs_insn& insn, BlockTiming& block, InstructionTiming& out)
      : capstone_(capstone), insn_(insn), arm_(insn.detail->arm), block_(block), out_(out) {}

  void build() {
    out_.units = 0;
    out_.predicated = arm_.cc != ARM_CC_AL && arm_.cc != ARM_CC_INVALID;
    if (out_.predicated) use(view::kFlags, facts::kNeedLate);
    fill(class_of(insn_.id));
    if (arm_.update_flags) result(view::kFlags, facts::kLateResult);
    if (out_.units == 0) out_.units = kUnitOther;
    out_.excludes = excluded_by(out_.units);
  }

 private:
  std::span<const cs_arm_op> operands(std::size_t from = 0) const {
    const std::span all(arm_.operands, arm_.op_count);
    return all.subspan(std::min<std::size_t>(from, all.size()));
  }
  const cs_arm_op& operand(unsigned index) const { return arm_.operands[index]; }

  void use(std::uint8_t view, int need) {
    if (view >= view::kCount) return;
    block_.uses.push_back({view, static_cast<std::int8_t>(need)});
    ++out_.uses;
  }
  void result(std::uint8_t view, int latency) {
    if (view >= view::kCount) return;
    block_.results.push_back({view, static_cast<std::uint8_t>(latency)});
    ++out_.results;
  }

  template <typename Function>
  static void for_each_single(unsigned reg, Function&& function) {
    if (is_single(reg)) function(static_cast<std::uint8_t>(reg - ARM_REG_S0));
    if (is_double(reg)) {
      function(static_cast<std::uint8_t>(2 * (reg - ARM_REG_D0)));
      function(static_cast<std::uint8_t>(2 * (reg - ARM_REG_D0) + 1));
    }
  }
  void use_fp(unsigned reg, std::uint8_t first_view, int need = facts::kNeedLate) {
    for_each_single(reg,
                    [&](std::uint8_t s) { use(static_cast<std::uint8_t>(first_view + s), need); });
  }
  void result_fp(unsigned reg, facts::FpLatency latency, int later = 0) {
    for_each_single(reg, [&](std::uint8_t s) {
      result(static_cast<std::uint8_t>(view::kOperand + s), latency.operand + later);
      result(static_cast<std::uint8_t>(view::kAccumulate + s), latency.accumulate + later);
      result(static_cast<std::uint8_t>(view::kStore + s), latency.store + later);
    });
  }
  void use_any(unsigned reg, int need) {
    is_fp(reg) ? use_fp(reg, view::kOperand, need) : use(core_view(reg), need);
  }

  // All registers that the instruction reads and writes, as Capstone knows them.
  template <typename Need>
  void use_all(Need&& need, int latency) {
    cs_regs read, written;
    std::uint8_t reads = 0, writes = 0;
    if (cs_regs_access(capstone_, &insn_, read, &reads, written, &writes) != CS_ERR_OK) return;
    for (const std::uint16_t reg : std::span(read, reads)) use_any(reg, need(reg));
    for (const std::uint16_t reg : std::span(written, writes)) result(core_view(reg), latency);
  }

  void fill(InstructionClass kind) {
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

  unsigned last_register() const {
    unsigned last = ARM_REG_INVALID;
    for (const cs_arm_op& op : operands()) {
      if (op.type == ARM_OP_REG) last = op.reg;
    }
    return last;
  }

  void data_processing(InstructionClass kind) {
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

  void multiply() {
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

  void address(const cs_arm_op& op) {
    use(core_view(op.mem.base), facts::kNeedEarly);
    use(core_view(op.mem.index), facts::kNeedEarly);
    // Literals: Capstone has PC as base, which is always there.
    if (arm_.writeback) result(core_view(op.mem.base), facts::kAddressResult);
  }

  std::uint8_t bytes_of_single() const {
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

  void transfer(InstructionClass kind) {
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
  void multiple(InstructionClass kind) {
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

  void branches_to(std::uint32_t target) {
    out_.units |= kUnitBranch;
    const bool compares = insn_.id == ARM_INS_CBZ || insn_.id == ARM_INS_CBNZ;
    const auto address = static_cast<std::uint32_t>(insn_.address);
    block_.branch = {true, {address, address + insn_.size, target, out_.predicated || compares}};
  }

  void branch(InstructionClass kind) {
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

  void fp_arithmetic(InstructionClass kind) {
    out_.units |= kUnitFpu;
    out_.cause = StallCause::kFpu;
    const bool accumulates = kind == kFpFused || kind == kFpChained;
    if (kind == kFpAdd) out_.shadow = FpShadow::kBlocked;
    if (accumulates) {
      out_.units |= kUnitFpMac;
      use_fp(operand(0).reg, view::kAccumulate);
    }
    if (insn_.id == ARM_INS_VSELEQ || insn_.id == ARM_INS_VSELGE || insn_.id == ARM_INS_VSELGT ||
        insn_.id == ARM_INS_VSELVS) {
      use(view::kFlags, facts::kNeedLate);
    }
    for (const cs_arm_op& op : operands(kind == kFpCompare ? 0 : 1)) {
      if (op.type == ARM_OP_REG) use_fp(op.reg, view::kOperand);
    }
    if (kind == kFpCompare) return result(view::kFpFlags, facts::kCompareToFlags);
    facts::FpLatency latency = kind == kFpFused     ? facts::kFpFused
                               : kind == kFpChained ? facts::kFpChained
                                                    : facts::kFpArithmetic;
    if (kind == kFpDivide || kind == kFpSquareRoot) {
      out_.cycles = kind == kFpDivide ? facts::kFpDivideCycles : facts::kFpSquareRootCycles;
      latency = {out_.cycles, out_.cycles, out_.cycles};
    }
    result_fp(operand(0).reg, latency);
  }

  void fp_move(InstructionClass kind) {
    out_.units |= kUnitFpTransfer;
    out_.shadow = FpShadow::kOlderOnly;
    out_.cause = StallCause::kFpu;
    if (kind == kFpFlags) {
      use(view::kFpFlags, facts::kNeedLate);
      const bool to_flags = arm_.op_count == 0 || core_view(operand(0).reg) == view::kFlags ||
                            operand(0).reg == ARM_REG_APSR_NZCV;
      return result(to_flags ? view::kFlags : core_view(operand(0).reg), facts::kFpToCore);
    }
    unsigned core_registers = 0, fp_registers = 0;
    for (const cs_arm_op& op : operands()) {
      if (op.type != ARM_OP_REG) continue;
      is_fp(op.reg) ? ++fp_registers : ++core_registers;
    }
    if (core_registers == 2) out_.units |= kUnitAlone;
    if (core_registers == 0 && fp_registers == 1) {
      out_.units |= kUnitFpImmediate;
      out_.shadow = FpShadow::kBlocked;
    }
    // Destinations come first: as many as there are sources.
    const std::size_t destinations = std::max<std::size_t>(1, arm_.op_count / 2);
    const bool to_core = !is_fp(operand(0).reg);
    const std::size_t split = core_registers == 2 && !to_core ? arm_.op_count - 2
                              : core_registers == 2           ? 2
                                                              : destinations;
    for (std::size_t i = 0; i < arm_.op_count; ++i) {
      const cs_arm_op& op = operand(static_cast<unsigned>(i));
      if (op.type != ARM_OP_REG) continue;
      if (i >= split) {
        use_any(op.reg, facts::kNeedLate);
      } else if (to_core) {
        result(core_view(op.reg), facts::kFpToCore);
      } else {
        result_fp(op.reg, facts::kFpMove);
      }
    }
  }

  csh capstone_;
  const cs_insn& insn_;
  const cs_arm& arm_;
  BlockTiming& block_;
  InstructionTiming& out_;
};

}  // namespace

InstructionDecoder::InstructionDecoder() {
  // FPv5 (VMAXNM, VSEL) is known to Capstone as Armv8.
  const auto mode = static_cast<cs_mode>(CS_MODE_THUMB | CS_MODE_MCLASS | CS_MODE_V8);
  if (cs_open(CS_ARCH_ARM, mode, &capstone_) != CS_ERR_OK) {
    throw std::runtime_error("capstone: no support for Arm");
  }
  cs_option(capstone_, CS_OPT_DETAIL, CS_OPT_ON);
}

InstructionDecoder::~InstructionDecoder() { cs_close(&capstone_); }

BlockTiming InstructionDecoder::decode(const Block& block) const {
  BlockTiming out;
  out.address = block.address;
  out.end = block.address + block.size;
  out.instructions.resize(block.count);
  PreloadFinder preloads;
  for (std::uint32_t first = 0; first < block.count;) {
    // One call for as many as it understands: Capstone forgets IT state between calls.
    cs_insn* insns = nullptr;
    const std::uint32_t offset = block.offsets[first];
    const std::size_t count = cs_disasm(capstone_, &block.bytes[offset], block.size - offset,
                                        block.address + offset, 0, &insns);
    for (std::size_t i = 0; i < count && first + i < block.count; ++i) {
      InstructionTiming& instruction = out.instructions[first + i];
      instruction.first_use = static_cast<std::uint16_t>(out.uses.size());
      instruction.first_result = static_cast<std::uint16_t>(out.results.size());
      Builder(capstone_, insns[i], out, instruction).build();
      preloads.step(capstone_, insns[i], first + static_cast<std::uint32_t>(i));
    }
    if (insns) cs_free(insns, count);
    first += static_cast<std::uint32_t>(count) + 1;  // past the one it does not know
  }
  out.preloads = preloads.found();
  for (std::uint32_t i = 0; i < block.count; ++i) {
    InstructionTiming& instruction = out.instructions[i];
    const std::uint32_t end = i + 1 < block.count ? block.address_of(i + 1) : out.end;
    instruction.last_word = (end - 1) / facts::kFetchBytes;
    if (instruction.access_bytes == 0) continue;
    if (instruction.predicated) {
      out.has_predicated_accesses = true;
    } else {
      out.unconditional_bytes += instruction.access_bytes;
    }
  }
  return out;
}

}  // namespace simulator
