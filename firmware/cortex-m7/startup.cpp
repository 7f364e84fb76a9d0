// From reset to main().
#include "firmware/cortex-m7/core.h"
#include "firmware/cortex-m7/vectors.h"

int main();

namespace firmware {

extern "C" {
// From the linker script.
extern const uint32_t image_vectors[], image_data_load[];
extern uint32_t image_data_start[], image_data_end[], image_bss_start[], image_bss_end[];

void reset_handler() {
  // Before any compiled code may use a floating-point register.
  scb().CPACR.set(kCpacrFpuFullAccess);
  data_barrier();
  instruction_barrier();
  scb().VTOR = reinterpret_cast<uintptr_t>(image_vectors);
  scb().SHCSR.set(kShcsrFaultsEnabled);

  const uint32_t* source = image_data_load;
  for (uint32_t* word = image_data_start; word < image_data_end; ++word) *word = *source++;
  for (uint32_t* word = image_bss_start; word < image_bss_end; ++word) *word = 0;
  main();
  for (;;) wait_for_interrupt();
}
}

}  // namespace firmware
