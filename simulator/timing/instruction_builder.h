// Fills in what the pipeline has to know of one instruction: its operands, results and units.
#pragma once

#include <capstone/capstone.h>

#include <algorithm>
#include <span>

#include "simulator/timing/facts.h"
#include "simulator/timing/instruction_class.h"
#include "simulator/timing/instruction_timing.h"

namespace simulator {

inline bool is_single(unsigned reg) { return reg >= ARM_REG_S0 && reg <= ARM_REG_S31; }
inline bool is_double(unsigned reg) { return reg >= ARM_REG_D0 && reg <= ARM_REG_D15; }
inline bool is_fp(unsigned reg) { return is_single(reg) || is_double(reg); }

/// The view of r0 to r14 and the flags; kCount: nothing that makes anyone wait.
std::uint8_t core_view(unsigned reg);

class InstructionBuilder {
 public:
  /// The operands go to the end of the block's lists.
  InstructionBuilder(csh capstone, const cs_insn& insn, BlockTiming& block, InstructionTiming& out)
      : capstone_(capstone), insn_(insn), arm_(insn.detail->arm), block_(block), out_(out) {}

  void build();

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

  void fill(InstructionClass kind);

  // instruction_builder.cpp: integer arithmetic and branches.
  [[nodiscard]] unsigned last_register() const;
  void data_processing(InstructionClass kind);
  void multiply();
  void branches_to(std::uint32_t target);
  void branch(InstructionClass kind);

  // instruction_transfers.cpp: loads and stores.
  void address(const cs_arm_op& op);
  [[nodiscard]] std::uint8_t bytes_of_single() const;
  void transfer(InstructionClass kind);
  void multiple(InstructionClass kind);

  // instruction_fpu.cpp
  void fp_arithmetic(InstructionClass kind);
  void fp_move(InstructionClass kind);

  csh capstone_;
  const cs_insn& insn_;
  const cs_arm& arm_;
  BlockTiming& block_;
  InstructionTiming& out_;
};

}  // namespace simulator
