#include "simulator/cpu/block.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace simulator {
namespace {

// Thumb instruction encodings: ARMv7-M ARM (DDI 0403E), chapter A5.

std::uint16_t half_word(const std::uint8_t* bytes) {
  std::uint16_t value;
  std::memcpy(&value, bytes, 2);
  return value;
}

bool is_wide(std::uint16_t first) { return first >= 0xE800; }  // A5.1

// Hints (A5.2.5): 16-bit BFx0 or 32-bit F3AF 800x.
enum Hint : unsigned { kYield = 1, kWfe = 2, kWfi = 3, kSev = 4 };
bool is_hint(std::uint16_t first, std::uint16_t second, Hint hint) {
  return first == (0xBF00 | hint << 4) || (first == 0xF3AF && second == (0x8000 | hint));
}

bool is_cps(std::uint16_t first) { return (first & 0xFFEC) == 0xB660; }

bool is_msr(std::uint16_t first, std::uint16_t second) {
  return (first & 0xFFE0) == 0xF380 && (second & 0xD000) == 0x8000;
}

bool is_branch_to_itself(std::uint16_t first, std::uint16_t second) {
  return first == 0xE7FE || (first == 0xF7FF && second == 0xBFFE);
}

// Coprocessors 10 and 11 are the FPU (A4.12, A6.4 to A6.7).
bool is_fpu(std::uint16_t first, std::uint16_t second) {
  const bool coprocessor_space = (first & 0xEC00) == 0xEC00 && (first & 0x0300) != 0x0300;
  return coprocessor_space && (second & 0x0E00) == 0x0A00;
}

// FP data processing (A6.4) with the sz bit set, or VCVT.F64.F32, whose sz names its source.
bool is_double_precision(std::uint16_t first, std::uint16_t second) {
  const bool data_processing = (first & 0xEF00) == 0xEE00 && (second & 0x0010) == 0;
  if (!data_processing || !is_fpu(first, second)) return false;
  const bool sz = second & 0x0100;
  const bool converts_to_double = (first & 0xFFBF) == 0xEEB7 && (second & 0x00C0) == 0x00C0;
  return sz || converts_to_double;
}

// PUSH, STMDB SP!, STR [SP, #-n]!, VPUSH, SUB SP and whatever moves a register to SP or MSP.
bool moves_stack(std::uint16_t first, std::uint16_t second) {
  const bool pushes = (first & 0xFE00) == 0xB400 || first == 0xE92D ||
                      (first == 0xF84D && (second & 0x0D00) == 0x0D00) ||
                      ((first & 0xFFBF) == 0xED2D && (second & 0x0E00) == 0x0A00);
  const bool subtracts = (first & 0xFF80) == 0xB080 ||
                         ((first & 0xFBEF) == 0xF1AD && (second & 0x0F00) == 0x0D00) ||
                         ((first & 0xFBFF) == 0xF2AD && (second & 0x0F00) == 0x0D00) ||
                         (first == 0xEBAD && (second & 0x0F00) == 0x0D00);
  const bool moves = (first & 0xFF87) == 0x4685 || (first & 0xFF87) == 0x4485;
  const bool sets_msp = is_msr(first, second) && (second & 0xFF) == 8;
  return pushes || subtracts || moves || sets_msp;
}

bool is_divide(std::uint16_t first, std::uint16_t second) {
  return (first & 0xFFD0) == 0xFB90 && (second & 0x00F0) == 0x00F0;
}

bool is_load_exclusive(std::uint16_t first, std::uint16_t second) {
  const bool word = (first & 0xFFF0) == 0xE850;
  const bool narrow = (first & 0xFFF0) == 0xE8D0 && (second & 0x00E0) == 0x0040;
  return word || narrow;
}

std::uint32_t instruction_flags(std::uint16_t first, std::uint16_t second) {
  std::uint32_t flags = 0;
  if (is_fpu(first, second)) flags |= kUsesFpu;
  if (is_double_precision(first, second)) flags |= kDoublePrecision;
  if (is_cps(first) || is_msr(first, second)) flags |= kChangesMasks;
  if (is_hint(first, second, kSev)) flags |= kSendsEvent;
  if (is_hint(first, second, kWfi)) flags |= kWaitsForInterrupt;
  if (is_hint(first, second, kWfe)) flags |= kWaitsForEvent;
  if (is_hint(first, second, kYield)) flags |= kYields;
  if (is_branch_to_itself(first, second)) flags |= kBranchesToItself;
  if (moves_stack(first, second)) flags |= kMovesStack;
  if (is_divide(first, second)) flags |= kDivides;
  if (is_load_exclusive(first, second)) flags |= kLoadsExclusive;
  return flags;
}

std::uint32_t flags_of(const Block& block, std::uint32_t offset) {
  const std::uint16_t first = half_word(&block.bytes[offset]);
  const bool whole = is_wide(first) && offset + 4 <= block.size;
  return instruction_flags(first, whole ? half_word(&block.bytes[offset + 2]) : 0);
}

void decode(Block& block) {
  block.flags = 0;
  block.offsets.clear();
  block.memory_instructions.reset();
  block.timing = nullptr;
  block.shows_registers = false;
  for (std::uint32_t offset = 0; offset + 2 <= block.size;) {
    block.flags |= flags_of(block, offset);
    block.offsets.push_back(static_cast<std::uint16_t>(offset));
    offset += is_wide(half_word(&block.bytes[offset])) ? 4 : 2;
  }
  block.count = static_cast<std::uint32_t>(block.offsets.size());
  if (block.count != 1) block.flags &= ~kBranchesToItself;
}

}  // namespace

