// The vector table: a board fills in its interrupts, everything else goes to the fault report.
#pragma once

#include <cstdint>

namespace firmware {

using Handler = void (*)();

extern "C" {
// From the linker script.
extern uint32_t image_stack_limit[], image_stack_top[];
[[noreturn]] void reset_handler();
void fault_handler();
}
void handle_systick();

// In the order of the exception numbers (PM0253 2.4.2).
template <int kInterrupts>
struct VectorTable {
  const uint32_t* initial_stack = image_stack_top;
  Handler reset = reset_handler;
  Handler system[13] = {fault_handler, fault_handler, fault_handler, fault_handler, fault_handler,
                        fault_handler, fault_handler, fault_handler, fault_handler, fault_handler,
                        fault_handler, fault_handler, fault_handler};
  Handler systick = handle_systick;
  Handler interrupts[kInterrupts];

  constexpr VectorTable() {
    for (Handler& handler : interrupts) handler = fault_handler;
  }
};

}  // namespace firmware
