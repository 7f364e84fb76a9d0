// Says on the console why the program died, then stops. Registers: PM0253 4.4.16 to 4.4.20.
#include "firmware/cortex-m7/core.h"
#include "firmware/cortex-m7/vectors.h"
#include "firmware/hal/board.h"
#include "firmware/hal/printer.h"
#include "firmware/hal/serial.h"

namespace firmware {
namespace {

// What the core pushed when the exception was taken.
struct ExceptionFrame {
  uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
};

struct Meaning {
  uint32_t bit;
  const char* words;
};

constexpr uint32_t kMmarValid = 1U << 7, kBfarValid = 1U << 15, kDebugEvent = 1U << 31;

constexpr Meaning kCfsr[] = {
    {1U << 0, "IACCVIOL: fetched an instruction where none may be"},
    {1U << 1, "DACCVIOL: data access where none may be"},
    {1U << 3, "MUNSTKERR: access violation on return from an exception"},
    {1U << 4, "MSTKERR: access violation when an exception saved registers"},
    {1U << 5, "MLSPERR: access violation when saving floating-point registers"},
    {1U << 8, "IBUSERR: bus error on an instruction fetch"},
    {1U << 9, "PRECISERR: bus error on a data access"},
    {1U << 10, "IMPRECISERR: bus error on an earlier data access"},
    {1U << 11, "UNSTKERR: bus error on return from an exception"},
    {1U << 12, "STKERR: bus error when an exception saved registers"},
    {1U << 13, "LSPERR: bus error when saving floating-point registers"},
    {1U << 16, "UNDEFINSTR: undefined instruction"},
    {1U << 17, "INVSTATE: not Thumb code, or an invalid EPSR"},
    {1U << 18, "INVPC: invalid EXC_RETURN"},
    {1U << 19, "NOCP: coprocessor or FPU not enabled"},
    {1U << 24, "UNALIGNED: unaligned access"},
    {1U << 25, "DIVBYZERO: division by zero"},
};
constexpr Meaning kHfsr[] = {
    {1U << 1, "VECTTBL: bus error on reading the vector table"},
    {1U << 30, "FORCED: a fault that could not be handled"},
};

constexpr Printer out([](char character) {
  if (character == '\n') write_console_polled('\r');
  write_console_polled(static_cast<uint8_t>(character));
});

template <int kCount>
void explain(const Meaning (&meanings)[kCount], uint32_t status) {
  for (const Meaning& meaning : meanings)
    if (status & meaning.bit) out << "  " << meaning.words << '\n';
}

void print_register(const char* name, uint32_t value) {
  out << "  " << Padded{name, 6} << "0x" << Hex{value, 8} << '\n';
}

void print_exception_name(uint32_t number) {
  switch (number) {
    case 3:
      out << "HardFault";
      break;
    case 4:
      out << "MemManage";
      break;
    case 5:
      out << "BusFault";
      break;
    case 6:
      out << "UsageFault";
      break;
    default:
      out << "unexpected exception " << number;
  }
}

void print_frame(const uint32_t* stack_pointer) {
  if (stack_pointer < image_stack_limit ||
      stack_pointer + sizeof(ExceptionFrame) / 4 > image_stack_top) {
    out << "  the stack has overflowed: sp is 0x"
        << Hex{reinterpret_cast<uintptr_t>(stack_pointer), 8} << '\n';
    return;
  }
  const auto& frame = *reinterpret_cast<const ExceptionFrame*>(stack_pointer);
  print_register("pc", frame.pc);
  print_register("lr", frame.lr);
  print_register("r0", frame.r0);
  print_register("r1", frame.r1);
  print_register("r2", frame.r2);
  print_register("r3", frame.r3);
  print_register("r12", frame.r12);
  print_register("xpsr", frame.xpsr);
}

void print_report(const uint32_t* stack_pointer) {
  const uint32_t cfsr = scb().CFSR;
  const uint32_t hfsr = scb().HFSR;
  out << "\nFAULT: ";
  print_exception_name(scb().ICSR & 0x1FF);
  out << '\n';
  explain(kCfsr, cfsr);
  explain(kHfsr, hfsr);
  print_register("CFSR", cfsr);
  print_register("HFSR", hfsr);
  if (cfsr & kMmarValid) print_register("MMFAR", scb().MMFAR);
  if (cfsr & kBfarValid) print_register("BFAR", scb().BFAR);
  print_frame(stack_pointer);
  out << "stopped: reset the board\n";
}

}  // namespace

extern "C" {
[[gnu::used]] alignas(8) uint32_t fault_stack[128];

[[gnu::used, noreturn]] void report_fault(const uint32_t* stack_pointer) {
  static bool is_reported = false;
  // A breakpoint without a debugger arrives here too: the program wants to stop.
  if (!is_reported && !(scb().HFSR & kDebugEvent)) {
    is_reported = true;
    print_report(stack_pointer);
    stop(false);
  }
  for (;;) wait_for_interrupt();
}

// On a stack of its own: the program's may be what failed.
[[gnu::naked]] void fault_handler() {
  asm volatile(
      "mrs r0, msp\n"
      "ldr r1, =fault_stack + 512\n"
      "mov sp, r1\n"
      "b report_fault");
}
}

}  // namespace firmware
