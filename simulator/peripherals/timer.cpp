#include "simulator/peripherals/timer.h"

namespace simulator {
namespace {

enum Register : std::uint32_t {
  kCr1 = 0x00,
  kDier = 0x0C,
  kSr = 0x10,
  kEgr = 0x14,
  kCnt = 0x24,
  kPsc = 0x28,
  kArr = 0x2C,
};
// CR1
constexpr std::uint32_t kCen = 1u << 0, kUdis = 1u << 1, kUrs = 1u << 2, kOpm = 1u << 3,
                        kArpe = 1u << 7;
constexpr std::uint32_t kUie = 1u << 0, kUif = 1u << 0, kUg = 1u << 0;

}  // namespace

Timer::Timer(std::uint32_t longest, Clock& clock, Connections connections)
    : longest_(longest),
      clock_(clock),
      connections_(std::move(connections)),
      overflow_(clock, [this](Cycle due) { update(due); }) {
  reset();
}

void Timer::reset() {
  overflow_.disarm();
  cr1_ = dier_ = sr_ = psc_ = prescaler_ = count_ = 0;
  arr_ = reload_ = longest_;
  stored_.clear();
  update_interrupt();
}

Cycle Timer::cycles_of(std::uint64_t ticks) const {
  const auto kernel_cycles = static_cast<unsigned __int128>(ticks) * (prescaler_ + 1);
  return static_cast<Cycle>(kernel_cycles * clock_.hz() / connections_.kernel_hz());
}

std::uint32_t Timer::count() const {
  if (!(cr1_ & kCen)) return count_;
  const auto kernel_cycles = static_cast<unsigned __int128>(clock_.now() - since_) *
                             connections_.kernel_hz() / clock_.hz();
  const auto ticks = static_cast<std::uint64_t>(kernel_cycles / (prescaler_ + 1));
  return static_cast<std::uint32_t>(count_ + ticks) & longest_;
}

void Timer::start_from(std::uint32_t count, Cycle now) {
  count_ = count & longest_;
  since_ = now;
  overflow_.disarm();
  if (!(cr1_ & kCen) || reload_ == 0) return;
  // A count that has passed the reload value runs on to the counter's end.
  const std::uint64_t last = count_ <= reload_ ? reload_ : longest_;
  overflow_.arm(now + cycles_of(last - count_ + 1));
}

// The update event: overflow, or EGR.UG.
void Timer::update(Cycle now) {
  if (!(cr1_ & kUdis)) {
    prescaler_ = psc_;
    reload_ = arr_;
    sr_ |= kUif;
  }
  if (cr1_ & kOpm) cr1_ &= ~kCen;
  start_from(0, now);
  update_interrupt();
}

void Timer::update_interrupt() { connections_.interrupt((dier_ & kUie) && (sr_ & kUif)); }

std::uint32_t Timer::read(std::uint32_t offset) {
  switch (offset) {
    case kCr1:
      return cr1_;
    case kDier:
      return dier_;
    case kSr:
      return sr_;
    case kEgr:
      return 0;
    case kCnt:
      return count();
    case kPsc:
      return psc_;
    case kArr:
      return arr_;
    default:
      return stored_[offset];
  }
}

void Timer::write(std::uint32_t offset, std::uint32_t value) {
  const Cycle now = clock_.now();
  switch (offset) {
    case kCr1: {
      const std::uint32_t before = count();
      cr1_ = value;
      start_from(before, now);
      break;
    }
    case kDier:
      dier_ = value;
      break;
    case kSr:
      sr_ &= value;  // flags are cleared by writing zero
      break;
    case kEgr:
      if (value & kUg) {
        const std::uint32_t flags = sr_, running = cr1_ & kCen;
        update(now);
        if (cr1_ & kUrs) sr_ = flags;
        cr1_ |= running;
        start_from(0, now);
      }
      break;
    case kCnt:
      start_from(value, now);
      break;
    case kPsc:
      psc_ = value & 0xFFFF;
      break;
    case kArr:
      arr_ = value & longest_;
      if (!(cr1_ & kArpe)) {
        const std::uint32_t before = count();
        reload_ = arr_;
        start_from(before, now);
      }
      break;
    default:
      stored_[offset] = value;
  }
  update_interrupt();
}

}  // namespace simulator
