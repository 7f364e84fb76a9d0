#include "simulator/cpu/core.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace simulator {
namespace {
constexpr std::uint32_t kFirstExcReturn = 0xFFFFFF00;  // B1.5.8
}  // namespace

Core::Core(Memory& memory, Bus& bus, Clock& clock, TimingModel& timing, Nvic& nvic,
           FlashStores& flash, std::uint32_t boot_address)
    : memory_(memory),
      bus_(bus),
      clock_(clock),
      timing_(timing),
      nvic_(nvic),
      flash_(flash),
      engine_(memory, *this),
      blocks_(memory),
      systick_(clock, nvic_),
      dwt_(clock),
      system_control_(nvic_, systick_, dwt_, boot_address) {
  if (AccessLog* log = timing.access_log()) engine_.log_accesses(*log);
  bus_.add("SCS", SystemControl::kBase, 0x1000, system_control_);
  bus_.add("DWT", 0xE0001000, 0x1000, dwt_);
  // The engine maps devices by pages of 4 KB; what the bus has none for within faults later.
  std::vector<std::uint32_t> pages;
  for (const Bus::Device& device : bus_.devices()) {
    for (std::uint32_t at = 0; at < device.size; at += 0x1000) {
      pages.push_back((device.base + at) & ~0xFFFu);
    }
  }
  std::ranges::sort(pages);
  pages.erase(std::unique(pages.begin(), pages.end()), pages.end());
  for (const std::uint32_t page : pages) engine_.map_device(page, 0x1000);
}

void Core::reset() {
  system_control_.reset();
  dwt_.reset();
  for (int reg = UC_ARM_REG_R0; reg <= UC_ARM_REG_R12; ++reg) engine_.set(reg, 0);
  constexpr std::uint32_t kThumb = 1u << 24;
  engine_.set(UC_ARM_REG_XPSR, kThumb);
  for (const int reg : {UC_ARM_REG_PRIMASK, UC_ARM_REG_BASEPRI, UC_ARM_REG_FAULTMASK,
                        UC_ARM_REG_CONTROL, UC_ARM_REG_FPSCR}) {
    engine_.set(reg, 0);
  }
  const std::uint32_t table = system_control_.vtor();
  engine_.set(UC_ARM_REG_MSP, memory_.read_word(table).value_or(0) & ~3u);
  engine_.set(UC_ARM_REG_LR, 0xFFFFFFFF);
  pc_ = memory_.read_word(table + 4).value_or(0);
  block_ = &no_block_;
  update_traps();
  trapped_block_ = nullptr;
  bad_access_.reset();
  missing_device_.reset();
  asleep_ = event_register_ = hung_ = locked_up_ = stack_overflowed_ = false;
  held_fault_.reset();
  repeated_faults_ = chained_exceptions_ = 0;
  if (!(pc_ & 1)) raise(kUsageFault, kInvState, "the reset vector is not a Thumb address");
  pc_ &= ~1u;
}

CoreStop Core::run() {
  if (held_fault_) take_synchronously(*std::exchange(held_fault_, std::nullopt));
  update_check();
  for (;;) {
    if (const auto stop = stop_reason()) return *stop;
    if (asleep_) {
      if (const auto stop = sleep()) return *stop;
    }
    if (const auto exception = takeable()) {
      nvic_.activate(*exception);
      enter(*exception);
    } else {
      nvic_.changed = false;
    }
    if (locked_up_) continue;
    if (const auto stop = execute()) return *stop;
  }
}

std::optional<CoreStop> Core::stop_reason() {
  if (locked_up_) return CoreStop::kLockup;
  if (hung_) return CoreStop::kHang;
  if (held_fault_) return CoreStop::kFault;
  if (std::exchange(stack_overflowed_, false)) return CoreStop::kStackOverflow;
  if (repeated_faults_ >= kLoopingFaults) {
    repeated_faults_ = 0;
    return CoreStop::kFaultLoop;
  }
  if (chained_exceptions_ >= kLoopingExceptions) {
    chained_exceptions_ = 0;
    return CoreStop::kInterruptLoop;
  }
  if (system_control_.reset_requested()) return CoreStop::kReset;
  if (stop_requested_.exchange(false)) return CoreStop::kRequested;
  if (instructions_ >= instruction_limit_) return CoreStop::kInstructionLimit;
  if (clock_.now() >= cycle_limit_) return CoreStop::kCycleLimit;
  return std::nullopt;
}

