// The System Control Space, 0xE000E000: SysTick, NVIC, SCB, MPU, FPU and cache registers.
// ARMv7-M ARM B3.2; reset values of the Cortex-M7 from its Technical Reference Manual, chapter 3.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <utility>

#include "simulator/cpu/dwt.h"
#include "simulator/cpu/nvic.h"
#include "simulator/cpu/systick.h"
#include "simulator/peripherals/bus.h"

namespace simulator {

class SystemControl final : public Peripheral {
 public:
  static constexpr std::uint32_t kBase = 0xE000E000;

  /// `boot_address`: where the vector table lies after reset.
  SystemControl(Nvic& nvic, SysTick& systick, Dwt& dwt, std::uint32_t boot_address);

  std::uint32_t read(std::uint32_t offset) override;
  void write(std::uint32_t offset, std::uint32_t value) override;
  void reset() override;

  [[nodiscard]] std::uint32_t vtor() const { return vtor_; }
  [[nodiscard]] bool fpu_enabled() const { return (cpacr_ >> 20 & 0xF) != 0; }
  /// CCR.DIV_0_TRP
  [[nodiscard]] bool traps_division() const { return ccr_ & 1u << 4; }
  [[nodiscard]] bool instruction_cache_enabled() const { return ccr_ & 1u << 17; }
  [[nodiscard]] bool data_cache_enabled() const { return ccr_ & 1u << 16; }
  [[nodiscard]] bool mpu_enabled() const { return mpu_ctrl_ & 1; }
  [[nodiscard]] bool sleep_on_exit() const { return scr_ & 1u << 1; }
  /// Called after CCR was written.
  void on_cache_enable(std::function<void()> action) { caches_enabled_ = std::move(action); }
  /// Called for writes to the cache maintenance registers, at their offset from kBase.
  void on_cache_maintenance(std::function<void(std::uint32_t offset, std::uint32_t value)> action) {
    cache_maintained_ = std::move(action);
  }
  /// AIRCR.SYSRESETREQ was written.
  [[nodiscard]] bool reset_requested() const { return reset_requested_; }

  // Fault status, filled in by the core.
  std::uint32_t cfsr = 0;
  std::uint32_t hfsr = 0;
  std::uint32_t mmfar = 0;
  std::uint32_t bfar = 0;
  std::uint32_t fpcar = 0;
  /// The exception number in IPSR, kept by the core.
  unsigned ipsr = 0;

 private:
  std::uint32_t read_nvic(std::uint32_t offset) const;
  void write_nvic(std::uint32_t offset, std::uint32_t value);
  std::uint32_t read_mpu(std::uint32_t offset) const;
  void write_mpu(std::uint32_t offset, std::uint32_t value);
  std::uint32_t icsr() const;
  void write_icsr(std::uint32_t value);
  std::uint32_t shcsr() const;
  void write_shcsr(std::uint32_t value);
  std::uint32_t priorities(unsigned first) const;
  void write_priorities(unsigned first, std::uint32_t value);

  static constexpr unsigned kMpuRegions = 8;
  struct MpuRegion {
    std::uint32_t rbar = 0, rasr = 0;
  };

  Nvic& nvic_;
  SysTick& systick_;
  Dwt& dwt_;
  const std::uint32_t boot_address_;
  std::uint32_t vtor_ = 0, scr_ = 0, ccr_ = 0, cpacr_ = 0, csselr_ = 0, demcr_ = 0, actlr_ = 0;
  std::uint32_t fpccr_ = 0, fpdscr_ = 0;
  std::uint32_t mpu_ctrl_ = 0, mpu_rnr_ = 0;
  std::array<MpuRegion, kMpuRegions> mpu_{};
  bool reset_requested_ = false;
  std::function<void()> caches_enabled_;
  std::function<void(std::uint32_t, std::uint32_t)> cache_maintained_;
};

}  // namespace simulator
