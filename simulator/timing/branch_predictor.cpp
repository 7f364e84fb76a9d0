#include "simulator/timing/branch_predictor.h"

namespace simulator {

BranchPredictor::Outcome BranchPredictor::resolve(const Branch& branch, std::uint32_t actual) {
  Target& entry = targets_[(branch.address >> 1) % kTargets];
  const bool known = entry.branch == branch.address;
  const bool taken = actual != branch.next;
  std::uint8_t& counter = counters_[counter_of(branch.address)];

  bool predicted_taken = true;
  if (branch.conditional) {
    const bool backward = branch.target != 0 && branch.target < branch.address;
    predicted_taken = known ? counter >= kWeaklyTaken : backward;
  }
  const std::uint32_t predicted_target = known ? entry.target : branch.target;
  const std::uint32_t predicted = predicted_taken ? predicted_target : branch.next;

  if (branch.conditional) {
    if (taken && counter < 3) ++counter;
    if (!taken && counter > 0) --counter;
    history_ = (history_ << 1 | std::uint32_t{taken}) & ((1u << kHistoryBits) - 1);
  }
  if (taken) entry = {branch.address, actual};

  if (predicted != actual) return Outcome::kWrong;
  return taken && !known ? Outcome::kRightStatic : Outcome::kRight;
}

}  // namespace simulator
