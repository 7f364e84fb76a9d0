// Start-up and output of the Cortex-M0+ by semihosting, as QEMU answers it.
#include <cstdint>

#include "tests/portability/main.h"

int main();

namespace {

// Arm semihosting: the operation in r0, its argument in r1.
void call_host(uint32_t operation, uintptr_t argument) {
  register uint32_t r0 asm("r0") = operation;
  register uintptr_t r1 asm("r1") = argument;
  asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}
constexpr uint32_t kSysWrite0 = 0x04, kSysExit = 0x18;
constexpr uintptr_t kApplicationExit = 0x20026, kRunTimeError = 0x20023;

extern "C" {
extern uint32_t image_stack_top[];

// QEMU has put all sections where they belong, and memory starts as zeros.
[[noreturn]] void reset_handler() {
  main();
  call_host(kSysExit, kApplicationExit);
  for (;;) {
  }
}

[[noreturn]] void fault_handler() {
  print("fault\n");
  call_host(kSysExit, kRunTimeError);
  for (;;) {
  }
}
}

using Handler = void (*)();
struct Vectors {
  uint32_t* stack;
  Handler reset, nmi, hard_fault;
};
[[gnu::section(".vectors"), gnu::used]] constinit const Vectors vectors = {
    image_stack_top, reset_handler, fault_handler, fault_handler};

}  // namespace

void print(const char* text) { call_host(kSysWrite0, reinterpret_cast<uintptr_t>(text)); }
