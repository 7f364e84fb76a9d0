#include "simulator/cpu/system_control.h"

namespace simulator {
namespace {

enum Register : std::uint32_t {
  kIctr = 0x004,
  kActlr = 0x008,
  kSysTickFirst = 0x010,
  kSysTickLast = 0x01C,
  kNvicFirst = 0x100,
  kNvicLast = 0x4FC,
  kCpuid = 0xD00,
  kIcsr = 0xD04,
  kVtor = 0xD08,
  kAircr = 0xD0C,
  kScr = 0xD10,
  kCcr = 0xD14,
  kShpr1 = 0xD18,
  kShpr2 = 0xD1C,
  kShpr3 = 0xD20,
  kShcsr = 0xD24,
  kCfsrReg = 0xD28,
  kHfsrReg = 0xD2C,
  kMmfar = 0xD34,
  kBfar = 0xD38,
  kClidr = 0xD78,
  kCtr = 0xD7C,
  kCcsidr = 0xD80,
  kCsselr = 0xD84,
  kCpacr = 0xD88,
  kMpuFirst = 0xD90,
  kMpuLast = 0xDB8,
  kDemcr = 0xDFC,
  kStir = 0xF00,
  kFpccr = 0xF34,
  kFpcar = 0xF38,
  kFpdscr = 0xF3C,
  kMvfr0 = 0xF40,
  kMvfr1 = 0xF44,
  kMvfr2 = 0xF48,
  kIciallu = 0xF50,
  kBpiall = 0xF78,
};

constexpr std::uint32_t kCortexM7R0p1 = 0x410FC271;
constexpr std::uint32_t kCcrReset = 0x00040200;     // BP and STKALIGN read as one
constexpr std::uint32_t kCcrWritable = 0x0003011B;  // DC, IC, BFHFNMIGN, DIV_0_TRP, ...
constexpr std::uint32_t kVectKey = 0x05FA, kVectKeyStat = 0xFA05;
constexpr std::uint32_t kSysResetReq = 1u << 2;
constexpr std::uint32_t kTrcEna = 1u << 24;
// 4 KB of 32-byte lines: 4 ways of 32 sets of data, 2 ways of 64 sets of instructions.
constexpr std::uint32_t kDataCcsidr = 0xF003E019, kInstructionCcsidr = 0xF007E009;

struct Reading {
  std::uint32_t offset, value;
};
constexpr Reading kConstants[] = {
    {kIctr, (Nvic::kInterrupts - 1) / 32},
    {kCpuid, kCortexM7R0p1},
    {kClidr, 0x09000003},
    {kCtr, 0x8303C003},
    {kMvfr0, 0x10110021},
    {kMvfr1, 0x11000011},
    {kMvfr2, 0x00000040},
    {0xD40, 0x00000030},
    {0xD44, 0x00000200},
    {0xD48, 0x00100000},
    {0xD50, 0x00100030},
    {0xD58, 0x01000000},
    {0xD60, 0x01101110},
    {0xD64, 0x02112000},
    {0xD68, 0x20232231},
    {0xD6C, 0x01111131},
    {0xD70, 0x01310132},  // ID_PFR0 to ID_ISAR4
};

struct FaultBit {
  unsigned exception;
  unsigned active, pending, enable;  // bit numbers in SHCSR; 32: none
};
constexpr FaultBit kShcsrBits[] = {
    {kMemManage, 0, 13, 16}, {kBusFault, 1, 14, 17}, {kUsageFault, 3, 12, 18},
    {kSvCall, 7, 15, 32},    {kPendSv, 10, 32, 32},  {kSysTick, 11, 32, 32},
};

}  // namespace

SystemControl::SystemControl(Nvic& nvic, SysTick& systick, Dwt& dwt, std::uint32_t boot_address)
    : nvic_(nvic), systick_(systick), dwt_(dwt), boot_address_(boot_address) {
  reset();
}

void SystemControl::reset() {
  nvic_.reset();
  systick_.reset();
  cfsr = hfsr = mmfar = bfar = fpcar = ipsr = 0;
  vtor_ = boot_address_;
  scr_ = cpacr_ = csselr_ = demcr_ = actlr_ = fpdscr_ = 0;
  ccr_ = kCcrReset;
  fpccr_ = 0xC0000000;
  mpu_ctrl_ = mpu_rnr_ = 0;
  mpu_.fill({});
  reset_requested_ = false;
  if (caches_enabled_) caches_enabled_();
}

std::uint32_t SystemControl::read(std::uint32_t offset) {
  for (const Reading& constant : kConstants) {
    if (constant.offset == offset) return constant.value;
  }
  if (offset >= kSysTickFirst && offset <= kSysTickLast) return systick_.read(offset - 0x10);
  if (offset >= kNvicFirst && offset <= kNvicLast) return read_nvic(offset);
  if (offset >= kMpuFirst && offset <= kMpuLast) return read_mpu(offset);
  switch (offset) {
    case kActlr:
      return actlr_;
    case kIcsr:
      return icsr();
    case kVtor:
      return vtor_;
    case kAircr:
      return kVectKeyStat << 16 | nvic_.priority_group() << 8;
    case kScr:
      return scr_;
    case kCcr:
      return ccr_;
    case kShpr1:
    case kShpr2:
    case kShpr3:
      return priorities(4 + (offset - kShpr1));
    case kShcsr:
      return shcsr();
    case kCfsrReg:
      return cfsr;
    case kHfsrReg:
      return hfsr;
    case kMmfar:
      return mmfar;
    case kBfar:
      return bfar;
    case kCcsidr:
      return csselr_ & 1 ? kInstructionCcsidr : kDataCcsidr;
    case kCsselr:
      return csselr_;
    case kCpacr:
      return cpacr_;
    case kDemcr:
      return demcr_;
    case kFpccr:
      return fpccr_;
    case kFpcar:
      return fpcar;
    case kFpdscr:
      return fpdscr_;
    default:
      return 0;  // cache operations are write-only; the rest reads as zero
  }
}

void SystemControl::write(std::uint32_t offset, std::uint32_t value) {
  if (offset >= kSysTickFirst && offset <= kSysTickLast)
    return systick_.write(offset - 0x10, value);
  if (offset >= kNvicFirst && offset <= kNvicLast) return write_nvic(offset, value);
  if (offset >= kMpuFirst && offset <= kMpuLast) return write_mpu(offset, value);
  switch (offset) {
    case kActlr:
      actlr_ = value;
      break;
    case kIcsr:
      write_icsr(value);
      break;
    case kVtor:
      vtor_ = value & ~0x7Fu;
      break;
    case kAircr:
      if (value >> 16 != kVectKey) break;
      nvic_.set_priority_group(value >> 8 & 7);
      if (value & kSysResetReq) {
        reset_requested_ = true;
        nvic_.changed = true;  // makes the core look
      }
      break;
    case kScr:
      scr_ = value & 0x16;
      break;
    case kCcr:
      ccr_ = kCcrReset | (value & kCcrWritable);
      if (caches_enabled_) caches_enabled_();
      break;
    case kShpr1:
    case kShpr2:
    case kShpr3:
      write_priorities(4 + (offset - kShpr1), value);
      break;
    case kShcsr:
      write_shcsr(value);
      break;
    case kCfsrReg:
      cfsr &= ~value;
      break;
    case kHfsrReg:
      hfsr &= ~value;
      break;
    case kMmfar:
      mmfar = value;
      break;
    case kBfar:
      bfar = value;
      break;
    case kCsselr:
      csselr_ = value & 0xF;
      break;
    case kCpacr:
      cpacr_ = value & 0x00F00000;
      break;
    case kDemcr:
      demcr_ = value & (kTrcEna | 0x7F1);
      dwt_.set_trace_enabled(value & kTrcEna);
      break;
    case kStir:
      nvic_.set_pending(kFirstInterrupt + value % Nvic::kInterrupts, true);
      break;
    case kFpccr:
      fpccr_ = value & 0xC0000000;
      break;
    case kFpcar:
      fpcar = value & ~7u;
      break;
    case kFpdscr:
      fpdscr_ = value & 0x07C00000;
      break;
    default:
      // Of no effect on memory, which is always coherent, but on time.
      if (offset >= kIciallu && offset <= kBpiall && cache_maintained_) {
        cache_maintained_(offset, value);
      }
      break;
  }
}

std::uint32_t SystemControl::priorities(unsigned first) const {
  std::uint32_t word = 0;
  for (unsigned i = 0; i < 4 && first + i < Nvic::kExceptions; ++i) {
    word |= static_cast<std::uint32_t>(nvic_.priority(first + i)) << 8 * i;
  }
  return word;
}

void SystemControl::write_priorities(unsigned first, std::uint32_t value) {
  for (unsigned i = 0; i < 4 && first + i < Nvic::kExceptions; ++i) {
    nvic_.set_priority(first + i, static_cast<std::uint8_t>(value >> 8 * i));
  }
}

// ISER, ICER, ISPR, ICPR, IABR are 0x80 apart; IPR is a byte per interrupt.
std::uint32_t SystemControl::read_nvic(std::uint32_t offset) const {
  if (offset >= 0x400) return priorities(kFirstInterrupt + (offset - 0x400));
  const unsigned first = kFirstInterrupt + (offset & 0x7F) * 8;
  std::uint32_t word = 0;
  for (unsigned i = 0; i < 32 && first + i < Nvic::kExceptions; ++i) {
    const unsigned n = first + i;
    const bool bit = offset < 0x200   ? nvic_.enabled(n)
                     : offset < 0x300 ? nvic_.pending(n)
                                      : nvic_.active(n);
    word |= std::uint32_t{bit} << i;
  }
  return word;
}

void SystemControl::write_nvic(std::uint32_t offset, std::uint32_t value) {
  if (offset >= 0x400) return write_priorities(kFirstInterrupt + (offset - 0x400), value);
  const unsigned first = kFirstInterrupt + (offset & 0x7F) * 8;
  const unsigned bank = offset & ~0x7Fu;
  for (unsigned i = 0; i < 32 && first + i < Nvic::kExceptions; ++i) {
    if (!(value >> i & 1)) continue;
    switch (bank) {
      case 0x100:
        nvic_.set_enabled(first + i, true);
        break;
      case 0x180:
        nvic_.set_enabled(first + i, false);
        break;
      case 0x200:
        nvic_.set_pending(first + i, true);
        break;
      case 0x280:
        nvic_.set_pending(first + i, false);
        break;
      default:
        break;
    }
  }
}

std::uint32_t SystemControl::icsr() const {
  const auto pending = nvic_.most_urgent_pending();
  return ipsr | (nvic_.active_count() <= 1 ? 1u << 11 : 0) | (pending ? *pending << 12 : 0) |
         (pending && *pending >= kFirstInterrupt ? 1u << 22 : 0) |
         (nvic_.pending(kSysTick) ? 1u << 26 : 0) | (nvic_.pending(kPendSv) ? 1u << 28 : 0) |
         (nvic_.pending(kNmi) ? 1u << 31 : 0);
}

void SystemControl::write_icsr(std::uint32_t value) {
  if (value & 1u << 31) nvic_.set_pending(kNmi, true);
  if (value & 1u << 28) nvic_.set_pending(kPendSv, true);
  if (value & 1u << 27) nvic_.set_pending(kPendSv, false);
  if (value & 1u << 26) nvic_.set_pending(kSysTick, true);
  if (value & 1u << 25) nvic_.set_pending(kSysTick, false);
}

std::uint32_t SystemControl::shcsr() const {
  std::uint32_t word = 0;
  for (const FaultBit& bit : kShcsrBits) {
    if (nvic_.active(bit.exception)) word |= 1u << bit.active;
    if (bit.pending < 32 && nvic_.pending(bit.exception)) word |= 1u << bit.pending;
    if (bit.enable < 32 && nvic_.enabled(bit.exception)) word |= 1u << bit.enable;
  }
  return word;
}

void SystemControl::write_shcsr(std::uint32_t value) {
  for (const FaultBit& bit : kShcsrBits) {
    if (bit.pending < 32) nvic_.set_pending(bit.exception, value >> bit.pending & 1);
    if (bit.enable < 32) nvic_.set_enabled(bit.exception, value >> bit.enable & 1);
  }
}

std::uint32_t SystemControl::read_mpu(std::uint32_t offset) const {
  const unsigned region = mpu_rnr_ % kMpuRegions;
  switch (offset) {
    case 0xD90:
      return kMpuRegions << 8;
    case 0xD94:
      return mpu_ctrl_;
    case 0xD98:
      return mpu_rnr_;
    default:
      return offset & 4 ? mpu_[region].rbar : mpu_[region].rasr;
  }
}

void SystemControl::write_mpu(std::uint32_t offset, std::uint32_t value) {
  constexpr std::uint32_t kValid = 1u << 4;
  switch (offset) {
    case 0xD90:
      return;
    case 0xD94:
      mpu_ctrl_ = value & 7;
      return;
    case 0xD98:
      mpu_rnr_ = value & 0xFF;
      return;
    default:
      break;
  }
  // RBAR at 0xD9C and RASR at 0xDA0, with three aliases each 8 bytes on.
  if (offset & 4) {
    if (value & kValid) mpu_rnr_ = value & 0xF;
    mpu_[mpu_rnr_ % kMpuRegions].rbar = (value & ~0x1Fu) | mpu_rnr_ % kMpuRegions;
  } else {
    mpu_[mpu_rnr_ % kMpuRegions].rasr = value;
  }
}

}  // namespace simulator
