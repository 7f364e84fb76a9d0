#include "simulator/cpu/access_locator.h"

#include <stdexcept>

#include "simulator/cpu/memory_instructions.h"

namespace simulator {
namespace {

constexpr std::uint8_t kNone = MemoryInstruction::kNone;
constexpr std::uint8_t kAlways = 14;

// ARMv7-M ARM, A7.3.1.
bool condition_passes(std::uint8_t condition, std::uint32_t xpsr) {
  const bool n = xpsr >> 31 & 1, z = xpsr >> 30 & 1, c = xpsr >> 29 & 1, v = xpsr >> 28 & 1;
  const bool tests[] = {z, c, n, v, c && !z, n == v, n == v && !z, true};
  return tests[condition >> 1] != ((condition & 1) && condition < kAlways);
}

std::uint32_t core_register(const Engine& engine, std::uint8_t reg) {
  if (reg == 13) return engine.get(UC_ARM_REG_SP);
  if (reg == 14) return engine.get(UC_ARM_REG_LR);
  return engine.get(UC_ARM_REG_R0 + reg);
}

bool may_have_made(const MemoryInstruction& m, const MemoryAccess& access, const Engine& engine) {
  const auto differs = [&engine](std::optional<std::uint32_t> known, std::uint8_t reg) {
    return reg != kNone && known && *known != core_register(engine, reg);
  };
  if (differs(m.known_base, m.base) || differs(m.known_index, m.index)) return false;
  const std::uint32_t address = AccessLocator::address_of(m, engine);
  if (access.address - address >= m.bytes) return false;
  if (m.condition != kAlways && !condition_passes(m.condition, engine.get(UC_ARM_REG_XPSR))) {
    return false;
  }
  if (m.data == kNone || m.data > 14) return true;
  const std::uint32_t mask = access.size >= 4 ? ~0u : (1u << 8 * access.size) - 1;
  const unsigned shift = 8 * (access.address - address);
  return ((core_register(engine, m.data) >> shift ^ access.value) & mask) == 0;
}

std::uint32_t inputs(const MemoryInstruction& m) {
  std::uint32_t mask = 0;
  if (m.base != kNone) mask |= 1u << m.base;
  if (m.index != kNone) mask |= 1u << m.index;
  if (m.condition != kAlways) mask |= MemoryInstructions::kFlags;
  return mask;
}

// Whether an input of `m` may have changed, by more than a constant, before instruction `end`.
bool inputs_change(const MemoryInstructions& table, const MemoryInstruction& m, std::uint32_t end) {
  for (std::uint32_t i = m.position; i < end; ++i) {
    if (table.written[i] & ~table.moved[i] & inputs(m)) return true;
  }
  return false;
}

}  // namespace

AccessLocator::AccessLocator() {
  const auto mode = static_cast<cs_mode>(CS_MODE_THUMB | CS_MODE_MCLASS);
  if (cs_open(CS_ARCH_ARM, mode, &capstone_) != CS_ERR_OK) {
    throw std::runtime_error("capstone: no support for Arm");
  }
  cs_option(capstone_, CS_OPT_DETAIL, CS_OPT_ON);
}

std::uint32_t AccessLocator::address_of(const MemoryInstruction& m, const Engine& engine) {
  return static_cast<std::uint32_t>(m.offset) +
         (m.base == kNone ? 0 : core_register(engine, m.base)) +
         (m.index == kNone ? 0 : core_register(engine, m.index) << m.shift);
}

AccessLocator::~AccessLocator() { cs_close(&capstone_); }

const MemoryInstruction* AccessLocator::locate(Block& block, std::uint32_t first,
                                               const MemoryAccess& access,
                                               const Engine& engine) const {
  if (!block.memory_instructions) {
    block.memory_instructions =
        std::make_shared<const MemoryInstructions>(find_memory_instructions(capstone_, block));
  }
  const MemoryInstructions& table = *block.memory_instructions;
  const bool store = access.kind == MemoryAccess::Kind::kWrite;
  const MemoryInstruction* found = nullptr;
  for (const MemoryInstruction& candidate : table.instructions) {
    if (candidate.position < first || candidate.store != store) continue;
    if (found && !inputs_change(table, *found, candidate.position)) break;
    if (may_have_made(candidate, access, engine)) found = &candidate;
  }
  return found;
}

}  // namespace simulator
