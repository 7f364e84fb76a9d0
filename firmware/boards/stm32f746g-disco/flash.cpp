// Rewriting flash, RM0385 chapter 3.
#include "firmware/hal/flash.h"

#include <algorithm>
#include <cstring>

#include "firmware/boards/stm32f746g-disco/registers.h"
#include "firmware/cortex-m7/core.h"

namespace firmware {
namespace {

// KEYR, in this order (3.5.1)
constexpr uint32_t kKey1 = 0x45670123, kKey2 = 0xCDEF89AB;
constexpr uint32_t kCrProgram = 1U << 0, kCrSectorErase = 1U << 1, kCrStart = 1U << 16,
                   kCrLock = 1U << 31;
constexpr uint32_t kCrSector = 0xFU << 3, kCrParallelism = 3U << 8;
constexpr uint32_t kCrWords = 2U << 8;  // 32 bits at a time: 2.7 V to 3.6 V
constexpr uint32_t kSrBusy = 1U << 16;
constexpr uint32_t kSrAll = 0xF3U;  // errors and end of operation, cleared by ones

// What memory-slots.ld leaves of the sectors of 3.3.2.
struct Area {
  uintptr_t address;
  uint32_t bytes;
  uint32_t first_sector, last_sector;
};
constexpr Area kAreas[kFlashAreas] = {{0x08020000, 384 * 1024, 4, 5},
                                      {0x08080000, 512 * 1024, 6, 7}};

class Unlocked {
 public:
  Unlocked() {
    flash().KEYR = kKey1;
    flash().KEYR = kKey2;
    flash().SR = kSrAll;
  }
  ~Unlocked() { flash().CR = kCrLock; }
};

void wait() {
  data_barrier();
  flash().SR.wait_until(kSrBusy, 0);
}

bool holds(const Area& area, uint32_t offset, std::span<const uint8_t> bytes) {
  invalidate_data_cache(area.address + offset, static_cast<uint32_t>(bytes.size()));
  return std::memcmp(reinterpret_cast<const void*>(area.address + offset), bytes.data(),
                     bytes.size()) == 0;
}

}  // namespace

std::span<const uint8_t> flash_area(uint32_t area) {
  return {reinterpret_cast<const uint8_t*>(kAreas[area].address), kAreas[area].bytes};
}

bool erase_flash(uint32_t area) {
  const Area& which = kAreas[area];
  {
    const Unlocked unlocked;
    for (uint32_t sector = which.first_sector; sector <= which.last_sector; ++sector) {
      flash().CR.replace(kCrSector | kCrParallelism | kCrProgram,
                         sector << 3 | kCrWords | kCrSectorErase);
      flash().CR.set(kCrStart);
      wait();
    }
  }
  invalidate_data_cache(which.address, which.bytes);
  const auto bytes = flash_area(area);
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0xFF; });
}

bool program_flash(uint32_t area, uint32_t offset, std::span<const uint8_t> bytes) {
  const Area& which = kAreas[area];
  {
    const Unlocked unlocked;
    flash().CR.replace(kCrParallelism | kCrSectorErase, kCrWords | kCrProgram);
    for (size_t i = 0; i < bytes.size(); i += sizeof(uint32_t)) {
      uint32_t word;
      std::memcpy(&word, bytes.data() + i, sizeof word);
      *reinterpret_cast<volatile uint32_t*>(which.address + offset + i) = word;
      wait();
    }
  }
  return holds(which, offset, bytes);
}

}  // namespace firmware
