// From reset to main().
#include "firmware/cortex-m7/core.h"
#include "firmware/cortex-m7/vectors.h"

int main();

namespace firmware {

extern "C" {
// From the linker script.
extern const uint32_t __vectors[], __data_load[];
extern uint32_t __data_start[], __data_end[], __bss_start[], __bss_end[];

void reset_handler() {
  // Before any compiled code may use a floating-point register.
  scb().CPACR.set(kCpacrFpuFullAccess);
  data_barrier();
  instruction_barrier();
  scb().VTOR = reinterpret_cast<uintptr_t>(__vectors);
  scb().SHCSR.set(kShcsrFaultsEnabled);

  const uint32_t* source = __data_load;
  for (uint32_t* word = __data_start; word < __data_end; ++word) *word = *source++;
  for (uint32_t* word = __bss_start; word < __bss_end; ++word) *word = 0;
  main();
  for (;;) wait_for_interrupt();
}

// Where libm's functions note range errors; newlib's own comes with a kilobyte of stdio's state.
int* __errno() {
  static int value;
  return &value;
}
}

}  // namespace firmware
