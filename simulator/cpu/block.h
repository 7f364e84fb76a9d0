// Translated blocks: straight runs of Thumb instructions that the engine executes as one.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "simulator/cpu/memory.h"

namespace simulator {

/// What the core has to know about a block before or after it runs.
enum BlockFlag : std::uint32_t {
  kUsesFpu = 1u << 0,            ///< traps while CPACR keeps the FPU off
  kDoublePrecision = 1u << 1,    ///< arithmetic that an FPv5 single-precision FPU does not have
  kChangesMasks = 1u << 2,       ///< CPS or MSR: a pending exception may become takeable
  kSendsEvent = 1u << 3,         ///< SEV
  kWaitsForInterrupt = 1u << 4,  ///< ends with WFI
  kWaitsForEvent = 1u << 5,      ///< WFE
  kYields = 1u << 6,             ///< YIELD
  kBranchesToItself = 1u << 7,   ///< `b .`
  kMovesStack = 1u << 8,         ///< may lower SP: PUSH, SUB SP, MSR MSP and their kin
  kDivides = 1u << 9,            ///< UDIV or SDIV, which may trap a division by 0
  kLoadsExclusive = 1u << 11,    ///< LDREX and its kin
  kHasBreakpoint = 1u << 10,     ///< the debugger wants to stop before one of the instructions
};

struct MemoryInstructions;
struct BlockTiming;

struct Block {
  std::uint32_t address = 0;
  std::uint32_t size = 0;              ///< bytes
  std::uint32_t count = 0;             ///< instructions
  std::uint32_t flags = 0;             ///< BlockFlag
  std::uint64_t executed = 0;          ///< instructions retired here since power-on
  const std::uint8_t* code = nullptr;  ///< where the code lies in its memory
  std::uint32_t reach = 0;             ///< bytes from `code` to the end of that memory
  bool in_ram = false;                 ///< the code may be overwritten by plain stores
  std::vector<std::uint8_t> bytes;     ///< the code as it was decoded
  std::vector<std::uint16_t> offsets;  ///< of each instruction, in bytes
  std::shared_ptr<const MemoryInstructions> memory_instructions;  ///< decoded when first needed
  bool shows_registers = false;   ///< the timing model wants to see them before the block runs
  BlockTiming* timing = nullptr;  ///< what the timing model, which owns it, knows of the block

  /// False once code in RAM has been overwritten.
  [[nodiscard]] bool is_current() const {
    return !in_ram || std::memcmp(code, bytes.data(), size) == 0;
  }
  /// Index of the instruction at `pc`; `count` when pc is the block's end.
  [[nodiscard]] std::uint32_t index_of(std::uint32_t pc) const;
  /// BlockFlags of instruction `index` alone.
  [[nodiscard]] std::uint32_t flags_at(std::uint32_t index) const;
  /// ITSTATE (ARMv7-M ARM A7.3.3) before instruction `index`, given that before the block.
  [[nodiscard]] std::uint32_t it_state(std::uint32_t index, std::uint32_t before) const;
  [[nodiscard]] std::uint32_t address_of(std::uint32_t index) const {
    return address + offsets[index];
  }
};

/// Decodes each block once.
class BlockCache {
 public:
  explicit BlockCache(const Memory& memory) : memory_(memory) {}

  /// The block of `size` bytes at `address`. Null when no memory holds it.
  [[nodiscard]] Block* find(std::uint32_t address, std::uint32_t size) {
    Block* block = recent_[slot(address)];
    if (block && block->address == address && block->size == size && block->is_current()) {
      return block;
    }
    return find_slowly(address, size);
  }

  /// Sets kHasBreakpoint in blocks, known and future, that hold one of these addresses.
  void set_breakpoints(std::set<std::uint32_t> addresses);
  [[nodiscard]] const std::set<std::uint32_t>& breakpoints() const { return breakpoints_; }

  template <typename Function>
  void for_each(Function&& function) const {
    for (const auto& [key, block] : blocks_) function(*block);
  }

 private:
  static constexpr std::size_t kSlots = 8192;
  static std::size_t slot(std::uint32_t address) { return (address >> 1) % kSlots; }
  Block* find_slowly(std::uint32_t address, std::uint32_t size);
  void mark_breakpoints(Block& block) const;

  const Memory& memory_;
  std::array<Block*, kSlots> recent_{};
  std::unordered_map<std::uint64_t, std::unique_ptr<Block>> blocks_;
  std::set<std::uint32_t> breakpoints_;
};

}  // namespace simulator
