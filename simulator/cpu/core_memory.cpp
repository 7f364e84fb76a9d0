// Accesses to devices, and accesses that go wrong.
#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "simulator/cpu/core.h"

namespace simulator {
namespace {

std::string describe(const MemoryAccess& access) {
  if (access.kind == MemoryAccess::Kind::kWrite) {
    return fmt::format("write of {} byte{} to 0x{:08X} (value 0x{:X})", access.size,
                       access.size == 1 ? "" : "s", access.address, access.value);
  }
  return fmt::format("read of {} byte{} from 0x{:08X}", access.size, access.size == 1 ? "" : "s",
                     access.address);
}

// Far enough for a big frame, too near to be chance.
constexpr std::uint32_t kNearStack = 2048;

}  // namespace

const MemoryInstruction* Core::locate(const MemoryAccess& access) {
  return locator_.locate(*block_, next_access_, access, engine_);
}

// Brings the clock to the very instruction, so that the device sees the present.
void Core::begin_device_access(const MemoryAccess& access) {
  if (const MemoryInstruction* instruction = locate(access)) {
    retire_until(instruction->position);
    next_access_ = instruction->position + (instruction->bytes <= 4 ? 1 : 0);
  }
  clock_.fire_due();
}

std::uint32_t Core::device_read(std::uint32_t address, std::uint32_t size) {
  const MemoryAccess access{MemoryAccess::Kind::kRead, address, size, 0};
  begin_device_access(access);
  if (const auto value = bus_.read(address, size)) return *value;
  missing_device_ = access;
  nvic_.changed = true;  // makes the core look before the next block
  return 0;
}

void Core::device_write(std::uint32_t address, std::uint32_t size, std::uint32_t value) {
  const MemoryAccess access{MemoryAccess::Kind::kWrite, address, size, value};
  begin_device_access(access);
  if (!bus_.write(address, size, value)) {
    missing_device_ = access;
    nvic_.changed = true;
  }
  update_traps();
}

// The access is over: on the real bus too this fault arrives late.
void Core::device_missing(const MemoryAccess& access) {
  raise(kBusFault, kImprecisErr, describe(access) + ": no device answers there", access.address);
}

std::string Core::why_nothing(std::uint32_t address) const {
  const MemoryRegion* silent = memory_.place(address);
  return silent ? fmt::format("{}: {}", silent->name, silent->silent) : "there is no memory";
}

std::optional<CoreStop> Core::handle_bad_access() {
  const MemoryAccess access = *std::exchange(bad_access_, std::nullopt);
  if (access.kind == MemoryAccess::Kind::kFetch) {
    pc_ = engine_.pc();
    leave_block(block_->count);
    raise(kBusFault, kIBusErr, fmt::format("execution at 0x{:08X}: {}", pc_, why_nothing(pc_)),
          pc_);
    return std::nullopt;
  }
  const MemoryInstruction* instruction = locate(access);
  const std::uint32_t index = instruction ? instruction->position : retired_;
  pc_ = block_->address_of(index);
  const std::uint32_t length =
      (index + 1 < block_->count ? block_->address_of(index + 1) : block_->address + block_->size) -
      pc_;
  const std::uint32_t begin =
      instruction ? AccessLocator::address_of(*instruction, engine_) : access.address;
  const std::uint32_t bytes = instruction ? instruction->bytes : access.size;
  // The engine knows ITSTATE between blocks only.
  const std::uint32_t before = previous_block_ == &no_block_
                                   ? it_state_
                                   : previous_block_->it_state(previous_block_->count, 0);
  set_it_state(block_->it_state(index, before));
  leave_block(index);
  const MemoryRegion* region = memory_.find(access.address);
  const bool to_flash = region && !region->writable && access.kind == MemoryAccess::Kind::kWrite;
  if (region && !to_flash) return handle_watched(access, begin, bytes, length);
  if (to_flash && flash_.accepts(access.address, access.size)) {
    store_to_flash(access, length);
    return std::nullopt;
  }
  std::string what = describe(access);
  const std::uint32_t sp = engine_.get(UC_ARM_REG_SP);
  if (to_flash) {
    what += flash_.holds(access.address)
                ? ": flash, which takes stores only while unlocked with FLASH_CR.PG set"
                : fmt::format(": {}, which takes no stores", region->name);
  } else if (access.address - sp + kNearStack < 2 * kNearStack) {
    what += fmt::format(": no memory there, but near SP 0x{:08X}: a stack overflow?", sp);
  } else {
    what += ": " + why_nothing(access.address);
  }
  raise(kBusFault, kPrecisErr | kBfarValid, std::move(what), access.address);
  return std::nullopt;
}

// EPSR.ICI/IT, ARMv7-M ARM B1.4.2.
std::uint32_t Core::it_state() const {
  const std::uint32_t xpsr = engine_.get(UC_ARM_REG_XPSR);
  return (xpsr >> 25 & 3) | (xpsr >> 8 & 0xFC);
}

void Core::set_it_state(std::uint32_t state) {
  constexpr std::uint32_t kItBits = 0x0600FC00;
  const std::uint32_t xpsr = engine_.get(UC_ARM_REG_XPSR) & ~kItBits;
  engine_.set(UC_ARM_REG_XPSR, xpsr | (state & 3) << 25 | (state & 0xFC) << 8);
}

void Core::store_to_flash(const MemoryAccess& access, std::uint32_t length) {
  // STM and VSTM reach at most 32 words.
  constexpr std::uint32_t kLongestStore = 128;
  const MemoryRegion& region = *memory_.find(access.address);
  const std::uint32_t offset = access.address - region.base;
  const std::uint8_t* bytes = region.bytes + offset;
  const std::vector<std::uint8_t> before(bytes,
                                         bytes + std::min(kLongestStore, region.size - offset));
  engine_.step_over_protection(pc_, length);
  pc_ = engine_.pc();
  leave_block(block_->count);
  flash_.stored(access.address, before);
}

std::optional<CoreStop> Core::trap_instruction(std::uint32_t flags) {
  if (flags & kUsesFpu) {
    raise(kUsageFault, kNoCp, "FPU instruction while the FPU is off (CPACR)");
  } else if (flags & kDoublePrecision) {
    raise(kUsageFault, kUndefInstr,
          "double-precision arithmetic: the FPU of this core is single precision");
  } else if (divides_by_zero()) {
    raise(kUsageFault, kDivByZero, "division by zero, with CCR.DIV_0_TRP set");
  } else {
    const std::uint32_t traps = std::exchange(trap_flags_, trap_flags_ & ~kDivides);
    const auto stop = run_until(pc_ + 4);
    trap_flags_ = traps;
    return stop;
  }
  return std::nullopt;
}

// UDIV and SDIV name their divisor in the last four bits (A7.7.127, A7.7.195).
bool Core::divides_by_zero() {
  const auto code = memory_.read_word(pc_);
  return code && engine_.get(UC_ARM_REG_R0 + static_cast<int>(*code >> 16 & 0xF)) == 0;
}

// An undefined instruction; or WFE and YIELD, which the engine leaves to us with pc after them.
void Core::handle_not_executed() {
  pc_ = engine_.pc();
  constexpr std::uint32_t kThumb = 1u << 24;
  if (!(engine_.get(UC_ARM_REG_XPSR) & kThumb)) {
    leave_block(block_->count);
    raise(kUsageFault, kInvState, "a jump to an even address: this core runs Thumb code only");
    return;
  }
  const std::uint32_t index = block_->index_of(pc_);
  const std::uint32_t hint = index > 0 ? block_->flags_at(index - 1) : 0;
  leave_block(index);
  if (hint & kWaitsForEvent) {
    asleep_ = waits_for_event_ = !std::exchange(event_register_, false);
  } else if (!(hint & kYields)) {
    raise(kUsageFault, kUndefInstr, "undefined instruction");
  }
}

}  // namespace simulator
