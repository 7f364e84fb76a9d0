// Exceptions: which are enabled, pending and active, and at what priority.
// ARMv7-M ARM (DDI 0403E) B1.5 and B3.4.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace simulator {

/// Exception numbers, ARMv7-M ARM B1.5.2. Interrupt n is exception 16 + n.
enum Exception : unsigned {
  kThread = 0,
  kReset = 1,
  kNmi = 2,
  kHardFault = 3,
  kMemManage = 4,
  kBusFault = 5,
  kUsageFault = 6,
  kSvCall = 11,
  kDebugMonitor = 12,
  kPendSv = 14,
  kSysTick = 15,
  kFirstInterrupt = 16,
};

/// The special registers that mask exceptions.
struct ExceptionMasks {
  bool primask = false;
  bool faultmask = false;
  std::uint8_t basepri = 0;
};

class Nvic {
 public:
  static constexpr unsigned kInterrupts = 98;  ///< STM32F746: positions 0 to 97 (RM0385 table 46)
  static constexpr unsigned kExceptions = kFirstInterrupt + kInterrupts;
  static constexpr std::uint8_t kPriorityMask = 0xF0;  ///< the STM32F7 implements 4 bits
  static constexpr int kLowest = 256;                  ///< execution priority of plain thread code

  void reset();

  void set_enabled(unsigned exception, bool enabled);
  void set_pending(unsigned exception, bool pending);
  /// The level of a peripheral's interrupt line; a high level pends again after each return.
  void set_line(unsigned interrupt, bool high);
  void set_priority(unsigned exception, std::uint8_t priority);
  /// AIRCR.PRIGROUP, 0 to 7.
  void set_priority_group(unsigned group);

  [[nodiscard]] bool enabled(unsigned exception) const { return state_[exception].enabled; }
  [[nodiscard]] bool pending(unsigned exception) const { return state_[exception].pending; }
  [[nodiscard]] bool active(unsigned exception) const { return state_[exception].active; }
  [[nodiscard]] std::uint8_t priority(unsigned exception) const {
    return static_cast<std::uint8_t>(state_[exception].priority);
  }
  [[nodiscard]] unsigned priority_group() const { return group_; }
  [[nodiscard]] unsigned active_count() const;

  /// Priority of the running code: lower is more urgent, -2 (NMI) to kLowest.
  [[nodiscard]] int execution_priority(const ExceptionMasks& masks) const;
  /// Group priority of an exception: what preemption goes by.
  [[nodiscard]] int group_priority(unsigned exception) const;
  /// The most urgent exception that is enabled and pending.
  [[nodiscard]] std::optional<unsigned> most_urgent_pending() const;
  /// Whether an exception that is enabled, pending or not, would preempt `priority`.
  [[nodiscard]] bool can_be_preempted(int priority, bool systick_runs) const;

  /// Pending becomes active: the handler starts.
  void activate(unsigned exception);
  void deactivate(unsigned exception);

  /// Set by every change that may make an exception takeable; the core clears it.
  bool changed = false;

 private:
  struct State {
    bool enabled = false;
    bool pending = false;
    bool active = false;
    bool line = false;
    int priority = 0;
  };
  [[nodiscard]] int grouped(int priority) const;

  std::array<State, kExceptions> state_;
  unsigned group_ = 0;
};

}  // namespace simulator
