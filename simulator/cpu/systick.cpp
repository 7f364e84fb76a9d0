#include "simulator/cpu/systick.h"

namespace simulator {
namespace {
constexpr std::uint32_t kEnable = 1u << 0;
constexpr std::uint32_t kTickInt = 1u << 1;
constexpr std::uint32_t kControlBits = 7;
constexpr std::uint32_t kCountFlag = 1u << 16;
constexpr std::uint32_t kCounterBits = 0x00FFFFFF;
// 10 ms of HCLK/8 at 216 MHz, RM0385 11.2.
constexpr std::uint32_t kCalib = 0x000041A0 | 1u << 30;
}  // namespace

SysTick::SysTick(Clock& clock, Nvic& nvic)
    : clock_(clock), nvic_(nvic), zero_(clock, [this](Cycle due) { reached_zero(due); }) {}

void SysTick::reset() {
  zero_.disarm();
  control_ = reload_ = stopped_value_ = 0;
  count_flag_ = false;
}

std::uint32_t SysTick::value() const {
  if (!zero_.armed()) return stopped_value_;
  const Cycle ticks = (zero_.at() - clock_.now() + tick() - 1) / tick();
  return ticks > reload_ && stopped_value_ == 0 ? 0 : static_cast<std::uint32_t>(ticks);
}

// From 0 the counter first takes a tick to load its reload value.
void SysTick::start(Cycle now, std::uint32_t from) {
  stopped_value_ = from;
  const std::uint32_t ticks = from ? from : reload_ + 1;
  if (!from && !reload_) {
    zero_.disarm();
    return;
  }
  zero_.arm(now + ticks * tick());
}

void SysTick::reached_zero(Cycle now) {
  count_flag_ = true;
  if (control_ & kTickInt) nvic_.set_pending(kSysTick, true);
  start(now, 0);
}

std::uint32_t SysTick::read(std::uint32_t offset) {
  switch (offset) {
    case 0x0: {
      const std::uint32_t result = control_ | (count_flag_ ? kCountFlag : 0);
      count_flag_ = false;
      return result;
    }
    case 0x4:
      return reload_;
    case 0x8:
      return value();
    default:
      return kCalib;
  }
}

void SysTick::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case 0x0: {
      const std::uint32_t left = this->value();
      zero_.disarm();
      control_ = value & kControlBits;
      stopped_value_ = left;
      if (control_ & kEnable) start(clock_.now(), left);
      break;
    }
    case 0x4:
      reload_ = value & kCounterBits;
      // A timer that waits for a reload value starts now; a running count is not disturbed.
      if ((control_ & kEnable) && !zero_.armed()) start(clock_.now(), 0);
      break;
    case 0x8:
      count_flag_ = false;
      stopped_value_ = 0;
      if (control_ & kEnable) start(clock_.now(), 0);
      break;
    default:
      break;
  }
}

}  // namespace simulator