void Core::update_check() {
  next_check_ = stepping_ ? 0 : std::min(instruction_limit_, instructions_ + kPollInterval);
}

void Core::update_traps() {
  trap_flags_ = kDoublePrecision | (stepping_ ? 0u : kHasBreakpoint) |
                (system_control_.fpu_enabled() ? 0u : kUsesFpu) |
                (system_control_.traps_division() ? kDivides : 0u);
}

// Runs until something needs attention. A block with an instruction that must trap runs up to it.
std::optional<CoreStop> Core::execute() {
  const Block* block = std::exchange(trapped_block_, nullptr);
  if (!block || block->address != pc_) {
    it_state_ = it_state();
    return handle(engine_.run(pc_));
  }
  if (!stepping_ && blocks_.breakpoints().contains(pc_)) return CoreStop::kDebugBreakpoint;
  if (const std::uint32_t flags = block->flags_at(0) & trap_flags_) return trap_instruction(flags);
  std::uint32_t index = 1;
  while (index < block->count && !(block->flags_at(index) & trap_flags_) &&
         !blocks_.breakpoints().contains(block->address_of(index))) {
    ++index;
  }
  return run_until(index < block->count ? block->address_of(index) : block->address + block->size);
}

// Translations that stop at `end` must not be met by a later run, nor those that run past it now.
std::optional<CoreStop> Core::run_until(std::uint32_t end) {
  const std::uint32_t start = pc_;
  it_state_ = it_state();
  engine_.forget(start, end - start);
  const EngineExit exit = engine_.run(start, end);
  engine_.forget(start, end - start);
  return handle(exit);
}

// The engine's hot path: called before every block.
bool Core::block(std::uint32_t address, std::uint32_t size) {
  retire_until(block_->count);
  Block* next = blocks_.find(address, size);  // the engine runs mapped memory only
  constexpr std::uint32_t kLookBefore = kBranchesToItself;
  if (clock_.now() >= clock_.next() || clock_.now() >= cycle_limit_ || nvic_.changed ||
      instructions_ >= next_check_ || (block_->flags & look_after_) ||
      (next->flags & (trap_flags_ | kLookBefore))) [[unlikely]] {
    if (!proceed(next)) {
      block_ = &no_block_;
      retired_ = 0;
      return false;
    }
  }
  previous_block_ = block_;
  block_ = next;
  retired_ = next_access_ = 0;
  if (next->shows_registers) [[unlikely]] {
    timing_.before(*next, [this](unsigned reg) {
      return engine_.get(reg < 13    ? UC_ARM_REG_R0 + static_cast<int>(reg)
                         : reg == 13 ? UC_ARM_REG_SP
                                     : UC_ARM_REG_LR);
    });
  }
  return true;
}

bool Core::proceed(Block* next) {
  if (block_->flags & kSendsEvent) event_register_ = true;
  if (block_->flags & kChangesMasks) nvic_.changed = true;
  if (block_->flags & kLoadsExclusive) exclusive_ = true;
  if (block_->flags & kMovesStack) check_stack();
  if (stack_overflowed_ || (stepping_ && block_ != &no_block_)) return false;
  clock_.fire_due();
  if (nvic_.changed) {
    if (takeable() || system_control_.reset_requested()) return false;
    nvic_.changed = false;
  }
  if (missing_device_) return false;
  if (clock_.now() >= cycle_limit_) return false;
  if (stop_requested_ || instructions_ >= instruction_limit_) return false;
  if (instructions_ >= next_check_) update_check();
  if (next->flags & trap_flags_) {
    trapped_block_ = next;
    return false;
  }
  if ((next->flags & kBranchesToItself) && hangs()) {
    hung_ = true;
    return false;
  }
  return true;
}

void Core::retire_until(std::uint32_t index) {
  if (index <= retired_) return;
  const std::uint32_t count = index - retired_;
  instructions_ += count;
  block_->executed += count;
  clock_.advance(timing_.retire(*block_, retired_, index));
  retired_ = index;
}

