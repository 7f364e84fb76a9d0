// What a debugger asks of the core, and the guard against a stack that outgrows its place.
#include <algorithm>
#include <utility>

#include "simulator/cpu/core.h"

namespace simulator {
namespace {

constexpr std::uint32_t kFlagBits = 0xF80F0000;  // NZCVQ and GE

std::uint32_t instruction_size(const Memory& memory, std::uint32_t pc) {
  const std::uint8_t* code = memory.at(pc, 2);
  return code && code[1] >= 0xE8 ? 4 : 2;  // A5.1
}

}  // namespace

CoreStop Core::step() {
  if (held_fault_) {
    take_synchronously(*std::exchange(held_fault_, std::nullopt));
    return CoreStop::kStepped;
  }
  for (;;) {
    if (const auto stop = stop_reason()) return *stop;
    if (asleep_) {
      if (const auto stop = sleep()) return *stop;
    }
    if (const auto exception = takeable()) {
      nvic_.activate(*exception);
      enter(*exception);
      return CoreStop::kStepped;
    }
    nvic_.changed = false;
    const auto progress = [this] { return std::pair(instructions_, fault_count_); };
    const auto before = progress();
    if (const auto stop = step_instruction()) return *stop;
    if (progress() != before) return held_fault_ ? CoreStop::kFault : CoreStop::kStepped;
  }
}

std::optional<CoreStop> Core::step_instruction() {
  trapped_block_ = nullptr;
  stepping_ = true;
  update_check();
  update_traps();
  auto stop = run_until(pc_ + instruction_size(memory_, pc_));
  if (!stop && trapped_block_) stop = execute();
  stepping_ = false;
  update_traps();
  return stop;
}

void Core::set_pc(std::uint32_t pc) {
  pc_ = pc & ~1u;
  asleep_ = hung_ = false;
  held_fault_.reset();
}

void Core::set_register(int reg, std::uint64_t value) {
  if (reg == UC_ARM_REG_XPSR) value = (engine_.get(reg) & ~kFlagBits) | (value & kFlagBits);
  engine_.set_double(reg, value);
  nvic_.changed = true;  // it may have been a mask
}

void Core::set_breakpoints(std::set<std::uint32_t> addresses) {
  blocks_.set_breakpoints(std::move(addresses));
}

void Core::set_watchpoints(std::vector<Watchpoint> watchpoints) {
  watchpoints_ = std::move(watchpoints);
  watched_pc_.reset();
  engine_.watch(watchpoints_);
}

// The instruction at pc_, `length` bytes of code, wants `bytes` at `begin`, on a page that holds
// something watched; it has not done it.
std::optional<CoreStop> Core::handle_watched(const MemoryAccess& access, std::uint32_t begin,
                                             std::uint32_t bytes, std::uint32_t length) {
  const bool writes = access.kind == MemoryAccess::Kind::kWrite;
  const auto hit = std::ranges::find_if(watchpoints_, [&](const Watchpoint& w) {
    const bool overlaps = begin < w.address + w.size && w.address < begin + bytes;
    return overlaps && (writes ? w.writes : w.reads);
  });
  if (hit != watchpoints_.end() && std::exchange(watched_pc_, pc_) != pc_) {
    watched_ = *hit;
    return CoreStop::kWatchpoint;
  }
  watched_pc_.reset();
  engine_.step_over_protection(pc_, length);
  pc_ = engine_.pc();
  leave_block(block_->count);
  return std::nullopt;
}

void Core::guard_stack(std::uint32_t bottom, std::uint32_t limit) {
  stack_bottom_ = bottom;
  stack_limit_ = limit;
  if (limit != bottom) look_after_ |= kMovesStack;
}

// A firmware that sets MSP into the guarded range means to: then there is nothing to guard.
void Core::check_stack() {
  if (stack_limit_ == stack_bottom_) return;
  const std::uint32_t sp = engine_.get(UC_ARM_REG_SP);
  if (sp - stack_bottom_ >= stack_limit_ - stack_bottom_) return;
  if (sp != engine_.get(UC_ARM_REG_MSP)) return;  // a task's stack lies where it likes
  stack_overflowed_ = !(block_->flags & kChangesMasks);
  stack_limit_ = stack_bottom_;
}

}  // namespace simulator
