// The registers of the Cortex-M7 itself (PM0253 chapter 4; debug registers: ARMv7-M manual C1).
#pragma once

#include <cstddef>

#include "firmware/hal/register.h"

namespace firmware {

struct SystemControlBlock {
  Register CPUID, ICSR, VTOR, AIRCR, SCR, CCR;
  Register SHPR[3];
  Register SHCSR, CFSR, HFSR, DFSR, MMFAR, BFAR, AFSR;
  Register identification[14];
  Register CLIDR, CTR, CCSIDR, CSSELR, CPACR;
};
static_assert(offsetof(SystemControlBlock, CPACR) == 0x88);
inline SystemControlBlock& scb() { return block_at<SystemControlBlock>(0xE000ED00); }

inline constexpr uint32_t kAircrKey = 0x05FAU << 16, kAircrSystemReset = 1U << 2;
inline constexpr uint32_t kCcrDataCache = 1U << 16;
inline constexpr uint32_t kCcrInstructionCache = 1U << 17;
inline constexpr uint32_t kShcsrFaultsEnabled = 7U << 16;  // MemManage, BusFault, UsageFault
inline constexpr uint32_t kCpacrFpuFullAccess = 0xFU << 20;

struct SysTickTimer {
  Register CSR, RVR, CVR, CALIB;
};
inline SysTickTimer& systick() { return block_at<SysTickTimer>(0xE000E010); }

inline constexpr uint32_t kSysTickEnable = 1U << 0;
inline constexpr uint32_t kSysTickInterrupt = 1U << 1;
inline constexpr uint32_t kSysTickCoreClock = 1U << 2;

inline void enable_interrupt(uint32_t number) {
  block_at<Register[8]>(0xE000E100)[number / 32] = 1U << number % 32;  // NVIC_ISER
}

// The cycle counter, behind the lock that this core puts before it.
inline Register& dwt_cyccnt() { return block_at<Register>(0xE0001004); }
inline void start_cycle_counter() {
  block_at<Register>(0xE000EDFC).set(1U << 24);  // DEMCR.TRCENA
  block_at<Register>(0xE0001FB0) = 0xC5ACCE55;   // DWT_LAR
  block_at<Register>(0xE0001000).set(1U << 0);   // DWT_CTRL.CYCCNTENA
}

inline void data_barrier() { asm volatile("dsb" ::: "memory"); }
inline void instruction_barrier() { asm volatile("isb" ::: "memory"); }
inline void wait_for_interrupt() { asm volatile("wfi" ::: "memory"); }
inline void disable_interrupts() { asm volatile("cpsid i" ::: "memory"); }
inline void enable_interrupts() { asm volatile("cpsie i" ::: "memory"); }

// Invalidates and enables the instruction and the data cache.
void enable_caches();

// What was read of this memory is forgotten: something else has changed it.
void invalidate_data_cache(uintptr_t address, uint32_t bytes);

// Starts the program anew, as the reset button does.
[[noreturn]] void restart_core();

// 1 kHz from SysTick, whose clock is given.
void start_millisecond_timer(uint32_t clock_hz);

}  // namespace firmware