// The engine has stopped before instruction `index` of the current block.
void Core::leave_block(std::uint32_t index) {
  retire_until(index);
  if (block_->flags & kMovesStack) check_stack();
  if (block_->flags & kChangesMasks) nvic_.changed = true;
  if (block_->flags & kSendsEvent) event_register_ = true;
  if (block_->flags & kLoadsExclusive) exclusive_ = true;
  block_ = &no_block_;
  retired_ = 0;
  if (AccessLog* log = timing_.access_log()) log->clear();
}

std::optional<CoreStop> Core::handle(EngineExit exit) {
  switch (exit) {
    case EngineExit::kStopped:
      pc_ = engine_.pc();
      if (missing_device_) device_missing(*std::exchange(missing_device_, std::nullopt));
      break;
    case EngineExit::kInterrupt:
      return handle_interrupt();
    case EngineExit::kUndefined:
      handle_not_executed();
      break;
    case EngineExit::kMemory:
      return handle_bad_access();
    case EngineExit::kOther: {
      const bool waits = block_->flags & kWaitsForInterrupt;
      pc_ = engine_.pc();
      const bool at_end = pc_ == block_->address + block_->size;
      leave_block(block_->index_of(pc_));
      if (waits && at_end) {
        asleep_ = true;
        waits_for_event_ = false;
      }
      break;
    }
  }
  return std::nullopt;
}

std::optional<CoreStop> Core::handle_interrupt() {
  const std::uint32_t at = engine_.pc();
  switch (engine_.trap()) {
    case kTrapSvc:
      leave_block(block_->count);
      pc_ = at;
      take_synchronously(kSvCall);
      return std::nullopt;
    case kTrapBkpt:
      leave_block(block_->index_of(at));
      pc_ = at;
      return CoreStop::kBreakpoint;
    case kTrapPrefetchAbort:
    case kTrapExceptionExit:
      leave_block(block_->count);
      if (at >= kFirstExcReturn && exception_number() != kThread) {
        return_from_exception(at | 1);
      } else {
        pc_ = at;
        raise(kMemManage, kIaccViol, fmt::format("execution at 0x{:08X}: devices hold no code", at),
              at);
      }
      return std::nullopt;
    default:
      leave_block(block_->index_of(at));
      pc_ = at;
      raise(kUsageFault, kUndefInstr, "undefined instruction");
      return std::nullopt;
  }
}

bool Core::hangs() { return !nvic_.can_be_preempted(execution_priority(), systick_.interrupts()); }

bool Core::wakeable() const {
  return nvic_.can_be_preempted(sleeping_priority(), systick_.interrupts());
}

// Passes the time until something wakes the core.
std::optional<CoreStop> Core::sleep() {
  for (;;) {
    clock_.fire_due();
    const auto pending = nvic_.most_urgent_pending();
    const bool interrupted = pending && nvic_.group_priority(*pending) < sleeping_priority();
    if (interrupted || (waits_for_event_ && event_register_)) {
      asleep_ = event_register_ = false;
      return std::nullopt;
    }
    if (stop_requested_.exchange(false)) return CoreStop::kRequested;
    if (clock_.now() >= cycle_limit_) return CoreStop::kCycleLimit;
    if (clock_.next() == kNever) return CoreStop::kIdle;
    clock_.sleep_until(std::min(clock_.next(), cycle_limit_));
  }
}

Registers Core::registers() const {
  Registers out{};
  for (unsigned i = 0; i < out.r.size(); ++i) {
    out.r[i] = engine_.get(UC_ARM_REG_R0 + static_cast<int>(i));
  }
  out.sp = engine_.get(UC_ARM_REG_SP);
  out.lr = engine_.get(UC_ARM_REG_LR);
  out.pc = pc_;
  out.xpsr = engine_.get(UC_ARM_REG_XPSR);
  out.msp = engine_.get(UC_ARM_REG_MSP);
  out.psp = engine_.get(UC_ARM_REG_PSP);
  out.control = engine_.get(UC_ARM_REG_CONTROL);
  out.primask = engine_.get(UC_ARM_REG_PRIMASK);
  out.basepri = engine_.get(UC_ARM_REG_BASEPRI);
  out.faultmask = engine_.get(UC_ARM_REG_FAULTMASK);
  out.fpscr = engine_.get(UC_ARM_REG_FPSCR);
  return out;
}

}  // namespace simulator
