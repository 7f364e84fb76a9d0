// Embedded flash interface, RM0385 chapter 3: wait states, unlocking, erasing, programming.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "simulator/cpu/flash_stores.h"
#include "simulator/cpu/memory.h"
#include "simulator/peripherals/bus.h"
#include "simulator/timing/clock.h"

namespace simulator {

/// The core stands still while flash is busy, as it does when it runs from flash.
class Flash final : public Peripheral, public FlashStores {
 public:
  static constexpr std::uint32_t kAxiBase = 0x08000000;
  static constexpr std::uint32_t kItcmBase = 0x00200000;
  static constexpr std::uint32_t kSize = 1 << 20;

  /// `memory` has the flash at kAxiBase.
  Flash(Memory& memory, Clock& clock) : memory_(memory), clock_(clock) {}

  std::uint32_t read(std::uint32_t offset) override;
  void write(std::uint32_t offset, std::uint32_t value) override;
  void reset() override;

  [[nodiscard]] bool holds(std::uint32_t address) const override {
    return address - kAxiBase < kSize || address - kItcmBase < kSize;
  }
  bool accepts(std::uint32_t address, std::uint32_t size) override;
  void stored(std::uint32_t address, const std::vector<std::uint8_t>& before) override;

  [[nodiscard]] unsigned wait_states() const { return acr_ & 0xF; }
  [[nodiscard]] bool prefetch_enabled() const { return acr_ & 1u << 8; }
  [[nodiscard]] bool art_enabled() const { return acr_ & 1u << 9; }
  /// Called after ACR was written.
  void on_change(std::function<void()> action) { changed_ = std::move(action); }
  /// Called when [offset, offset + size) from the start of flash got new contents.
  void on_contents(std::function<void(std::uint32_t offset, std::uint32_t size)> action) {
    contents_changed_ = std::move(action);
  }

 private:
  void unlock(std::uint32_t key);
  void start_erase();
  void erase(std::uint32_t offset, std::uint32_t size, std::uint64_t nanoseconds);
  void busy(std::uint64_t nanoseconds);

  Memory& memory_;
  Clock& clock_;
  std::function<void()> changed_;
  std::function<void(std::uint32_t, std::uint32_t)> contents_changed_;
  std::uint32_t acr_ = 0, sr_ = 0, cr_ = 0x80000000, optcr_ = 0, optcr1_ = 0;
  unsigned keys_seen_ = 0;
  bool locked_until_reset_ = false;
};

}  // namespace simulator