std::uint32_t Block::it_state(std::uint32_t index, std::uint32_t before) const {
  std::uint32_t state = before;
  for (std::uint32_t i = 0; i < index; ++i) {
    const std::uint8_t low = bytes[offsets[i]], high = bytes[offsets[i] + 1];
    constexpr std::uint8_t kIt = 0xBF;  // with a mask of 0 it is a hint
    if (high == kIt && (low & 0xF)) {
      state = low;
    } else {
      state = state & 7 ? (state & 0xE0) | (state << 1 & 0x1F) : 0;
    }
  }
  return state;
}

std::uint32_t Block::flags_at(std::uint32_t index) const { return flags_of(*this, offsets[index]); }

std::uint32_t Block::index_of(std::uint32_t pc) const {
  const auto offset = static_cast<std::uint16_t>(pc - address);
  return static_cast<std::uint32_t>(std::lower_bound(offsets.begin(), offsets.end(), offset) -
                                    offsets.begin());
}

void BlockCache::mark_breakpoints(Block& block) const {
  const auto first = breakpoints_.lower_bound(block.address);
  const bool inside = first != breakpoints_.end() && *first - block.address < block.size;
  block.flags = (block.flags & ~kHasBreakpoint) | (inside ? kHasBreakpoint : 0u);
}

void BlockCache::set_breakpoints(std::set<std::uint32_t> addresses) {
  breakpoints_ = std::move(addresses);
  for (const auto& [key, block] : blocks_) mark_breakpoints(*block);
}

Block* BlockCache::find_slowly(std::uint32_t address, std::uint32_t size) {
  const std::uint64_t key = std::uint64_t{address} << 32 | size;
  auto& block = blocks_[key];
  if (!block) {
    const MemoryRegion* region = memory_.find(address, size);
    if (!region) {
      blocks_.erase(key);
      return nullptr;
    }
    block = std::make_unique<Block>();
    block->address = address;
    block->size = size;
    block->code = region->bytes + (address - region->base);
    block->reach = region->size - (address - region->base);
    block->in_ram = region->writable;
    block->bytes.assign(block->code, block->code + size);
    decode(*block);
    mark_breakpoints(*block);
  } else if (!block->is_current()) {
    block->bytes.assign(block->code, block->code + size);
    decode(*block);
    mark_breakpoints(*block);
  }
  recent_[slot(address)] = block.get();
  return block.get();
}

}  // namespace simulator
