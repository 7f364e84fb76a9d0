// How the instructions of the FPU occupy the pipeline.
#include "simulator/timing/instruction_builder.h"

namespace simulator {

using enum InstructionClass;

void InstructionBuilder::fp_arithmetic(InstructionClass kind) {
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

void InstructionBuilder::fp_move(InstructionClass kind) {
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

}  // namespace simulator
