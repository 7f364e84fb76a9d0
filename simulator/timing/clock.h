// Simulated time. Nothing in the simulator looks at the host's clock.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace simulator {

/// A point in simulated time or a duration, in cycles of the core clock HCLK.
using Cycle = std::uint64_t;
inline constexpr Cycle kNever = ~Cycle{0};

class Clock;

/// An action at a set cycle. Fires once per arming.
class Event {
 public:
  /// The action gets the cycle it was armed for; now() may be some instructions later.
  using Action = std::function<void(Cycle due)>;
  Event(Clock& clock, Action action);
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  /// Arms for cycle `at`; a cycle that has passed fires at the next opportunity.
  void arm(Cycle at);
  void disarm() { arm(kNever); }
  [[nodiscard]] Cycle at() const { return at_; }
  [[nodiscard]] bool armed() const { return at_ != kNever; }

 private:
  friend class Clock;
  Clock& clock_;
  Action action_;
  Cycle at_ = kNever;
};

/// Counts core cycles and fires events in the order of their cycles; of events on the same cycle
/// the one constructed first goes first, so that every run is the same.
///
/// Events live as long as the clock: both belong to one board.
class Clock {
 public:
  explicit Clock(std::uint32_t hz) : hz_(hz) {}
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  /// Cycles since power-on. Exact to the instruction inside a register access.
  [[nodiscard]] Cycle now() const { return now_; }
  /// Cycle of the earliest armed event, or kNever.
  [[nodiscard]] Cycle next() const { return next_; }
  /// Cycles spent asleep in WFI or WFE; DWT_CYCCNT does not count them.
  [[nodiscard]] Cycle slept() const { return slept_; }

  void advance(Cycle cycles) { now_ += cycles; }
  /// Passes time up to `at` without the core running, firing events on the way.
  void sleep_until(Cycle at);
  /// The core stands still (flash busy) for `cycles`; unlike sleep, DWT_CYCCNT counts on.
  void stall(Cycle cycles);
  /// Fires the events that are due at now().
  void fire_due() { fire_until(now_); }

  /// HCLK in Hz.
  [[nodiscard]] std::uint32_t hz() const { return hz_; }
  void set_hz(std::uint32_t hz);
  /// Simulated time since power-on, rounded down.
  [[nodiscard]] std::uint64_t nanoseconds() const;
  /// The first cycle at or after `nanoseconds` since power-on if HCLK stays as it is.
  [[nodiscard]] Cycle cycle_at(std::uint64_t nanoseconds) const;

 private:
  friend class Event;
  void fire_until(Cycle at);
  void update_next();

  Cycle now_ = 0;
  Cycle next_ = kNever;
  Cycle slept_ = 0;
  std::uint32_t hz_;
  // Time and cycle of the last change of frequency.
  std::uint64_t mark_nanoseconds_ = 0;
  Cycle mark_cycle_ = 0;
  std::vector<Event*> events_;
};

}  // namespace simulator
