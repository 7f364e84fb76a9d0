// What the pipeline has to know of each instruction of a block. Decoded once.
#pragma once

#include <capstone/capstone.h>

#include <cstdint>
#include <vector>

#include "simulator/cpu/block.h"
#include "simulator/timing/branch_predictor.h"
#include "simulator/timing/preload.h"
#include "simulator/timing/profile.h"

namespace simulator {

/// A register as its consumer sees it: what an FPU register's latency is depends on who reads it.
namespace view {
inline constexpr std::uint8_t kFlags = 16;                  // after r0 to r15
inline constexpr std::uint8_t kFpFlags = 17;                // FPSCR
inline constexpr std::uint8_t kOperand = 18;                // s0 to s31 as operand or multiplicand,
inline constexpr std::uint8_t kAccumulate = kOperand + 32;  // as accumulator,
inline constexpr std::uint8_t kStore = kAccumulate + 32;    // and to be stored
inline constexpr std::uint8_t kCount = kStore + 32;
}  // namespace view

struct OperandUse {
  std::uint8_t view;
  std::int8_t need;  ///< cycles after issue, late ALU = 0
};
struct OperandResult {
  std::uint8_t view;
  std::uint8_t latency;  ///< cycles after issue until the late ALU can use it
};

/// What an instruction occupies; decides what may issue together.
enum Unit : std::uint16_t {
  kUnitLoad = 1u << 0,
  kUnitStore = 1u << 1,
  kUnitMac = 1u << 2,
  kUnitBitField = 1u << 3,     ///< bit-field and DSP instructions: older slot only
  kUnitShifter = 1u << 4,      ///< an inline shifted operand
  kUnitFpu = 1u << 5,          ///< FPU arithmetic
  kUnitFpMac = 1u << 6,        ///< of those the multiply-accumulates
  kUnitFpTransfer = 1u << 7,   ///< VLDR, VSTR, VMOV
  kUnitFpImmediate = 1u << 8,  ///< VMOV of an immediate
  kUnitBranch = 1u << 9,
  kUnitAlone = 1u << 10,  ///< never pairs
  kUnitOther = 1u << 11,
};

/// What the three cycles after an FPU multiply-accumulate do to an instruction.
enum class FpShadow : std::uint8_t { kNone, kOlderOnly, kBlocked };

enum class EarlyAlu : std::uint8_t { kNo, kOlderSlot, kAnySlot };

struct InstructionTiming {
  std::uint16_t units = kUnitOther;
  std::uint16_t excludes =
      kUnitAlone;  ///< units of an older instruction that forbid to issue with it
  std::uint16_t first_use = 0, first_result = 0;
  std::uint32_t last_word = 0;  ///< of code that it needs: address / facts::kFetchBytes
  std::uint8_t uses = 0, results = 0;
  std::uint8_t cycles = 1;  ///< the pipeline is held until the last of them
  std::uint8_t access_bytes = 0;
  bool access_is_store = false;
  bool predicated = false;  ///< may make no access
  EarlyAlu early = EarlyAlu::kNo;
  FpShadow shadow = FpShadow::kNone;
  StallCause cause = StallCause::kIssue;  ///< of those that wait for its result
};

/// The branch that ends a block, if it ends in one.
struct BlockBranch {
  bool present = false;
  BranchPredictor::Branch branch{};
};

struct BlockTiming {
  std::uint32_t address = 0;
  std::uint32_t end = 0;  ///< the address after the block
  std::uint32_t unconditional_bytes = 0;
  bool has_predicated_accesses = false;
  BlockBranch branch;
  std::vector<InstructionTiming> instructions;
  std::vector<OperandUse> uses;
  std::vector<OperandResult> results;
  std::vector<Preload> preloads;
  CycleCount count;  ///< spent here since power-on
};

class InstructionDecoder {
 public:
  InstructionDecoder();
  ~InstructionDecoder();
  InstructionDecoder(const InstructionDecoder&) = delete;
  InstructionDecoder& operator=(const InstructionDecoder&) = delete;

  [[nodiscard]] BlockTiming decode(const Block& block) const;

 private:
  csh capstone_ = 0;
};

}  // namespace simulator
