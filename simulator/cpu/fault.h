// What went wrong, and where.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "simulator/cpu/registers.h"
#include "simulator/timing/clock.h"

namespace simulator {

/// Bits of CFSR (ARMv7-M ARM B3.2.15) that the simulator can raise.
enum Cfsr : std::uint32_t {
  kIaccViol = 1u << 0,
  kIBusErr = 1u << 8,
  kPrecisErr = 1u << 9,
  kImprecisErr = 1u << 10,
  kUnstkErr = 1u << 11,
  kStkErr = 1u << 12,
  kBfarValid = 1u << 15,
  kUndefInstr = 1u << 16,
  kInvState = 1u << 17,
  kInvPc = 1u << 18,
  kNoCp = 1u << 19,
  kDivByZero = 1u << 25,
};

/// Bits of HFSR (B3.2.16).
enum Hfsr : std::uint32_t {
  kVectTbl = 1u << 1,
  kForced = 1u << 30,
};

struct Fault {
  unsigned exception = 0;                ///< MemManage, BusFault or UsageFault, before escalation
  std::uint32_t cfsr = 0;                ///< the bits that this fault set
  bool escalated = false;                ///< taken as HardFault: its own handler is off, or masked
  std::string what;                      ///< one line, "write of 4 bytes to 0x60000000: ..."
  std::optional<std::uint32_t> address;  ///< the address that could not be accessed
  Registers registers{};                 ///< when it happened; pc is the instruction at fault
  Cycle cycle = 0;
};

}  // namespace simulator
