#include "simulator/timing/pipeline.h"

#include <algorithm>

namespace simulator {

void Pipeline::advance_fetch() {
  const Cycle request = std::max(fetch_ready_ + 1, begun_[next_begun_]);
  begun_[next_begun_] = now_;
  next_begun_ = (next_begun_ + 1) % facts::kFetchQueue;
  const Wait wait = memory_.fetch(request, fetch_word_ * facts::kFetchBytes);
  fetch_ready_ = request + wait.cycles;
  fetch_cause_ = wait.cycles > 0 ? wait.cause : StallCause::kBranch;
  ++fetch_word_;
}

// The queue is empty: the word of `address` can issue at `at` if memory does not wait.
void Pipeline::restart_fetch(Cycle at, std::uint32_t address) {
  fetch_word_ = address / facts::kFetchBytes;
  fetch_ready_ = at - 1;
  begun_.fill(0);
  advance_fetch();
}

void Pipeline::resolve_branch(std::uint32_t actual) {
  switch (predictor_.resolve(branch_, actual)) {
    case BranchPredictor::Outcome::kRight:
      if (actual == branch_.next) break;
      fetch_word_ = actual / facts::kFetchBytes;
      advance_fetch();
      break;
    case BranchPredictor::Outcome::kRightStatic:
      fetch_word_ = actual / facts::kFetchBytes;
      fetch_ready_ = std::max(fetch_ready_, branch_issued_) + facts::kStaticRedirect - 1;
      advance_fetch();
      break;
    case BranchPredictor::Outcome::kWrong: {
      const Cycle flags_set = static_cast<Cycle>(ready_[view::kFlags] >> kCauseBits) - 1;
      const bool early = branch_.conditional && branch_issued_ >= flags_set + facts::kEarlyFlags;
      restart_fetch(branch_issued_ + static_cast<Cycle>(early ? facts::kMispredictEarlyFlags
                                                              : facts::kMispredict),
                    actual);
      break;
    }
  }
}

void Pipeline::enter(BlockTiming& block) {
  if (branch_pending_) {
    branch_pending_ = false;
    resolve_branch(block.address);
  } else if (block.address != sequential_) {
    restart_fetch(now_ + 1, block.address);
  }
  sequential_ = block.end;
}

bool Pipeline::may_pair(const InstructionTiming& instruction,
                        std::span<const LoggedAccess> accesses) const {
  if (!younger_free_ || (older_units_ & instruction.excludes)) return false;
  if (instruction.shadow == FpShadow::kOlderOnly && now_ <= shadow_end_) return false;
  const bool two_loads = older_units_ & instruction.units & kUnitLoad;
  if (two_loads && !accesses.empty()) {  // from even and odd words only
    return (older_load_ ^ accesses.front().address) & 4;
  }
  return true;
}

void Pipeline::issue(BlockTiming& block, const InstructionTiming& instruction,
                     std::span<const LoggedAccess> accesses) {
  Due operands = 0;
  const OperandUse* use = block.uses.data() + instruction.first_use;
  for (unsigned i = 0; i < instruction.uses; ++i, ++use) {
    Due operand = ready_[use->view] - use->need * kOneCycle;
    if ((instruction.units & kUnitMac) && use->need == facts::kNeedLate &&
        cause_of(operand) == StallCause::kLoadUse) {
      operand += facts::kLoadToMultiplicand * kOneCycle;
    }
    operands = std::max(operands, operand);
  }
  while (fetch_word_ <= instruction.last_word) advance_fetch();
  Due earliest = std::max(operands, due(fetch_ready_, fetch_cause_));
  if (instruction.shadow == FpShadow::kBlocked) {
    earliest = std::max(earliest, due(shadow_end_ + 1, StallCause::kFpu));
  }

  const Cycle start = static_cast<Cycle>(earliest >> kCauseBits);
  const bool younger = start <= now_ && may_pair(instruction, accesses);
  if (!younger) {
    ++now_;
    ++block.count.cycles;
    if (start > now_) {
      stall(block, {static_cast<std::uint32_t>(start - now_), cause_of(earliest)});
    }
    older_units_ = instruction.units;
  }
  younger_free_ = !younger;
  if (!accesses.empty()) access(block, instruction, accesses, younger);

  const bool early = (instruction.early == EarlyAlu::kAnySlot ||
                      (instruction.early == EarlyAlu::kOlderSlot && !younger)) &&
                     static_cast<Cycle>(operands >> kCauseBits) < now_;
  const OperandResult* result = block.results.data() + instruction.first_result;
  for (unsigned i = 0; i < instruction.results; ++i, ++result) {
    const bool flags = result->view == view::kFlags;
    ready_[result->view] =
        due(now_ + (early && !flags ? facts::kEarlyResult : result->latency), instruction.cause);
  }

  if (instruction.units & kUnitFpMac) shadow_end_ = now_ + facts::kFpShadow;
  if (instruction.cycles > 1) {
    const bool fpu = instruction.units & kUnitFpu;
    stall(block, {instruction.cycles - 1u, fpu ? StallCause::kFpu : StallCause::kIssue});
  }
  if (instruction.units & kUnitBranch) {
    branch_pending_ = true;
    branch_ = block.branch.branch;
    branch_issued_ = now_;
  }
}

void Pipeline::access(BlockTiming& block, const InstructionTiming& instruction,
                      std::span<const LoggedAccess> accesses, bool younger) {
  const LoggedAccess& first = accesses.front();
  if (!instruction.access_is_store) {
    if (!younger) older_load_ = first.address;
    if (first.address & (std::min<std::uint32_t>(first.size, 4) - 1)) {
      stall(block, {younger ? facts::kUnalignedLoadYounger : facts::kUnalignedLoadOlder,
                    StallCause::kIssue});
    }
  } else if (instruction.access_bytes > 8 && instruction.access_bytes % 8 == 0 &&
             first.address & 4) {
    stall(block, {1, StallCause::kIssue});  // STM of an even number wants eight-byte alignment
  }
  for (const LoggedAccess& each : accesses) {
    const Wait wait = each.store ? memory_.write(now_, each.address, each.size)
                                 : memory_.read(now_, each.address, each.size);
    if (wait.cycles > 0) stall(block, wait);
  }
}

void Pipeline::preload(BlockTiming& block, std::uint32_t address) {
  const Wait wait = memory_.preload(now_, address);
  if (wait.cycles > 0) stall(block, wait);
}

void Pipeline::interrupt(Cycle cycles) {
  now_ += cycles;
  younger_free_ = branch_pending_ = false;
  sequential_ = 0;
}

}  // namespace simulator
