// QUADSPI, RM0385 chapter 14: one serial NOR flash, by commands or as memory at 0x90000000.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "simulator/peripherals/bus.h"
#include "simulator/peripherals/diagnostics.h"
#include "simulator/peripherals/n25q128.h"

namespace simulator {

/// Commands take no time; DDR, dual flash, interrupts, DMA requests and automatic polling with an
/// interval are not modelled: polling looks once.
class Quadspi final : public Peripheral {
 public:
  static constexpr std::uint32_t kMemory = 0x90000000;

  Quadspi(N25q128& flash, Diagnostics& diagnostics) : flash_(flash), diagnostics_(diagnostics) {}

  std::uint32_t read(std::uint32_t offset) override;
  void write(std::uint32_t offset, std::uint32_t value) override;
  void reset() override;
  std::optional<std::uint32_t> read_fifo(std::uint32_t offset, std::uint32_t size) override;
  bool write_fifo(std::uint32_t offset, std::uint32_t size, std::uint32_t value) override;

  /// Whether the flash is to be seen as memory.
  [[nodiscard]] bool memory_mapped() const;
  /// Cycles of HCLK per clock of the flash.
  [[nodiscard]] unsigned prescaler() const { return (cr_ >> 24) + 1; }
  /// Clocks of the flash before the first byte of an address that does not follow the last: chip
  /// select high, instruction, address, alternate bytes, dummy.
  [[nodiscard]] unsigned clocks_before_data() const;
  [[nodiscard]] unsigned clocks_per_byte() const;
  /// Called when any of these has changed.
  void on_change(std::function<void()> action) { changed_ = std::move(action); }

 private:
  enum class Mode { kWrite, kRead, kPoll, kMap };
  [[nodiscard]] Mode mode() const { return static_cast<Mode>(ccr_ >> 26 & 3); }
  [[nodiscard]] SerialCommand command() const;
  void start();
  void write_data();
  void poll();
  void check_mapping();

  N25q128& flash_;
  Diagnostics& diagnostics_;
  std::function<void()> changed_;
  std::uint32_t cr_ = 0, dcr_ = 0, sr_ = 0, dlr_ = 0, ccr_ = 0, ar_ = 0, abr_ = 0;
  std::uint32_t psmkr_ = 0, psmar_ = 0, pir_ = 0, lptr_ = 0;
  std::vector<std::uint8_t> fifo_;
};

}  // namespace simulator
