// Stacking and unstacking, ARMv7-M ARM B1.5.6 to B1.5.8.
#pragma once

#include <cstdint>

#include "simulator/cpu/engine.h"
#include "simulator/cpu/memory.h"

namespace simulator {

/// EXC_RETURN bits, B1.5.8.
enum ExcReturn : std::uint32_t {
  kExcReturnBase = 0xFFFFFFE1,
  kExcReturnPsp = 1u << 2,     ///< the frame lies on the process stack
  kExcReturnThread = 1u << 3,  ///< return to thread mode
  kExcReturnBasic = 1u << 4,   ///< the frame has no FP part
};

struct StackedFrame {
  std::uint32_t exc_return;
  std::uint32_t address;  ///< of the frame
  bool complete;          ///< false: part of it fell outside writable memory (STKERR)
};

/// Pushes the caller's state, with the FP registers when CONTROL.FPCA says they are in use. The
/// FP part is saved at once: lazy stacking differs in time only.
StackedFrame push_frame(Engine& engine, Memory& memory, std::uint32_t return_address);

/// Restores the state that `exc_return` describes. False, with nothing changed, when the frame lies
/// outside memory (UNSTKERR).
bool pop_frame(Engine& engine, const Memory& memory, std::uint32_t exc_return,
               std::uint32_t& return_address);

}  // namespace simulator
