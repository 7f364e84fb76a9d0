// The seam between counting instructions and counting cycles.
#pragma once

#include <cstdint>

#include "simulator/cpu/block.h"
#include "simulator/timing/clock.h"

namespace simulator {

/// Says how many cycles the core took. The core reports what it executes in program order.
class TimingModel {
 public:
  virtual ~TimingModel() = default;

  /// Cycles that instructions [first, end) of `block` took. A block that reads a peripheral in its
  /// middle is reported in two parts, so that the reader sees the cycle of its own instruction.
  virtual Cycle retire(const Block& block, std::uint32_t first, std::uint32_t end) = 0;

  /// Cycles of entering (stacking, vector fetch) or leaving (unstacking) an exception.
  virtual Cycle exception_entry() = 0;
  virtual Cycle exception_return() = 0;
};

/// One cycle per instruction, exceptions free: the clock is the exact instruction count.
class OneCyclePerInstruction final : public TimingModel {
 public:
  Cycle retire(const Block&, std::uint32_t first, std::uint32_t end) override {
    return end - first;
  }
  Cycle exception_entry() override { return 0; }
  Cycle exception_return() override { return 0; }
};

}  // namespace simulator
