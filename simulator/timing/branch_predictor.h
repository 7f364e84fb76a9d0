// Where the prefetch unit goes before it knows.
#pragma once

#include <array>
#include <cstdint>

namespace simulator {

/// A branch target address cache for the branches seen taken, and two-bit counters chosen by the
/// branch and by how the last branches went. The TRM names BTAC and static prediction and no more;
/// sizes are assumptions. A branch the BTAC does not know is predicted as static: backward taken,
/// forward not taken.
class BranchPredictor {
 public:
  struct Branch {
    std::uint32_t address;
    std::uint32_t next;    ///< the address after it
    std::uint32_t target;  ///< 0: indirect
    bool conditional;
  };
  enum class Outcome {
    kRight,
    kRightStatic,  ///< right, taken, but found only at decode
    kWrong,
  };

  BranchPredictor() { counters_.fill(kWeaklyTaken); }

  /// Predicts `branch`, then learns that the core went to `actual`.
  Outcome resolve(const Branch& branch, std::uint32_t actual);

 private:
  static constexpr std::size_t kTargets = 64;
  static constexpr unsigned kHistoryBits = 8;
  static constexpr std::size_t kCounters = 256;
  static constexpr std::uint8_t kWeaklyTaken = 2;
  struct Target {
    std::uint32_t branch = 0, target = 0;
  };
  [[nodiscard]] std::size_t counter_of(std::uint32_t address) const {
    return ((address >> 1) ^ history_) % kCounters;
  }

  std::array<Target, kTargets> targets_{};
  std::array<std::uint8_t, kCounters> counters_;  // 0, 1: not taken; 2, 3: taken
  std::uint32_t history_ = 0;                     // last outcomes, newest lowest
};

}  // namespace simulator
