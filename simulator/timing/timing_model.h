// The seam between counting instructions and counting cycles.
#pragma once

#include <cstdint>
#include <functional>

#include "simulator/cpu/block.h"
#include "simulator/timing/access_log.h"
#include "simulator/timing/clock.h"
#include "simulator/timing/memory_timing.h"
#include "simulator/timing/profile.h"

namespace simulator {

/// Says how many cycles the core took. The core reports what it executes in program order.
class TimingModel {
 public:
  virtual ~TimingModel() = default;

  /// Cycles that instructions [first, end) of `block` took. A block that reads a peripheral in its
  /// middle is reported in two parts, so that the reader sees the cycle of its own instruction;
  /// that instruction's access is then the last in the log.
  virtual Cycle retire(Block& block, std::uint32_t first, std::uint32_t end) = 0;

  /// Before a block with Block::shows_registers runs: `reg` reads r0 to r14 as they are now.
  using ReadRegister = std::function<std::uint32_t(unsigned)>;
  virtual void before(const Block&, const ReadRegister& /*reg*/) {}

  /// Cycles of entering (stacking, vector fetch) or leaving (unstacking) an exception whose frame
  /// lies at `frame`.
  virtual Cycle exception_entry(std::uint32_t frame, std::uint32_t bytes) = 0;
  virtual Cycle exception_return(std::uint32_t frame, std::uint32_t bytes) = 0;

  /// Where the engine shall log memory accesses; null when the model needs none. Logging costs the
  /// host four fifths of its speed.
  virtual AccessLog* access_log() { return nullptr; }
  /// The firmware has changed caches, flash access or bus clocks.
  virtual void configure(const MemorySettings&) {}
  /// A write to the cache maintenance register `offset` bytes into the System Control Space.
  virtual void maintain_caches(std::uint32_t /*offset*/, std::uint32_t /*value*/) {}

  /// A burst of a DMA controller that may begin at `start`: when it is over.
  virtual Cycle transfer(Cycle start, const BusBurst& burst) { return uncontended(start, burst); }
  /// Where to tell that core and DMA see different contents, because of what the data cache holds.
  virtual void on_incoherence(IncoherenceSink) {}

  /// Cycles with their stalls since power-on; all zero for a model that knows none.
  [[nodiscard]] virtual CycleCount total() const { return {}; }
  /// The same by block of code; exceptions count as address 0.
  using BlockVisitor = std::function<void(std::uint32_t address, const CycleCount& count)>;
  virtual void for_each_block(const BlockVisitor&) const {}
};

/// One cycle per instruction, exceptions free: the clock is the exact instruction count.
class OneCyclePerInstruction final : public TimingModel {
 public:
  Cycle retire(Block&, std::uint32_t first, std::uint32_t end) override { return end - first; }
  Cycle exception_entry(std::uint32_t, std::uint32_t) override { return 0; }
  Cycle exception_return(std::uint32_t, std::uint32_t) override { return 0; }
};

}  // namespace simulator
