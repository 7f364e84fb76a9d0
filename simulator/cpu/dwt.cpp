#include "simulator/cpu/dwt.h"

namespace simulator {
namespace {
constexpr std::uint32_t kCtrl = 0x000;
constexpr std::uint32_t kCyccnt = 0x004;
constexpr std::uint32_t kLar = 0xFB0;
constexpr std::uint32_t kLsr = 0xFB4;
constexpr std::uint32_t kUnlock = 0xC5ACCE55;  // CoreSight lock access key
constexpr std::uint32_t kNumComp = 4u << 28;   // four comparators on the Cortex-M7
constexpr std::uint32_t kCtrlBits = 0x007FFFFF;
}  // namespace

std::uint32_t Dwt::count() const { return counting() ? base_ + core_cycles() : base_; }

void Dwt::set_trace_enabled(bool enabled) {
  const std::uint32_t value = count();
  trace_enabled_ = enabled;
  base_ = counting() ? value - core_cycles() : value;
}

void Dwt::reset() {
  control_ = base_ = 0;
  trace_enabled_ = false;
  locked_ = true;
}

std::uint32_t Dwt::read(std::uint32_t offset) {
  switch (offset) {
    case kCtrl:
      return control_ | kNumComp;
    case kCyccnt:
      return count();
    case kLsr:
      return locked_ ? 3 : 1;
    default:
      return 0;
  }
}

void Dwt::write(std::uint32_t offset, std::uint32_t value) {
  if (offset == kLar) {
    locked_ = value != kUnlock;
    return;
  }
  if (locked_ || !trace_enabled_) return;
  if (offset == kCtrl) {
    const std::uint32_t before = count();
    control_ = value & kCtrlBits;
    base_ = counting() ? before - core_cycles() : before;
  } else if (offset == kCyccnt) {
    base_ = counting() ? value - core_cycles() : value;
  }
}

}  // namespace simulator
