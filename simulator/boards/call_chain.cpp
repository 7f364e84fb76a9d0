#include "simulator/boards/call_chain.h"

#include <optional>
#include <utility>

#include "simulator/cpu/exception_frame.h"

namespace simulator {
namespace {

constexpr std::uint32_t kThumbBit = 1u << 24;  // in xPSR
constexpr std::uint32_t kFarthest = 8192;      // bytes of one function's frame

bool is_exc_return(std::uint32_t value) {
  constexpr std::uint32_t kVariable = kExcReturnPsp | kExcReturnThread | kExcReturnBasic;
  return (value & ~kVariable) == kExcReturnBase;
}

class Unwinder {
 public:
  Unwinder(const Registers& registers, const Image& image, const Memory& memory)
      : image_(image),
        memory_(memory),
        psp_(registers.psp),
        pc_(registers.pc),
        lr_(registers.lr),
        sp_(registers.sp) {}

  std::optional<Caller> next() {
    const auto function = entry(pc_);
    if (!function) {  // nowhere: whoever jumped there has left its address in LR
      return lr_ && entry(*lr_ - 1) ? leave(std::exchange(lr_, std::nullopt).value())
                                    : std::nullopt;
    }
    if (const auto lr = std::exchange(lr_, std::nullopt)) {
      if (is_exc_return(*lr)) return leave_handler(*lr, sp_);
      // Past its first instruction LR may be left over from a call that has returned: then it
      // points into the function itself.
      const bool current = pc_ == *function || entry(*lr - 1) != function;
      if (current && returns_to(*lr, *function)) return leave(*lr);
    }
    for (std::uint32_t at = sp_; at - sp_ < kFarthest; at += 4) {
      const auto word = memory_.read_word(at);
      if (!word) continue;  // an overflow may have carried SP out of memory
      if (!is_exc_return(*word) && !returns_to(*word, *function)) continue;
      sp_ = at + 4;
      return is_exc_return(*word) ? leave_handler(*word, sp_) : leave(*word);
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] std::optional<std::uint32_t> entry(std::uint32_t address) const {
    const auto location = image_.locate(address);
    if (!location || !memory_.find(address)) return std::nullopt;
    return address - location->offset;
  }

  [[nodiscard]] std::uint32_t half_word(std::uint32_t address) const {
    const std::uint8_t* bytes = memory_.at(address, 2);
    return bytes ? bytes[0] | bytes[1] << 8 : 0u;
  }

  // BL (T1) with its target, or BLX to a register (ARMv7-M ARM A7.7.18, A7.7.19).
  [[nodiscard]] bool returns_to(std::uint32_t word, std::uint32_t function) const {
    const std::uint32_t address = word & ~1u;
    if (!(word & 1) || !entry(address - 2)) return false;
    if ((half_word(address - 2) & 0xFF87) == 0x4780) return true;
    const std::uint32_t first = half_word(address - 4), second = half_word(address - 2);
    if ((first & 0xF800) != 0xF000 || (second & 0xD000) != 0xD000) return false;
    const std::uint32_t s = first >> 10 & 1;
    const std::uint32_t i1 = ~(second >> 13 ^ s) & 1, i2 = ~(second >> 11 ^ s) & 1;
    const std::uint32_t offset = (s ? 0xFF000000u : 0u) | i1 << 23 | i2 << 22 |
                                 (first & 0x3FF) << 12 | (second & 0x7FF) << 1;
    return entry(address + offset) == function;
  }

  std::optional<Caller> leave(std::uint32_t return_address) {
    pc_ = return_address & ~1u;
    return Caller{pc_, false};
  }

  // The frame lies above what the handler has pushed: the first place that looks like one.
  std::optional<Caller> leave_handler(std::uint32_t exc_return, std::uint32_t sp) {
    const std::uint32_t first = exc_return & kExcReturnPsp ? psp_ : sp;
    const std::uint32_t last = exc_return & kExcReturnPsp ? psp_ : sp + kFarthest;
    for (std::uint32_t frame = (first + 7) & ~7u; frame <= last; frame += 8) {
      const auto lr = memory_.read_word(frame + 20), pc = memory_.read_word(frame + 24);
      const auto xpsr = memory_.read_word(frame + 28);
      if (!lr || !pc || !xpsr) break;
      if ((*pc & 1) || !entry(*pc) || !(*xpsr & kThumbBit) || !(*lr & 1)) continue;
      pc_ = *pc;
      lr_ = lr;
      sp_ = frame + (exc_return & kExcReturnBasic ? 32 : 104) + (*xpsr & 1u << 9 ? 4 : 0);
      return Caller{pc_, true};
    }
    return std::nullopt;
  }

  const Image& image_;
  const Memory& memory_;
  const std::uint32_t psp_;
  std::uint32_t pc_;
  std::optional<std::uint32_t> lr_;  // while it may still hold the return address
  std::uint32_t sp_;
};

}  // namespace

std::vector<Caller> call_chain(const Registers& registers, const Image& image, const Memory& memory,
                               std::size_t most) {
  Unwinder unwinder(registers, image, memory);
  std::vector<Caller> out;
  while (out.size() < most) {
    const auto caller = unwinder.next();
    if (!caller) break;
    out.push_back(*caller);
  }
  return out;
}

}  // namespace simulator
