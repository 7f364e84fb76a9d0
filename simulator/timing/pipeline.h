// The Cortex-M7's pipeline as a scoreboard: when each instruction issues.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "simulator/timing/access_log.h"
#include "simulator/timing/branch_predictor.h"
#include "simulator/timing/clock.h"
#include "simulator/timing/facts.h"
#include "simulator/timing/instruction_timing.h"
#include "simulator/timing/memory_timing.h"

namespace simulator {

/// In order, at most two per cycle, the older slot first. A memory that makes the core wait stops
/// everything. Time is the cycle of the last issue; it starts at 0 and does not pass during sleep.
class Pipeline {
 public:
  explicit Pipeline(MemoryTiming& memory) : memory_(memory) {}

  [[nodiscard]] Cycle now() const { return now_; }
  /// Control goes to the first instruction of `block`.
  void enter(BlockTiming& block);
  /// The next instruction of the block entered, with the memory accesses it made.
  void issue(BlockTiming& block, const InstructionTiming& instruction,
             std::span<const LoggedAccess> accesses);
  /// The PLD that has just issued points to `address`.
  void preload(BlockTiming& block, std::uint32_t address);
  /// Nothing issues for `cycles`, and the next instruction comes from somewhere else.
  void interrupt(Cycle cycles);

 private:
  // An operand's cycle and what made it late, in one number so that the later wins.
  using Due = std::int64_t;
  static constexpr int kCauseBits = 3;
  static constexpr Due kOneCycle = 1 << kCauseBits;
  static Due due(Cycle at, StallCause cause) {
    return static_cast<Due>(at << kCauseBits) | static_cast<Due>(cause);
  }

  static StallCause cause_of(Due due) { return static_cast<StallCause>(due & (kOneCycle - 1)); }

  void advance_fetch();
  void restart_fetch(Cycle at, std::uint32_t address);
  void resolve_branch(std::uint32_t actual);
  [[nodiscard]] bool may_pair(const InstructionTiming& instruction,
                              std::span<const LoggedAccess> accesses) const;
  void access(BlockTiming& block, const InstructionTiming& instruction,
              std::span<const LoggedAccess> accesses, bool younger);
  void stall(BlockTiming& block, Wait wait) {
    now_ += wait.cycles;
    block.count.cycles += wait.cycles;
    block.count.stalls[static_cast<std::size_t>(wait.cause)] += wait.cycles;
  }

  MemoryTiming& memory_;
  BranchPredictor predictor_;
  std::array<Due, view::kCount> ready_{};

  Cycle now_ = 0;
  bool younger_free_ = false;  // the cycle now_ can take a second instruction
  std::uint16_t older_units_ = 0;
  std::uint32_t older_load_ = 0;  // its address
  Cycle shadow_end_ = 0;          // last cycle in the shadow of an FPU multiply-accumulate

  // The prefetch unit: the next 64-bit word to ask for, when the last one arrived, and when the
  // words before it began to issue, which made room in the queue.
  std::uint32_t fetch_word_ = 0;
  Cycle fetch_ready_ = 0;
  StallCause fetch_cause_ = StallCause::kBranch;
  std::array<Cycle, facts::kFetchQueue> begun_{};
  unsigned next_begun_ = 0;

  // The branch that ended the last block; where it went is known when the next one begins.
  bool branch_pending_ = false;
  BranchPredictor::Branch branch_{};
  Cycle branch_issued_ = 0;
  std::uint32_t sequential_ = 0;  // the address after the last block
};

}  // namespace simulator
