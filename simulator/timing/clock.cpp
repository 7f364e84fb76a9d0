#include "simulator/timing/clock.h"

#include <algorithm>
#include <utility>

namespace simulator {
namespace {
constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;
}  // namespace

Event::Event(Clock& clock, Action action) : clock_(clock), action_(std::move(action)) {
  clock_.events_.push_back(this);
}

void Event::arm(Cycle at) {
  at_ = at;
  clock_.update_next();
}

void Clock::update_next() {
  next_ = kNever;
  for (const Event* event : events_) next_ = std::min(next_, event->at_);
}

void Clock::fire_until(Cycle at) {
  while (next_ <= at) {
    Event* due = *std::find_if(events_.begin(), events_.end(),
                               [this](const Event* event) { return event->at_ == next_; });
    const Cycle cycle = due->at_;
    due->disarm();
    due->action_(cycle);
  }
}

void Clock::sleep_until(Cycle at) {
  slept_ += at - now_;
  stall(at - now_);
}

void Clock::stall(Cycle cycles) {
  const Cycle end = now_ + cycles;
  while (next_ <= end) {
    now_ = std::max(now_, next_);
    fire_due();
  }
  now_ = std::max(now_, end);
}

void Clock::set_hz(std::uint32_t hz) {
  mark_nanoseconds_ = nanoseconds();
  mark_cycle_ = now_;
  hz_ = hz;
}

std::uint64_t Clock::nanoseconds() const {
  const auto elapsed = static_cast<unsigned __int128>(now_ - mark_cycle_) * kNanosecondsPerSecond;
  return mark_nanoseconds_ + static_cast<std::uint64_t>(elapsed / hz_);
}

Cycle Clock::cycle_at(std::uint64_t nanoseconds) const {
  if (nanoseconds <= mark_nanoseconds_) return now_;
  const auto cycles = static_cast<unsigned __int128>(nanoseconds - mark_nanoseconds_) * hz_;
  const auto rounded_up = (cycles + kNanosecondsPerSecond - 1) / kNanosecondsPerSecond;
  return std::max(now_, mark_cycle_ + static_cast<Cycle>(rounded_up));
}

}  // namespace simulator
