// The DMA controllers, RM0385 chapter 8: memory-to-memory transfers, which only DMA2 makes. Streams
// that wait for a peripheral's request keep waiting: no peripheral asks.
//
// The FIFO is filled up to its threshold, then drained, and so on. Both take modelled time on the
// buses; between streams the earlier request wins, whatever their priorities.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "simulator/cpu/memory.h"
#include "simulator/peripherals/bus.h"
#include "simulator/peripherals/diagnostics.h"
#include "simulator/timing/clock.h"
#include "simulator/timing/memory_timing.h"

namespace simulator {

class Dma final : public Peripheral {
 public:
  static constexpr unsigned kStreams = 8;

  struct Connections {
    /// A burst that may begin at `start`; returns the cycle when it is over.
    std::function<Cycle(Cycle start, const BusBurst& burst)> transfer;
    std::function<void(unsigned stream, bool high)> interrupt;  ///< level of the stream's line
    /// At the end of a transfer: memory that it has written.
    std::function<void(std::uint32_t address, std::uint32_t size)> written;
  };

  /// `name`: "DMA1" or "DMA2".
  Dma(std::string name, bool memory_to_memory, const Memory& memory, Clock& clock,
      Diagnostics& diagnostics, Connections connections);

  std::uint32_t read(std::uint32_t offset) override;
  void write(std::uint32_t offset, std::uint32_t value) override;
  void reset() override;

 private:
  struct Stream {
    explicit Stream(Clock& clock, Event::Action action) : next(clock, std::move(action)) {}
    Event next;  // the FIFO has been filled and drained
    std::uint32_t cr = 0, ndtr = 0, par = 0, m0ar = 0, m1ar = 0, fcr = 0;
    std::uint32_t flags = 0;  // as in LISR, at the bits of stream 0
    // The transfer that runs: where it stands, items to go, and how many of them are on their way.
    std::uint32_t source = 0, destination = 0, items = 0, moving = 0;
  };
  // One of the two ports while the FIFO is filled or drained.
  struct Port {
    std::uint32_t& address;
    std::uint32_t size, beats;  // bytes of an item, items of a burst
    bool increments, stores;
  };

  [[nodiscard]] std::uint32_t flags(unsigned first) const;
  void clear_flags(unsigned first, std::uint32_t value);
  static std::uint32_t& register_of(Stream& stream, std::uint32_t offset);
  void write_control(unsigned index, std::uint32_t value);
  void start(unsigned index);
  [[nodiscard]] const char* objection(const Stream& stream) const;
  void load(unsigned index, Cycle now);
  void loaded(unsigned index, Cycle now);
  bool access(Cycle& now, const Port& port, std::span<std::uint8_t> fifo);
  void end(unsigned index, std::uint32_t flag);
  void set_flags(unsigned index, std::uint32_t flags);
  void report(unsigned index, const std::string& text);

  const std::string name_;
  const bool memory_to_memory_;
  const Memory& memory_;
  Clock& clock_;
  Diagnostics& diagnostics_;
  Connections connections_;
  Cycle free_ = 0;  // when the controller can make the next access
  std::array<std::unique_ptr<Stream>, kStreams> streams_;
};

}  // namespace simulator
