// Exception entry, return and escalation, ARMv7-M ARM B1.5.
#include <fmt/format.h>

#include <utility>

#include "simulator/cpu/core.h"

namespace simulator {
namespace {

constexpr std::uint32_t kIpsrBits = 0x1FF;
constexpr std::uint32_t kApsrBits = 0xF80F0000;  // NZCVQ and GE
constexpr std::uint32_t kThumbBit = 1u << 24;
// What the core stacks at once; FP registers wait until the handler uses the FPU (B1.5.7).
constexpr std::uint32_t kEagerFrameBytes = 32;

std::string handler_name(unsigned exception) {
  switch (exception) {
    case kNmi:
      return "NMI";
    case kHardFault:
      return "HardFault";
    case kMemManage:
      return "MemManage";
    case kBusFault:
      return "BusFault";
    case kUsageFault:
      return "UsageFault";
    case kSvCall:
      return "SVCall";
    case kPendSv:
      return "PendSV";
    case kSysTick:
      return "SysTick";
    default:
      return fmt::format("interrupt {}", exception - kFirstInterrupt);
  }
}

}  // namespace

ExceptionMasks Core::masks() const {
  return {(engine_.get(UC_ARM_REG_PRIMASK) & 1) != 0, (engine_.get(UC_ARM_REG_FAULTMASK) & 1) != 0,
          static_cast<std::uint8_t>(engine_.get(UC_ARM_REG_BASEPRI) & Nvic::kPriorityMask)};
}

// WFI wakes for what PRIMASK alone holds back (B1.5.19).
int Core::sleeping_priority() const {
  ExceptionMasks unmasked = masks();
  unmasked.primask = false;
  return nvic_.execution_priority(unmasked);
}

unsigned Core::exception_number() const { return engine_.get(UC_ARM_REG_XPSR) & kIpsrBits; }

std::optional<unsigned> Core::takeable() const {
  const auto pending = nvic_.most_urgent_pending();
  if (!pending || nvic_.group_priority(*pending) >= execution_priority()) return std::nullopt;
  return pending;
}

// Stacks the frame that returns to pc_, and starts the handler of an active exception.
void Core::enter(unsigned exception) {
  const StackedFrame frame = push_frame(engine_, memory_, pc_);
  if (!(frame.exc_return & kExcReturnBasic)) system_control_.fpcar = frame.address + 0x20;
  if (!frame.complete) {
    record(kBusFault, kStkErr,
           fmt::format("stacking for {} at 0x{:08X}: no writable memory there: a stack overflow?",
                       handler_name(exception), frame.address),
           frame.address);
    // The derived BusFault comes first when it can; the original exception waits (B1.5.11).
    if (exception != kHardFault && exception != kNmi) {
      nvic_.deactivate(exception);
      nvic_.set_pending(exception, exception >= kPendSv);
      const bool bus_fault_first =
          nvic_.enabled(kBusFault) &&
          nvic_.group_priority(kBusFault) <
              std::min(nvic_.group_priority(exception), execution_priority());
      if (!bus_fault_first) system_control_.hfsr |= kForced;
      exception = bus_fault_first ? kBusFault : kHardFault;
      nvic_.activate(exception);
    }
  }
  clock_.advance(timing_.exception_entry(frame.address, kEagerFrameBytes));
  start_handler(exception, frame.exc_return);
}

// Entry and return close the exclusive monitor (B1.5.6, B1.5.8).
void Core::clear_exclusive() {
  constexpr std::uint32_t kClrex = 0x8F2FF3BF;
  if (!std::exchange(exclusive_, false)) return;
  engine_.execute_aside(kClrex, memory_.regions().front().base);
}

void Core::start_handler(unsigned exception, std::uint32_t exc_return) {
  const auto vector = memory_.read_word(system_control_.vtor() + 4 * exception);
  const std::uint32_t flags = engine_.get(UC_ARM_REG_XPSR) & kApsrBits;
  engine_.set(UC_ARM_REG_XPSR, flags | kThumbBit | exception);
  engine_.set(UC_ARM_REG_LR, exc_return);
  system_control_.ipsr = exception;
  event_register_ = true;
  asleep_ = false;
  if (!vector) {
    record(kHardFault, 0, fmt::format("no memory at the vector of {}", handler_name(exception)),
           system_control_.vtor() + 4 * exception);
    system_control_.hfsr |= kVectTbl;
    locked_up_ = true;
    return;
  }
  clear_exclusive();
  pc_ = *vector & ~1u;
  if (!(*vector & 1)) {
    raise(kUsageFault, kInvState,
          fmt::format("the vector of {}, 0x{:08X}, is not a Thumb address", handler_name(exception),
                      *vector));
  }
}

void Core::return_from_exception(std::uint32_t exc_return) {
  const unsigned number = exception_number();
  const bool to_thread = exc_return & kExcReturnThread;
  constexpr std::uint32_t kVariable = kExcReturnPsp | kExcReturnThread | kExcReturnBasic;
  const bool known_form =
      (exc_return & ~kVariable) == kExcReturnBase && (to_thread || !(exc_return & kExcReturnPsp));
  const bool was_active = nvic_.active(number);
  pc_ = exc_return & ~1u;
  if (was_active) nvic_.deactivate(number);
  if (number != kNmi) engine_.set(UC_ARM_REG_FAULTMASK, 0);
  event_register_ = true;

  if (!known_form || !was_active || to_thread != (nvic_.active_count() == 0)) {
    raise(kUsageFault, kInvPc,
          fmt::format("illegal return from {}: EXC_RETURN 0x{:08X}", handler_name(number),
                      exc_return));
    return;
  }
  if (const auto next = takeable()) {  // tail-chaining: the frame stays where it is
    chained_exceptions_ = *next == number ? chained_exceptions_ + 1 : 0;
    nvic_.activate(*next);
    clock_.advance(timing_.exception_entry(0, 0));
    start_handler(*next, exc_return);
    return;
  }
  clear_exclusive();
  const std::uint32_t frame =
      engine_.get(exc_return & kExcReturnPsp ? UC_ARM_REG_PSP : UC_ARM_REG_MSP);
  if (!pop_frame(engine_, memory_, exc_return, pc_)) {
    raise(kBusFault, kUnstkErr, fmt::format("unstacking from 0x{:08X}: there is no memory", frame),
          frame);
    return;
  }
  chained_exceptions_ = 0;
  clock_.advance(timing_.exception_return(frame, kEagerFrameBytes));
  system_control_.ipsr = exception_number();
  if (to_thread && system_control_.sleep_on_exit()) {
    asleep_ = true;
    waits_for_event_ = false;
  }
}

// SVC and faults cannot wait: where they may not be taken they become a HardFault.
void Core::take_synchronously(unsigned exception) {
  if (may_take(exception)) {
    nvic_.activate(exception);
    enter(exception);
    return;
  }
  if (exception == kSvCall) {
    record(kSvCall, 0, "SVC where SVCall cannot be taken: masked, or in a more urgent handler");
  }
  escalate();
}

bool Core::may_take(unsigned exception) const {
  return nvic_.enabled(exception) && nvic_.group_priority(exception) < execution_priority();
}

void Core::escalate() {
  if (execution_priority() <= -1) {
    locked_up_ = true;  // a fault in the HardFault or NMI handler, or under FAULTMASK (B1.5.15)
    return;
  }
  system_control_.hfsr |= kForced;
  nvic_.activate(kHardFault);
  enter(kHardFault);
}

void Core::raise(unsigned exception, std::uint32_t cfsr, std::string what,
                 std::optional<std::uint32_t> address) {
  record(exception, cfsr, std::move(what), address);
  if (stop_on_faults_) {
    held_fault_ = exception;
  } else {
    take_synchronously(exception);
  }
}

void Core::record(unsigned exception, std::uint32_t cfsr, std::string what,
                  std::optional<std::uint32_t> address) {
  system_control_.cfsr |= cfsr;
  if (cfsr & kBfarValid) system_control_.bfar = *address;
  ++fault_count_;
  const bool same = !faults_.empty() && faults_.back().registers == registers();
  repeated_faults_ = same ? repeated_faults_ + 1 : 0;
  if (faults_.size() == kKeptFaults) faults_.pop_back();
  const bool escalated = exception != kHardFault && !may_take(exception);
  faults_.push_back(
      {exception, cfsr, escalated, std::move(what), address, registers(), clock_.now()});
  if (fault_observer_) fault_observer_(faults_.back());
}

}  // namespace simulator
