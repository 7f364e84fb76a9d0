// Groups of instructions that share their timing.
#pragma once

#include <capstone/capstone.h>

#include <cstdint>

namespace simulator {

enum class InstructionClass : std::uint8_t {
  kAlu,      ///< late ALU only: logic, compares, with carry
  kAdd,      ///< ADD, SUB, MOV: early ALU too, from the older slot
  kShift,    ///< shifts and rotations: early ALU too
  kExtract,  ///< UBFX, SBFX, REV, RBIT: input needed early
  kInsert,   ///< BFI, PKH, SXTA.: one input needed early
  kDsp,      ///< the other bit-field and DSP instructions
  kMultiply,
  kDivide,
  kLoad,
  kLoadNarrow,
  kLoadDouble,
  kLoadMultiple,
  kStore,
  kStoreDouble,
  kStoreMultiple,
  kBranch,
  kTableBranch,
  kPreload,
  kBarrier,
  kOther,
  kFpAdd,    ///< VADD, VSUB: blocked after a MAC
  kFpOther,  ///< the other arithmetic
  kFpCompare,
  kFpFused,
  kFpChained,
  kFpDivide,
  kFpSquareRoot,
  kFpLoad,
  kFpStore,
  kFpLoadMultiple,
  kFpStoreMultiple,
  kFpMove,
  kFpFlags,  ///< VMRS
};

/// The class by mnemonic; operands may refine it (VMOV has many forms).
InstructionClass class_of(unsigned capstone_id);

}  // namespace simulator
