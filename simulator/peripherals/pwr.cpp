#include "simulator/peripherals/pwr.h"

namespace simulator {
namespace {
constexpr std::uint32_t kCr1Reset = 0x0000C000;  // scale 1
constexpr std::uint32_t kOdEn = 1u << 16;
constexpr std::uint32_t kOdSwEn = 1u << 17;
constexpr std::uint32_t kVosRdy = 1u << 14;
constexpr std::uint32_t kOdRdy = 1u << 16;
constexpr std::uint32_t kOdSwRdy = 1u << 17;
}  // namespace

void Pwr::reset() {
  cr1_ = kCr1Reset;
  cr2_ = csr2_ = 0;
}

unsigned Pwr::voltage_scale() const {
  const unsigned vos = cr1_ >> 14 & 3;  // 11: scale 1, 10: scale 2, 01: scale 3
  return vos == 0 ? 3 : 4 - vos;
}

bool Pwr::over_drive() const { return (cr1_ & kOdEn) && (cr1_ & kOdSwEn); }

std::uint32_t Pwr::read(std::uint32_t offset) {
  switch (offset) {
    case 0x0:
      return cr1_;
    case 0x4:  // CSR1: the handshake answers at once
      return kVosRdy | (cr1_ & kOdEn ? kOdRdy : 0) | (over_drive() ? kOdSwRdy : 0);
    case 0x8:
      return cr2_;
    case 0xC:
      return csr2_;
    default:
      return 0;
  }
}

void Pwr::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case 0x0:
      cr1_ = value;
      break;
    case 0x8:
      cr2_ = value;
      return;
    case 0xC:
      csr2_ = value;
      return;
    default:
      return;
  }
  if (changed_) changed_();
}

}  // namespace simulator
