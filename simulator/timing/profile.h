// Where the cycles went.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace simulator {

/// Why the pipeline stood still. Fits in three bits.
enum class StallCause : std::uint8_t {
  kIssue,    ///< latency of the integer units, LDM and STM beyond their first cycle, store buffer
  kLoadUse,  ///< an operand was still being loaded
  kFpu,      ///< FPU latencies, and what may not issue after a multiply-accumulate
  kBranch,   ///< mispredicted branches, and fetching from the target
  kFlash,    ///< instructions and data from flash
  kSram,     ///< instructions and data from SRAM1 and SRAM2
  kPeripheral,  ///< register accesses
  kException,   ///< entering and leaving exceptions
};
inline constexpr std::size_t kStallCauses = 8;
/// In the order of StallCause, for tables and JSON.
inline constexpr std::array<std::string_view, kStallCauses> kStallNames = {
    "issue", "load-use", "fpu", "branch", "flash", "sram", "peripheral", "exception"};

/// Cycles without a new instruction, by StallCause.
using Stalls = std::array<std::uint64_t, kStallCauses>;

struct CycleCount {
  std::uint64_t cycles = 0;  ///< including the stalls
  Stalls stalls{};

  CycleCount& operator+=(const CycleCount& other) {
    cycles += other.cycles;
    for (std::size_t i = 0; i < kStallCauses; ++i) stalls[i] += other.stalls[i];
    return *this;
  }
  CycleCount& operator-=(const CycleCount& other) {
    cycles -= other.cycles;
    for (std::size_t i = 0; i < kStallCauses; ++i) stalls[i] -= other.stalls[i];
    return *this;
  }
};

}  // namespace simulator
