// Firmware that has lost its way without a fault: what the board watches for, and how it tells.
#include <fmt/format.h>

#include "simulator/boards/board.h"

namespace simulator {

// The lowest address of the main stack by the names that linker scripts give it: Arm's, ST's, ours.
// Failing that the end of the variables, if the stack lies above them.
void Board::guard_stack() {
  constexpr std::string_view kNames[] = {"__StackLimit",      "_sstack", "__stack_limit",
                                         "image_stack_limit", "_end",    "__bss_end__"};
  const std::uint32_t sp = core_.registers().sp;
  const MemoryRegion* region = memory_.find(sp - 1);
  if (!region || !region->writable) return;
  for (const std::string_view name : kNames) {
    const auto limit = image_.symbol(name);
    if (!limit || !region->contains(*limit, 1) || *limit >= sp) continue;
    stack_limit_symbol_ = name;
    core_.guard_stack(region->base, *limit);
    return;
  }
}

RunResult Board::stack_overflow() const {
  const std::uint32_t sp = core_.registers().sp;
  const std::string victim = image_.describe_object(sp);
  return result(StopReason::kStackOverflow,
                fmt::format("stack overflow in {}: SP is 0x{:08X}{}, below {} (0x{:08X})",
                            image_.describe(core_.pc()), sp, victim.empty() ? "" : " in " + victim,
                            stack_limit_symbol_,
                            image_.symbol(std::string(stack_limit_symbol_)).value_or(0)));
}

RunResult Board::exception_loop(CoreStop stop) const {
  if (stop == CoreStop::kFaultLoop) {
    const std::uint32_t pc = core_.faults().back().registers.pc;
    return result(StopReason::kExceptionLoop,
                  fmt::format("endless exception loop: the fault's handler returns to 0x{:08X} "
                              "({}), which faults again",
                              pc, image_.describe(pc)));
  }
  return result(StopReason::kExceptionLoop,
                fmt::format("endless exception loop: exception {} is pending again whenever its "
                            "handler ({}) returns, and nothing else runs",
                            core_.registers().xpsr & 0x1FF, image_.describe(core_.pc())));
}

}  // namespace simulator
