// Reset and clock control, RM0385 chapter 5.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "simulator/peripherals/bus.h"

namespace simulator {

/// The clocks that follow from RCC, in Hz.
struct ClockTree {
  std::uint32_t sysclk, hclk, pclk1, pclk2;
  std::uint32_t hse;
  /// PLL frequencies, 0 while it does not drive SYSCLK.
  std::uint32_t pll_input, pll_vco;
  bool operator==(const ClockTree&) const = default;
};

class Rcc final : public Peripheral {
 public:
  static constexpr std::uint32_t kHsiHz = 16'000'000;

  /// `hse_hz`: the board's crystal or clock input.
  explicit Rcc(std::uint32_t hse_hz) : hse_hz_(hse_hz) { reset(); }

  std::uint32_t read(std::uint32_t offset) override;
  void write(std::uint32_t offset, std::uint32_t value) override;
  void reset() override;

  [[nodiscard]] ClockTree clocks() const;
  /// Called after each write that may have changed clocks().
  void on_change(std::function<void()> action) { changed_ = std::move(action); }

  /// After a reset that the firmware asked for: CSR.SFTRSTF tells it at the next start.
  void note_software_reset() { csr_ = kSoftwareReset; }

  /// Enable registers, for the gates of peripherals.
  const std::uint32_t& ahb1enr() const { return ahb1enr_; }
  const std::uint32_t& ahb2enr() const { return ahb2enr_; }
  const std::uint32_t& ahb3enr() const { return ahb3enr_; }
  const std::uint32_t& apb1enr() const { return apb1enr_; }
  const std::uint32_t& apb2enr() const { return apb2enr_; }
  /// Kernel clock of a USART, in Hz. `select`: the lowest bit of its field in DCKCFGR2.
  [[nodiscard]] std::uint32_t usart_clock(unsigned select, bool on_apb2) const;
  /// Clock of the timers on APB1, in Hz (DCKCFGR1.TIMPRE).
  [[nodiscard]] std::uint32_t apb1_timer_clock();

 private:
  static constexpr std::uint32_t kSoftwareReset = 1u << 28 | 1u << 26;  // SFTRSTF, PINRSTF
  [[nodiscard]] std::uint32_t cr() const;

  const std::uint32_t hse_hz_;
  std::function<void()> changed_;
  std::uint32_t cr_ = 0, pllcfgr_ = 0, cfgr_ = 0, csr_ = 0, bdcr_ = 0;
  std::uint32_t ahb1enr_ = 0, ahb2enr_ = 0, ahb3enr_ = 0, apb1enr_ = 0, apb2enr_ = 0, dckcfgr2_ = 0;
  // Registers without effect here: interrupts, resets, low-power enables, SAI and I2S PLLs.
  std::map<std::uint32_t, std::uint32_t> stored_;
};

}  // namespace simulator
