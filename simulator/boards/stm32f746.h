// The STM32F746 around its core: memories, peripherals, clocks and how they are wired.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "simulator/boards/description.h"
#include "simulator/cpu/memory.h"
#include "simulator/cpu/nvic.h"
#include "simulator/peripherals/bus.h"
#include "simulator/peripherals/diagnostics.h"
#include "simulator/peripherals/dma.h"
#include "simulator/peripherals/exti.h"
#include "simulator/peripherals/flash.h"
#include "simulator/peripherals/gpio.h"
#include "simulator/peripherals/n25q128.h"
#include "simulator/peripherals/pwr.h"
#include "simulator/peripherals/quadspi.h"
#include "simulator/peripherals/rcc.h"
#include "simulator/peripherals/register_file.h"
#include "simulator/peripherals/rng.h"
#include "simulator/peripherals/timer.h"
#include "simulator/peripherals/usart.h"
#include "simulator/timing/clock.h"
#include "simulator/timing/timing_model.h"

namespace simulator {

/// Adds the memories of RM0385 section 2.3, and the flash at QUADSPI, which is silent.
void add_stm32f746_memories(Memory& memory);

class Stm32f746 {
 public:
  /// Puts the peripherals on the bus. All arguments outlive it.
  Stm32f746(const BoardDescription& board, Memory& memory, Bus& bus, Clock& clock,
            TimingModel& timing, Nvic& nvic, Diagnostics& diagnostics);

  /// The USART of that name ("USART6", "UART7"), or null.
  [[nodiscard]] Usart* usart(std::string_view name);
  [[nodiscard]] const std::list<Usart>& usarts() const { return usarts_; }
  /// The port of that letter, 'A' to 'K'.
  [[nodiscard]] Gpio& gpio(char port) { return *ports_.at(port); }
  [[nodiscard]] Flash& flash() { return flash_; }
  [[nodiscard]] Rcc& rcc() { return rcc_; }
  [[nodiscard]] const Quadspi& quadspi() const { return quadspi_; }
  [[nodiscard]] ClockTree clocks() const { return rcc_.clocks(); }
  /// Called after HCLK has changed.
  void on_clock_change(std::function<void()> action) { clock_changed_ = std::move(action); }
  /// Called after the memory that starts at `base` has begun to answer, or has fallen silent.
  void on_remap(std::function<void(std::uint32_t base)> action) { remapped_ = std::move(action); }
  /// Called after clocks or flash access have changed.
  void on_timing_change(std::function<void()> action) { timing_changed_ = std::move(action); }
  /// Called after DMA has written memory.
  void on_memory_change(std::function<void(std::uint32_t address, std::uint32_t size)> action) {
    memory_changed_ = std::move(action);
  }

 private:
  void add_usarts(Nvic& nvic);
  void add_timers(Nvic& nvic);
  void add_dma(Memory& memory, TimingModel& timing, Nvic& nvic);
  void add_ports();
  void add_quadspi(Memory& memory);
  void quadspi_changed(Memory& memory);
  void add_unmodelled();
  void clocks_changed();
  void check_clocks();
  void check_serial_port(const Usart& usart, bool transmit);

  const BoardDescription& board_;
  Bus& bus_;
  Clock& clock_;
  Diagnostics& diagnostics_;
  Rcc rcc_;
  Pwr pwr_;
  Flash flash_;
  Exti exti_;
  std::map<char, std::unique_ptr<Gpio>> ports_;
  std::list<Usart> usarts_;
  std::list<Timer> timers_;
  std::list<Dma> dmas_;
  N25q128 qspi_flash_;
  Quadspi quadspi_;
  Rng rng_;
  std::list<RegisterFile> others_;
  std::function<void()> clock_changed_;
  std::function<void(std::uint32_t)> remapped_;
  std::function<void()> timing_changed_;
  std::function<void(std::uint32_t, std::uint32_t)> memory_changed_;
};

}  // namespace simulator
