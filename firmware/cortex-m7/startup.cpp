// From reset to main().
#include "firmware/cortex-m7/core.h"
#include "firmware/cortex-m7/vectors.h"

int main();

namespace firmware {

extern "C" {
// From the linker script.
extern const uint32_t image_vectors[], image_data_load[], image_weights_load[];
extern uint32_t image_data_start[], image_data_end[], image_bss_start[], image_bss_end[];
extern uint32_t image_weights_start[], image_weights_end[];
}

namespace {

// Nothing to do for sections that lie where they are loaded. Compilers take two arrays for never
// the same, so this must not be looked into.
[[gnu::noipa]] void copy(const uint32_t* source, uint32_t* start, const uint32_t* end) {
  if (source == start) return;
  while (start < end) *start++ = *source++;
}

}  // namespace

extern "C" {

void reset_handler() {
  // Before any compiled code may use a floating-point register.
  scb().CPACR.set(kCpacrFpuFullAccess);
  data_barrier();
  instruction_barrier();
  scb().VTOR = reinterpret_cast<uintptr_t>(image_vectors);
  scb().SHCSR.set(kShcsrFaultsEnabled);

  copy(image_data_load, image_data_start, image_data_end);
  copy(image_weights_load, image_weights_start, image_weights_end);
  for (uint32_t* word = image_bss_start; word < image_bss_end; ++word) *word = 0;
  main();
  for (;;) wait_for_interrupt();
}
}

}  // namespace firmware
