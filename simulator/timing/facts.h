// What is known of the Cortex-M7's timing, as constants. All in cycles of HCLK unless said
// otherwise.
//
// Arm publishes no cycle table. Sources, named in brackets below:
// [pipe]   "pipeline cycle test", doc/cortex_m7.md in the repository jnk0le/random: measured on an
//          STM32H743 with DWT_CYCCNT
// [owen]   Mark Owen, "Cortex-M7 instruction cycle counts, timings, and dual-issue combinations":
//          measured on an STM32H730
// [trm]    Arm DDI 0489, Cortex-M7 Technical Reference Manual
// [rm]     ST RM0385, reference manual of the STM32F746
// [an4031] ST AN4031, using the STM32F2, STM32F4 and STM32F7 DMA controller
// [line]   total cost of a cache line, measured by others; see docs/timing-model.md
// [guess]  nothing published; of the order of similar cores
#pragma once

#include <cstdint>

namespace simulator::facts {

// Integer operands and results. A result with latency n can enter the late ALU n cycles after its
// instruction; the early ALU, the shifter and the address generators stand one cycle before. [pipe]
inline constexpr int kEarlyResult = 0;  // early ALU to late ALU: in the same cycle
inline constexpr int kLateResult = 1;
inline constexpr int kAddressResult = 0;       // write-back of an indexed address
inline constexpr int kMultiplyResult = 2;      // one cycle more than the late ALU
inline constexpr int kLoadResult = 1;          // a word
inline constexpr int kNarrowLoadResult = 2;    // a byte or half-word
inline constexpr int kLoadToMultiplicand = 1;  // more than to the late ALU
inline constexpr int kDivideCycles = 7;        // data dependent, 2 to 12; LLVM's ARMScheduleM7.td
// When an operand is needed, relative to the late ALU.
inline constexpr int kNeedEarly = -1;  // address, shifted operand, bit field
inline constexpr int kNeedLate = 0;
inline constexpr int kNeedAccumulate = 1;  // after the late ALU: MLA chains every cycle
inline constexpr int kNeedStoreData = 2;   // any result of the same cycle can be stored

// Branches. [pipe]
inline constexpr int kMispredict = 8;
inline constexpr int kMispredictEarlyFlags = 6;  // flags set at least ...
inline constexpr int kEarlyFlags = 3;            // ... this long before the branch
inline constexpr int kStaticRedirect = 2;        // taken branch that the BTAC does not know [guess]

// FPU, single precision. Result latency by consumer. [pipe]
struct FpLatency {
  int operand;     // of an addition, multiplication, conversion; multiplicand of a MAC
  int accumulate;  // accumulator of a MAC
  int store;       // of VSTR, VSTM
};
inline constexpr FpLatency kFpArithmetic = {3, 3, 1};
inline constexpr FpLatency kFpFused = {5, 3, 3};    // VFMA, VFMS, VFNMA, VFNMS
inline constexpr FpLatency kFpChained = {6, 3, 4};  // VMLA, VMLS, VNMLA, VNMLS
inline constexpr FpLatency kFpLoad = {1, 3, 1};
// "The last loaded registers have up to 3 cycles of latency as accumulator": as VLDR.
inline constexpr FpLatency kFpLoadMultiple = {1, 3, 1};
inline constexpr FpLatency kFpMove = {3, 3, 1};
inline constexpr int kFpToCore = 1;        // VMOV r, s into the late ALU
inline constexpr int kCompareToFlags = 3;  // VCMP to VMRS: an FPU result on its way to the core
inline constexpr int kFpShadow = 3;  // cycles after a MAC without VADD, VLDM, VSTM, VLDR.64, VMOV #
inline constexpr int kFpDivideCycles = 16;
inline constexpr int kFpSquareRootCycles = 14;

// Loads and stores. [pipe]
inline constexpr unsigned kUnalignedLoadOlder = 3, kUnalignedLoadYounger = 4;
inline constexpr unsigned kNarrowStoreBank = 4;  // bytes, half-words, unaligned: per store and bank
inline constexpr unsigned kStoreBufferEntries = 4;

// Fetch: 64 bits per cycle into a queue of four. [trm]
inline constexpr std::uint32_t kFetchBytes = 8;
inline constexpr unsigned kFetchQueue = 4;

// Caches. [trm]; sizes [rm]
inline constexpr std::uint32_t kLineBytes = 32;
inline constexpr unsigned kInstructionSets = 64, kInstructionWays = 2;
inline constexpr unsigned kDataSets = 32, kDataWays = 4;
inline constexpr unsigned kDataLineFillBuffers = 2;
// The word that a load waits for comes first, the rest of the line 64 bits per cycle. [trm]
inline constexpr unsigned kLineBeats = 3;  // after the first
// From flash the first word takes the array (wait states + 1) and this for AXI: 13 at 7 wait
// states. [line] says 13 to 15 for what a line costs; 13 fits the article's convolutions best.
inline constexpr unsigned kFlashOverAxi = 5;
inline constexpr unsigned kSramFirstWord = 6;  // so that a line takes the 9 of [line]
inline constexpr unsigned kWriteBack = 9;      // a dirty line back to SRAM, like its fill [guess]
inline constexpr unsigned kAxiWrite = 4;       // a single write past the cache [guess]

// Flash over ITCM. [rm] 3.3.2
inline constexpr unsigned kArtLines = 64;  // 256 bits each

// From QUADSPI's FIFO to the core: as an access to another AHB slave. Everything else of a read
// over QSPI follows from the clocks that the firmware has set (RM0385 14.3.4). [guess]
inline constexpr unsigned kQspiFifo = 4;

// Peripherals. [guess]
inline constexpr unsigned kPpbAccess = 2;  // SCS and DWT, inside the core
inline constexpr unsigned kAhbAccess = 4;
inline constexpr unsigned kApbBridge = 2;  // cycles of the APB clock

// DMA: arbitration, address, bus matrix; then the accesses. [an4031]
inline constexpr unsigned kDmaBurst = 3;
inline constexpr unsigned kDmaBeat = 1;  // and flash's wait states for each 256 bits

// Exceptions.
inline constexpr unsigned kExceptionEntry = 12;  // Arm: 12 cycles with memory that does not wait
inline constexpr unsigned kExceptionReturn = 10;
inline constexpr unsigned kBarrier = 4;  // DSB, ISB: drain and refetch [guess]

}  // namespace simulator::facts
