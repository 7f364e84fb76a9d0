#include "simulator/cpu/nvic.h"

#include <algorithm>

namespace simulator {

void Nvic::reset() {
  std::array<bool, kExceptions> lines;
  for (unsigned i = 0; i < kExceptions; ++i) lines[i] = state_[i].line;
  state_.fill({});
  for (unsigned i = 0; i < kExceptions; ++i) state_[i].line = lines[i];
  for (const unsigned always : {kReset, kNmi, kHardFault, kSvCall, kPendSv, kSysTick}) {
    state_[always].enabled = true;
  }
  state_[kReset].priority = -3;
  state_[kNmi].priority = -2;
  state_[kHardFault].priority = -1;
  group_ = 0;
  changed = false;
}

void Nvic::set_enabled(unsigned exception, bool enabled) {
  state_[exception].enabled = enabled;
  changed = true;
}

void Nvic::set_pending(unsigned exception, bool pending) {
  State& state = state_[exception];
  state.pending = pending || (state.line && !state.active);
  changed = true;
}

void Nvic::set_line(unsigned interrupt, bool high) {
  State& state = state_[kFirstInterrupt + interrupt];
  if (state.line == high) return;
  state.line = high;
  if (high) {
    state.pending = true;
    changed = true;
  }
}

void Nvic::set_priority(unsigned exception, std::uint8_t priority) {
  if (exception <= kHardFault) return;  // fixed
  state_[exception].priority = priority & kPriorityMask;
  changed = true;
}

void Nvic::set_priority_group(unsigned group) {
  group_ = group & 7;
  changed = true;
}

unsigned Nvic::active_count() const {
  return static_cast<unsigned>(
      std::count_if(state_.begin(), state_.end(), [](const State& s) { return s.active; }));
}

int Nvic::grouped(int priority) const {
  // PRIGROUP p: bits [7:p+1] preempt, bits [p:0] only order (B1.5.4).
  return priority < 0 ? priority : priority & ~((2 << group_) - 1);
}

int Nvic::group_priority(unsigned exception) const { return grouped(state_[exception].priority); }

int Nvic::execution_priority(const ExceptionMasks& masks) const {
  int priority = kLowest;
  for (const State& state : state_) {
    if (state.active) priority = std::min(priority, grouped(state.priority));
  }
  if (masks.basepri) priority = std::min(priority, grouped(masks.basepri));
  if (masks.primask) priority = std::min(priority, 0);
  if (masks.faultmask) priority = std::min(priority, -1);
  return priority;
}

std::optional<unsigned> Nvic::most_urgent_pending() const {
  std::optional<unsigned> best;
  for (unsigned i = 0; i < kExceptions; ++i) {
    const State& state = state_[i];
    if (!state.pending || !state.enabled) continue;
    if (!best || state.priority < state_[*best].priority) best = i;
  }
  return best;
}

bool Nvic::can_be_preempted(int priority, bool systick_runs) const {
  for (unsigned i = kPendSv; i < kExceptions; ++i) {
    const State& state = state_[i];
    const bool possible = i == kPendSv ? state.pending : i == kSysTick ? systick_runs : true;
    if (possible && state.enabled && grouped(state.priority) < priority) return true;
  }
  return false;
}

void Nvic::activate(unsigned exception) {
  state_[exception].pending = false;
  state_[exception].active = true;
}

void Nvic::deactivate(unsigned exception) {
  State& state = state_[exception];
  state.active = false;
  if (state.line) state.pending = true;
  changed = true;
}

}  // namespace simulator
