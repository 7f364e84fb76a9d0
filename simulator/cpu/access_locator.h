// Which instruction of a block made a memory access?
//
// The engine tells a device access or a bad access by its address only: its PC stands at the start
// of the block. Its registers, however, are those the instruction saw. So every load and store of
// the block whose operands give that very address now is a candidate; almost always there is one.
// Among several the rules of AccessLocator::locate decide.
#pragma once

#include <capstone/capstone.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "simulator/cpu/block.h"
#include "simulator/cpu/engine.h"

namespace simulator {

/// A load or store: address = base + (index << shift) + offset, over `bytes` bytes.
struct MemoryInstruction {
  static constexpr std::uint8_t kNone = 0xFF;
  std::uint32_t position = 0;  ///< index of the instruction in its block
  std::uint32_t bytes = 0;     ///< of all its registers together
  std::int32_t offset = 0;
  std::uint8_t base = kNone;   ///< core register, or kNone for a literal at `offset`
  std::uint8_t index = kNone;  ///< core register
  std::uint8_t shift = 0;
  std::uint8_t data = kNone;    ///< core register that a single store writes
  std::uint8_t condition = 14;  ///< 14: always
  bool store = false;
  std::optional<std::uint32_t> known_base;  ///< what the block itself has put into `base`
  std::optional<std::uint32_t> known_index;
};

/// The loads and stores of a block, and what its instructions write.
struct MemoryInstructions {
  static constexpr std::uint32_t kFlags = 1u << 16;
  std::vector<MemoryInstruction> instructions;
  /// Per instruction of the block: registers (bit r) and flags (kFlags) that it changes ...
  std::vector<std::uint32_t> written;
  /// ... and those of them that it only moves by a constant, as `ldr r0, [r1], #4` does r1.
  std::vector<std::uint32_t> moved;
};

class AccessLocator {
 public:
  AccessLocator();
  ~AccessLocator();
  AccessLocator(const AccessLocator&) = delete;
  AccessLocator& operator=(const AccessLocator&) = delete;

  /// The instruction that made `access`, no earlier than `first`; the engine's registers are those
  /// of the access. Null when none fits, which only code that changes under way can bring about.
  ///
  /// An earlier candidate wins over a later one unless its address registers (or condition) change
  /// between the two: it would have made the same access before. Where they change by more than a
  /// constant the later wins, as in `ldr r3, [r3]; ldr r2, [r3]`: pointers are loaded from memory,
  /// not from devices.
  [[nodiscard]] const MemoryInstruction* locate(Block& block, std::uint32_t first,
                                                const MemoryAccess& access,
                                                const Engine& engine) const;
  /// Where `instruction` accesses memory, by the engine's registers.
  [[nodiscard]] static std::uint32_t address_of(const MemoryInstruction& instruction,
                                                const Engine& engine);

 private:
  csh capstone_ = 0;
};

}  // namespace simulator
