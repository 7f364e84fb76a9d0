#include "simulator/peripherals/flash.h"

#include <algorithm>
#include <iterator>

namespace simulator {
namespace {

enum Register : std::uint32_t {
  kAcr = 0x00,
  kKeyr = 0x04,
  kSr = 0x0C,
  kCr = 0x10,
  kOptcr = 0x14,
  kOptcr1 = 0x18,
};

constexpr std::uint32_t kKey1 = 0x45670123, kKey2 = 0xCDEF89AB;  // RM0385 3.5.1
// CR
constexpr std::uint32_t kPg = 1u << 0, kSer = 1u << 1, kMer = 1u << 2, kStrt = 1u << 16,
                        kLock = 1u << 31;
constexpr std::uint32_t kCrWritable = 0x0300037F;
// SR, cleared by writing one
constexpr std::uint32_t kEop = 1u << 0, kPgaErr = 1u << 5, kPgpErr = 1u << 6, kErsErr = 1u << 7;
constexpr std::uint32_t kOptcrReset = 0xC0FFAAFD, kOptcr1Reset = 0x00400080;

struct Sector {
  std::uint32_t offset, size;
};
constexpr std::uint32_t kKb = 1024;
constexpr Sector kSectors[] = {
    {0, 32 * kKb},          {32 * kKb, 32 * kKb},   {64 * kKb, 32 * kKb},   {96 * kKb, 32 * kKb},
    {128 * kKb, 128 * kKb}, {256 * kKb, 256 * kKb}, {512 * kKb, 256 * kKb}, {768 * kKb, 256 * kKb},
};

// Typical times of the STM32F746 data sheet, rounded.
constexpr std::uint64_t kProgramNanoseconds = 16'000;
constexpr std::uint64_t kEraseNanosecondsPer32Kb = 125'000'000;
constexpr std::uint64_t kEraseNanosecondsLeast = 250'000'000;

std::uint64_t erase_time(std::uint32_t size) {
  return std::max(kEraseNanosecondsLeast, kEraseNanosecondsPer32Kb * size / (32 * kKb));
}

}  // namespace

void Flash::reset() {
  acr_ = sr_ = 0;
  cr_ = kLock;
  optcr_ = kOptcrReset;
  optcr1_ = kOptcr1Reset;
  keys_seen_ = 0;
  locked_until_reset_ = false;
}

std::uint32_t Flash::read(std::uint32_t offset) {
  switch (offset) {
    case kAcr:
      return acr_;
    case kSr:
      return sr_;
    case kCr:
      return cr_;
    case kOptcr:
      return optcr_;
    case kOptcr1:
      return optcr1_;
    default:
      return 0;
  }
}

void Flash::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case kAcr:
      acr_ = value;
      if (changed_) changed_();
      break;
    case kKeyr:
      unlock(value);
      break;
    case kSr:
      sr_ &= ~value;
      break;
    case kCr:
      if (cr_ & kLock) break;
      if (value & kLock) {
        cr_ |= kLock;
        keys_seen_ = 0;
        break;
      }
      cr_ = value & kCrWritable;
      if (value & kStrt) start_erase();
      break;
    default:
      break;  // option bytes stay as delivered
  }
}

void Flash::unlock(std::uint32_t key) {
  if (locked_until_reset_ || !(cr_ & kLock)) return;
  const std::uint32_t expected = keys_seen_ == 0 ? kKey1 : kKey2;
  if (key != expected) {
    locked_until_reset_ = true;
  } else if (++keys_seen_ == 2) {
    cr_ &= ~kLock;
  }
}

void Flash::start_erase() {
  if (cr_ & kMer) {
    erase(0, kSize, 4 * erase_time(256 * kKb));
  } else if (cr_ & kSer) {
    const std::uint32_t number = cr_ >> 3 & 0xF;
    if (number >= std::size(kSectors)) {
      sr_ |= kErsErr;
      return;
    }
    erase(kSectors[number].offset, kSectors[number].size, erase_time(kSectors[number].size));
  } else {
    sr_ |= kErsErr;
  }
}

void Flash::erase(std::uint32_t offset, std::uint32_t size, std::uint64_t nanoseconds) {
  std::uint8_t* bytes = memory_.at(kAxiBase + offset, size);
  std::fill(bytes, bytes + size, std::uint8_t{0xFF});
  if (contents_changed_) contents_changed_(offset, size);
  busy(nanoseconds);
}

void Flash::busy(std::uint64_t nanoseconds) {
  clock_.stall(clock_.cycle_at(clock_.nanoseconds() + nanoseconds) - clock_.now());
  sr_ |= kEop;
}

bool Flash::accepts(std::uint32_t address, std::uint32_t size) {
  if (!holds(address)) return false;
  if ((cr_ & kLock) || !(cr_ & kPg)) {
    if (!(cr_ & kLock)) sr_ |= kErsErr;
    return false;
  }
  const std::uint32_t parallelism = 1u << (cr_ >> 8 & 3);  // PSIZE: 1, 2, 4 or 8 bytes
  if (size > parallelism) {
    sr_ |= kPgpErr;
    return false;
  }
  if (address % size != 0) {
    sr_ |= kPgaErr;
    return false;
  }
  return true;
}

// Programming turns ones into zeros only.
void Flash::stored(std::uint32_t address, const std::vector<std::uint8_t>& before) {
  const auto size = static_cast<std::uint32_t>(before.size());
  std::uint8_t* bytes = memory_.at(address, size);
  for (std::uint32_t i = 0; i < size; ++i) bytes[i] &= before[i];
  if (contents_changed_) contents_changed_(address % kSize, size);
  busy(kProgramNanoseconds);
}

}  // namespace simulator
