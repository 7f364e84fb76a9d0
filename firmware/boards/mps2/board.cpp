// Arm MPS2+ with the images AN385, AN386 and AN500, as `qemu-system-arm -M mps2-an500 -icount
// shift=0` runs them: an instruction takes a nanosecond, so cycles are instructions. Peripherals:
// Cortex-M System Design Kit manual, chapter 4.
#include "firmware/hal/board.h"

#include "firmware/cortex-m7/core.h"
#include "firmware/cortex-m7/vectors.h"
#include "firmware/hal/serial.h"

namespace firmware {

struct SerialPort {
  uintptr_t address;
};

namespace {

constexpr uint32_t kPeripheralHz = 25'000'000;
constexpr uint32_t kInstructionHz = 1'000'000'000;

struct Uart {
  Register DATA, STATE, CTRL, INTSTATUS, BAUDDIV;
};
Uart& uart_of(const SerialPort& port) { return block_at<Uart>(port.address); }
constexpr uint32_t kStateTransmitFull = 1U << 0, kStateReceiveFull = 1U << 1;
constexpr uint32_t kCtrlTransmit = 1U << 0, kCtrlReceive = 1U << 1;

struct Timer {
  Register CTRL, VALUE, RELOAD, INTSTATUS;
};
Timer& timer0() { return block_at<Timer>(0x40000000); }
constexpr uint32_t kCtrlEnable = 1U << 0;

void start(const SerialPort& port) {
  uart_of(port).BAUDDIV = kPeripheralHz / 115200;
  uart_of(port).CTRL = kCtrlTransmit | kCtrlReceive;
}

}  // namespace

[[gnu::section(".vectors"), gnu::used]] constinit const VectorTable<32> vectors;

const char* const kBoardName = SOLDER_BOARD;

constinit SerialPort console = {0x40004000};
constinit SerialPort messages = {0x40005000};

void init_board() {
  start(console);
  start(messages);
  timer0().RELOAD = UINT32_MAX;
  timer0().VALUE = UINT32_MAX;
  timer0().CTRL = kCtrlEnable;
  start_millisecond_timer(kPeripheralHz);
}

uint32_t core_clock_hz() { return kInstructionHz; }
uint32_t cycles() { return ~timer0().VALUE * (kInstructionHz / kPeripheralHz); }
void idle() { wait_for_interrupt(); }
void restart() { restart_core(); }

void stop(bool success) {
  constexpr uint32_t kSysExit = 0x18;  // semihosting, with the reason in r1
  constexpr uint32_t kApplicationExit = 0x20026, kRunTimeError = 0x20023;
  register uint32_t operation asm("r0") = kSysExit;
  register uint32_t reason asm("r1") = success ? kApplicationExit : kRunTimeError;
  asm volatile("bkpt 0xAB" : : "r"(operation), "r"(reason) : "memory");
  for (;;) wait_for_interrupt();
}

bool read(SerialPort& port, uint8_t& byte) {
  if (!(uart_of(port).STATE & kStateReceiveFull)) return false;
  byte = static_cast<uint8_t>(uart_of(port).DATA);
  return true;
}

void write(SerialPort& port, uint8_t byte) {
  uart_of(port).STATE.wait_until(kStateTransmitFull, 0);
  uart_of(port).DATA = byte;
}

void drain(SerialPort& port) { uart_of(port).STATE.wait_until(kStateTransmitFull, 0); }

uint32_t lost_bytes(const SerialPort&) { return 0; }

void write_console_polled(uint8_t byte) {
  if (uart_of(console).CTRL & kCtrlTransmit) write(console, byte);
}

}  // namespace firmware
