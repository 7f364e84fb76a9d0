#include "firmware/cortex-m7/core.h"

#include <atomic>

#include "firmware/cortex-m7/vectors.h"
#include "firmware/hal/board.h"

namespace firmware {
namespace {

std::atomic<uint32_t> ticks = 0;

// Cache maintenance operations (PM0253 4.5).
struct CacheMaintenance {
  Register ICIALLU, reserved, ICIMVAU, DCIMVAC, DCISW;
};
CacheMaintenance& cache_maintenance() { return block_at<CacheMaintenance>(0xE000EF50); }

// The content of the data cache is undefined at reset (PM0253 2.5): every set of every way is
// marked invalid before use.
void invalidate_whole_data_cache() {
  scb().CSSELR = 0;  // level 1 data cache
  data_barrier();
  const uint32_t geometry = scb().CCSIDR;
  const uint32_t last_set = geometry >> 13 & 0x7FFF;
  const uint32_t last_way = geometry >> 3 & 0x3FF;
  const int way_shift = __builtin_clz(last_way | 1);
  const uint32_t set_shift = (geometry & 7) + 4;  // log2 of the line's bytes
  for (uint32_t set = 0; set <= last_set; ++set) {
    for (uint32_t way = 0; way <= last_way; ++way)
      cache_maintenance().DCISW = way << way_shift | set << set_shift;
  }
  data_barrier();
}

}  // namespace

void enable_caches() {
  data_barrier();
  instruction_barrier();
  cache_maintenance().ICIALLU = 0;
  invalidate_whole_data_cache();
  scb().CCR.set(kCcrInstructionCache | kCcrDataCache);
  data_barrier();
  instruction_barrier();
}

void invalidate_data_cache(uintptr_t address, uint32_t bytes) {
  constexpr uint32_t kLine = 32;
  data_barrier();
  for (uintptr_t line = address & ~uintptr_t{kLine - 1}; line < address + bytes; line += kLine)
    cache_maintenance().DCIMVAC = static_cast<uint32_t>(line);
  data_barrier();
}

void restart_core() {
  data_barrier();
  scb().AIRCR = kAircrKey | kAircrSystemReset;
  for (;;) {
  }
}

void start_millisecond_timer(uint32_t clock_hz) {
  systick().RVR = clock_hz / 1000 - 1;
  systick().CVR = 0;
  systick().CSR = kSysTickEnable | kSysTickInterrupt | kSysTickCoreClock;
}

void handle_systick() {
  ticks.store(ticks.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

uint32_t milliseconds() { return ticks.load(std::memory_order_relaxed); }

}  // namespace firmware
