// How long the QSPI flash takes when it is read as memory (RM0385 14.3.10).
#pragma once

#include <algorithm>
#include <cstdint>

#include "simulator/timing/clock.h"
#include "simulator/timing/facts.h"

namespace simulator {

/// In cycles of HCLK; all zero while QUADSPI does not map its flash.
struct QspiSettings {
  unsigned before_data = 0;  ///< chip select high, instruction, address, dummy clocks
  unsigned per_byte = 0;
};

/// Chip select stays low after a read, and QUADSPI goes on reading into its FIFO: what follows the
/// last address costs its data clocks alone. Any other address begins anew with its command.
class QspiTiming {
 public:
  struct Data {
    Cycle first;    ///< when the first eight bytes are there
    Cycle end;      ///< when all are
    unsigned beat;  ///< from eight bytes to the next
  };

  void configure(const QspiSettings& settings) { settings_ = settings; }

  Data read(Cycle now, std::uint32_t address, std::uint32_t bytes) {
    const bool follows = address == next_address_;
    const Cycle start = follows ? next_start_ : std::max(now, next_start_) + settings_.before_data;
    const Cycle end = start + Cycle{bytes} * settings_.per_byte;
    next_address_ = address + bytes;
    if (end <= now) {  // the FIFO holds it, and goes on from here
      next_start_ = now;
      return {now + facts::kQspiFifo, now + facts::kQspiFifo, 1};
    }
    next_start_ = end;
    const unsigned beat = 8 * settings_.per_byte;
    const Cycle first = std::max(start + std::min<unsigned>(bytes, 8) * settings_.per_byte, now);
    return {first + facts::kQspiFifo, end + facts::kQspiFifo, beat};
  }

 private:
  QspiSettings settings_;
  std::uint32_t next_address_ = ~0u;  // of the byte that QUADSPI reads next by itself
  Cycle next_start_ = 0;              // when that one's clocks begin
};

}  // namespace simulator
