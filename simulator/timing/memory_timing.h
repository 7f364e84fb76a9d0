// How long the memories of the STM32F746 make the core wait.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <utility>

#include "simulator/timing/cache.h"
#include "simulator/timing/clock.h"
#include "simulator/timing/facts.h"
#include "simulator/timing/profile.h"
#include "simulator/timing/qspi_timing.h"

namespace simulator {

/// What the firmware has set up.
struct MemorySettings {
  bool instruction_cache = false, data_cache = false;  ///< CCR.IC, DC
  unsigned wait_states = 0;                            ///< FLASH_ACR.LATENCY
  bool prefetch = false, art = false;                  ///< FLASH_ACR.PRFTEN, ARTEN
  QspiSettings qspi = {};                              ///< of QUADSPI's registers
  unsigned apb1_divider = 1, apb2_divider = 1;         ///< of HCLK
};

/// Cycles beyond those of the pipeline, and what to blame.
struct Wait {
  std::uint32_t cycles = 0;
  StallCause cause = StallCause::kIssue;
};

/// A burst of a DMA controller.
struct BusBurst {
  std::uint32_t address;
  std::uint32_t bytes;  ///< of memory that it touches
  std::uint32_t beats;  ///< accesses
  bool store;
};
/// When a burst that may begin at `start` is over, if nobody else uses the memory.
Cycle uncontended(Cycle start, const BusBurst& burst);

/// How the data cache can make core and DMA differ about the contents of memory.
enum class Incoherence {
  kDmaReadsOld,   ///< the line is dirty in the cache and was not cleaned
  kCoreReadsOld,  ///< DMA has written memory since the line came into the cache
  kDmaIsUndone,   ///< a dirty line is written back over what DMA has written
};
using IncoherenceSink = std::function<void(Incoherence what, std::uint32_t address)>;

/// Memory attributes are those of the default map (ARMv7-M ARM B3.1): SRAM1 and SRAM2 write-back
/// and write-allocate, flash read-allocate, peripherals uncached. The MPU's registers change
/// nothing. One line fill at a time passes the AXI port; a load that misses waits for its own word.
/// PLD and stores leave their fill to one of two line-fill buffers and go on.
class MemoryTiming {
 public:
  void configure(const MemorySettings& settings);

  static bool in_dtcm(std::uint32_t address) { return address - kDtcm < kDtcmBytes; }
  static bool is_device(std::uint32_t address) { return address >= kDevices; }

  Wait read(Cycle now, std::uint32_t address, std::uint32_t size) {
    return in_dtcm(address) ? Wait{} : read_slowly(now, address, size);
  }
  Wait write(Cycle now, std::uint32_t address, std::uint32_t size);
  /// PLD: starts the fill of a line that is absent.
  Wait preload(Cycle now, std::uint32_t address);
  /// The eight bytes at `address`, which the prefetch unit asks for at `now`.
  Wait fetch(Cycle now, std::uint32_t address) {
    return address / facts::kLineBytes == fetched_line_ ? Wait{} : fetch_slowly(now, address);
  }

  /// A burst of a DMA controller: when it is over. Flash and SRAM serve one of core and DMA at a
  /// time.
  Cycle transfer(Cycle start, const BusBurst& burst);
  void on_incoherence(IncoherenceSink sink) { incoherent_ = std::move(sink); }

  /// A write to a cache maintenance register at `offset` from the System Control Space.
  void maintain(Cycle now, std::uint32_t offset, std::uint32_t value);

 private:
  static constexpr std::uint32_t kDtcm = 0x20000000, kDtcmBytes = 0x10000;
  static constexpr std::uint32_t kDevices = 0x40000000;
  struct LineFill {
    std::uint32_t line = 0;
    std::uint32_t first = 0;  // the 64-bit word of the line that comes first
    Cycle begun = 0;          // when that one is there
    Cycle ready = 0;          // when all of them are
    unsigned beat = 1;        // from one to the next
    [[nodiscard]] Cycle arrival(std::uint32_t address) const;
  };

  Wait read_slowly(Cycle now, std::uint32_t address, std::uint32_t size);
  Wait read_line(Cycle now, std::uint32_t address);
  Wait device(Cycle now, std::uint32_t address, bool write);
  Wait store_buffer(Cycle now, std::uint32_t address, std::uint32_t size);
  LineFill& free_fill_buffer(Cycle& now);
  LineFill& start_fill(Cycle now, std::uint32_t address, bool dirty);
  bool touch_data(std::uint32_t address, bool write);
  void left_cache(const CacheTags::Was& was);
  void compare_contents(const BusBurst& burst);
  Cycle occupy_axi(Cycle now, std::uint32_t address, unsigned cycles);
  void write_back(Cycle now);
  Wait fetch_slowly(Cycle now, std::uint32_t address);
  Wait flash_over_itcm(Cycle now, std::uint32_t address, bool instruction);
  [[nodiscard]] unsigned first_word(std::uint32_t address) const;
  Cycle read_once(Cycle now, std::uint32_t address, std::uint32_t bytes);

  MemorySettings settings_;
  QspiTiming qspi_;
  CacheTags instructions_{facts::kInstructionSets, facts::kInstructionWays};
  CacheTags data_{facts::kDataSets, facts::kDataWays};
  CacheTags art_{1, facts::kArtLines};
  std::array<LineFill, facts::kDataLineFillBuffers> fills_;
  Cycle last_fill_ready_ = 0;
  // When the memories behind the bus matrix, flash and SRAM, are free: of core and DMA.
  std::array<Cycle, 2> memory_free_{};
  std::uint32_t dma_flash_line_ = ~0u;
  IncoherenceSink incoherent_;
  Cycle axi_free_ = 0, write_back_free_ = 0, device_free_ = 0;
  std::array<Cycle, 2> bank_free_{};
  // The line of the last fetch, when fetching more of it costs nothing.
  std::uint32_t fetched_line_ = ~0u;
  std::uint32_t itcm_line_ = ~0u, prefetched_line_ = ~0u;
  Cycle prefetched_ready_ = 0;
};

}  // namespace simulator
