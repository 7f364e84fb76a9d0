// Where PLD points. It makes no access that the engine could report.
#pragma once

#include <capstone/capstone.h>

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

namespace simulator {

/// A PLD whose address follows from the registers as they are when its block begins.
struct Preload {
  static constexpr std::uint8_t kNone = 0xFF;
  std::uint32_t position;  ///< index of the instruction in its block
  std::uint8_t base, index = kNone, shift = 0;
  std::int32_t offset;

  /// `reg` reads r0 to r14.
  [[nodiscard]] std::uint32_t address(const std::function<std::uint32_t(unsigned)>& reg) const {
    return reg(base) + (index == kNone ? 0 : reg(index) << shift) +
           static_cast<std::uint32_t>(offset);
  }
};

/// Follows the registers that a block moves by constants. A PLD off any other that the block has
/// written is left out, and so without effect on time.
class PreloadFinder {
 public:
  /// To be called for each instruction of the block in order.
  void step(csh capstone, const cs_insn& insn, std::uint32_t position);
  [[nodiscard]] const std::vector<Preload>& found() const { return found_; }

 private:
  struct Register {
    bool known = true;
    std::int32_t moved = 0;  // since the block began
  };
  std::array<Register, 15> registers_{};
  std::vector<Preload> found_;
};

}  // namespace simulator
