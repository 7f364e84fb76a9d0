#include "simulator/peripherals/rcc.h"

#include <algorithm>

namespace simulator {
namespace {

enum Register : std::uint32_t {
  kCr = 0x00,
  kPllcfgr = 0x04,
  kCfgr = 0x08,
  kAhb1Enr = 0x30,
  kAhb2Enr = 0x34,
  kAhb3Enr = 0x38,
  kApb1Enr = 0x40,
  kApb2Enr = 0x44,
  kBdcr = 0x70,
  kCsr = 0x74,
  kPlli2scfgr = 0x84,
  kPllsaicfgr = 0x88,
  kDckcfgr1 = 0x8C,
  kDckcfgr2 = 0x90,
};

constexpr std::uint32_t kCrReset = 0x00000081;     // HSION, HSITRIM 16
constexpr std::uint32_t kCrWritable = 0x150D00F9;  // PLLSAION, PLLI2SON, PLLON, HSE..., HSI
constexpr std::uint32_t kHsiOn = 1u << 0;
constexpr std::uint32_t kHseOn = 1u << 16;
constexpr std::uint32_t kPllOn = 1u << 24;
// Oscillators and PLLs: each ready flag is the bit above its enable bit.
constexpr std::uint32_t kOnBits = 1u << 28 | 1u << 26 | kPllOn | kHseOn | kHsiOn;
constexpr std::uint32_t kPllcfgrReset = 0x24003010;
constexpr std::uint32_t kPllSrcHse = 1u << 22;
constexpr std::uint32_t kCsrReset = 0x0E000000;  // power-on, pin and brown-out reset flags
constexpr std::uint32_t kRmvf = 1u << 24;
constexpr std::uint32_t kLseHz = 32'768;

std::uint32_t ahb_divider(std::uint32_t hpre) {  // CFGR.HPRE, RM0385 5.3.3
  constexpr std::uint32_t kDividers[] = {2, 4, 8, 16, 64, 128, 256, 512};
  return hpre < 8 ? 1 : kDividers[hpre - 8];
}

std::uint32_t apb_divider(std::uint32_t ppre) { return ppre < 4 ? 1 : 2u << (ppre - 4); }

}  // namespace

void Rcc::reset() {
  cr_ = kCrReset;
  pllcfgr_ = kPllcfgrReset;
  csr_ = kCsrReset;
  cfgr_ = bdcr_ = 0;
  apb1enr_ = apb2enr_ = dckcfgr2_ = 0;
  ahb1enr_ = 0x00100000;  // DTCMRAMEN
  ahb2enr_ = 0;
  ahb3enr_ = 0;
  stored_ = {{kPlli2scfgr, 0x24003000}, {kPllsaicfgr, 0x24003000}};
  if (changed_) changed_();
}

std::uint32_t Rcc::cr() const { return cr_ | (cr_ & kOnBits) << 1; }

ClockTree Rcc::clocks() const {
  ClockTree out{};
  out.hse = hse_hz_;
  const std::uint32_t source = cfgr_ & 3;
  if (source == 2 && (cr_ & kPllOn)) {
    const std::uint32_t m = pllcfgr_ & 0x3F, n = pllcfgr_ >> 6 & 0x1FF;
    const std::uint32_t p = 2 * ((pllcfgr_ >> 16 & 3) + 1);
    const std::uint32_t input = pllcfgr_ & kPllSrcHse ? hse_hz_ : kHsiHz;
    out.pll_input = m ? input / m : 0;
    out.pll_vco = m ? static_cast<std::uint32_t>(std::uint64_t{input} * n / m) : 0;
    out.sysclk = out.pll_vco / p;
  } else {
    out.sysclk = source == 1 && (cr_ & kHseOn) ? hse_hz_ : kHsiHz;
  }
  if (out.sysclk == 0) out.sysclk = kHsiHz;  // an impossible PLL: time must not stand still
  out.hclk = out.sysclk / ahb_divider(cfgr_ >> 4 & 0xF);
  out.pclk1 = out.hclk / apb_divider(cfgr_ >> 10 & 7);
  out.pclk2 = out.hclk / apb_divider(cfgr_ >> 13 & 7);
  return out;
}

std::uint32_t Rcc::usart_clock(unsigned select, bool on_apb2) const {
  const ClockTree tree = clocks();
  switch (dckcfgr2_ >> select & 3) {
    case 1:
      return tree.sysclk;
    case 2:
      return kHsiHz;
    case 3:
      return kLseHz;
    default:
      return on_apb2 ? tree.pclk2 : tree.pclk1;
  }
}

std::uint32_t Rcc::apb1_timer_clock() {
  constexpr std::uint32_t kTimPre = 1u << 24;
  const ClockTree tree = clocks();
  return std::min(tree.hclk, tree.pclk1 * (stored_[kDckcfgr1] & kTimPre ? 4 : 2));
}

std::uint32_t Rcc::read(std::uint32_t offset) {
  switch (offset) {
    case kCr:
      return cr();
    case kPllcfgr:
      return pllcfgr_;
    case kCfgr: {
      // SWS follows SW at once when the chosen source runs.
      const std::uint32_t source = cfgr_ & 3;
      const std::uint32_t on[] = {kHsiOn, kHseOn, kPllOn, 0};
      return (cfgr_ & ~0xCu) | (cr_ & on[source] ? source << 2 : 0);
    }
    case kAhb1Enr:
      return ahb1enr_;
    case kAhb2Enr:
      return ahb2enr_;
    case kAhb3Enr:
      return ahb3enr_;
    case kApb1Enr:
      return apb1enr_;
    case kApb2Enr:
      return apb2enr_;
    case kBdcr:
      return bdcr_ | (bdcr_ & 1) << 1;  // LSERDY
    case kCsr:
      return csr_ | (csr_ & 1) << 1;  // LSIRDY
    case kDckcfgr2:
      return dckcfgr2_;
    default:
      return stored_[offset];
  }
}

void Rcc::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case kCr:
      cr_ = value & kCrWritable;
      break;
    case kPllcfgr:
      if (!(cr_ & kPllOn)) pllcfgr_ = value;  // locked while the PLL runs
      break;
    case kCfgr:
      cfgr_ = value & ~0xCu;
      break;
    case kAhb1Enr:
      ahb1enr_ = value;
      return;
    case kAhb2Enr:
      ahb2enr_ = value;
      return;
    case kAhb3Enr:
      ahb3enr_ = value;
      return;
    case kApb1Enr:
      apb1enr_ = value;
      return;
    case kApb2Enr:
      apb2enr_ = value;
      return;
    case kBdcr:
      bdcr_ = value & ~2u;
      return;
    case kCsr:
      csr_ = (value & kRmvf ? 0 : csr_ & 0xFE000000) | (value & 1);
      return;
    case kDckcfgr2:
      dckcfgr2_ = value;
      break;
    default:
      stored_[offset] = value;
      return;
  }
  if (changed_) changed_();
}

}  // namespace simulator
