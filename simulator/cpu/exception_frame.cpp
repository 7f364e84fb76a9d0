#include "simulator/cpu/exception_frame.h"

#include <array>

namespace simulator {
namespace {

constexpr std::uint32_t kBasicBytes = 0x20;
constexpr std::uint32_t kExtendedBytes = 0x68;  // basic, S0 to S15, FPSCR, reserved
constexpr std::uint32_t kFpOffset = 0x20;
constexpr std::uint32_t kFpscrOffset = 0x60;
constexpr std::uint32_t kXpsrAlign = 1u << 9;  // a word of padding makes the frame 8-byte aligned
constexpr std::uint32_t kIpsr = 0x1FF;
constexpr std::uint32_t kControlSpsel = 1u << 1;
constexpr std::uint32_t kControlFpca = 1u << 2;

constexpr std::array kStacked = {UC_ARM_REG_R0, UC_ARM_REG_R1,  UC_ARM_REG_R2,
                                 UC_ARM_REG_R3, UC_ARM_REG_R12, UC_ARM_REG_LR};
constexpr std::array kFpPairs = {UC_ARM_REG_D0, UC_ARM_REG_D1, UC_ARM_REG_D2, UC_ARM_REG_D3,
                                 UC_ARM_REG_D4, UC_ARM_REG_D5, UC_ARM_REG_D6, UC_ARM_REG_D7};

}  // namespace

StackedFrame push_frame(Engine& engine, Memory& memory, std::uint32_t return_address) {
  const std::uint32_t control = engine.get(UC_ARM_REG_CONTROL);
  const std::uint32_t xpsr = engine.get(UC_ARM_REG_XPSR);
  const bool thread = (xpsr & kIpsr) == 0;
  const bool psp = thread && (control & kControlSpsel);
  const bool extended = control & kControlFpca;

  const std::uint32_t sp = engine.get(UC_ARM_REG_SP);
  const std::uint32_t frame = (sp - (extended ? kExtendedBytes : kBasicBytes)) & ~7u;
  bool complete = true;
  const auto store = [&](std::uint32_t offset, std::uint32_t value) {
    complete &= memory.write_word(frame + offset, value);
  };
  for (std::uint32_t i = 0; i < kStacked.size(); ++i) store(4 * i, engine.get(kStacked[i]));
  store(24, return_address);
  store(28, (xpsr & ~kXpsrAlign) | (sp & 4 ? kXpsrAlign : 0));
  if (extended) {
    for (std::uint32_t i = 0; i < kFpPairs.size(); ++i) {
      const std::uint64_t pair = engine.get_double(kFpPairs[i]);
      store(kFpOffset + 8 * i, static_cast<std::uint32_t>(pair));
      store(kFpOffset + 8 * i + 4, static_cast<std::uint32_t>(pair >> 32));
    }
    store(kFpscrOffset, engine.get(UC_ARM_REG_FPSCR));
  }

  engine.set(UC_ARM_REG_SP, frame);
  engine.set(UC_ARM_REG_CONTROL, control & ~(kControlSpsel | kControlFpca));
  return {kExcReturnBase | (psp ? kExcReturnPsp : 0u) | (thread ? kExcReturnThread : 0u) |
              (extended ? 0u : kExcReturnBasic),
          frame, complete};
}

bool pop_frame(Engine& engine, const Memory& memory, std::uint32_t exc_return,
               std::uint32_t& return_address) {
  const bool thread = exc_return & kExcReturnThread;
  const bool psp = exc_return & kExcReturnPsp;
  const bool extended = !(exc_return & kExcReturnBasic);
  const std::uint32_t bytes = extended ? kExtendedBytes : kBasicBytes;
  const std::uint32_t frame = engine.get(psp ? UC_ARM_REG_PSP : UC_ARM_REG_MSP);
  if (!memory.find(frame, bytes)) return false;
  const auto load = [&](std::uint32_t offset) { return *memory.read_word(frame + offset); };

  const std::uint32_t xpsr = load(28);
  return_address = load(24) & ~1u;
  // The exception number first: it decides which stack pointer SP and CONTROL mean.
  engine.set(UC_ARM_REG_XPSR, xpsr & ~kXpsrAlign);
  const std::uint32_t control = engine.get(UC_ARM_REG_CONTROL) & ~(kControlSpsel | kControlFpca);
  engine.set(UC_ARM_REG_CONTROL,
             control | (thread && psp ? kControlSpsel : 0u) | (extended ? kControlFpca : 0u));
  for (std::uint32_t i = 0; i < kStacked.size(); ++i) engine.set(kStacked[i], load(4 * i));
  if (extended) {
    for (std::uint32_t i = 0; i < kFpPairs.size(); ++i) {
      const std::uint64_t low = load(kFpOffset + 8 * i), high = load(kFpOffset + 8 * i + 4);
      engine.set_double(kFpPairs[i], high << 32 | low);
    }
    engine.set(UC_ARM_REG_FPSCR, load(kFpscrOffset));
  }
  engine.set(UC_ARM_REG_SP, frame + bytes + (xpsr & kXpsrAlign ? 4 : 0));
  return true;
}

}  // namespace simulator
