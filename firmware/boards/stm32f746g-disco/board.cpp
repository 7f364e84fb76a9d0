#include "firmware/hal/board.h"

#include "firmware/boards/stm32f746g-disco/clock.h"
#include "firmware/boards/stm32f746g-disco/interrupts.h"
#include "firmware/boards/stm32f746g-disco/qspi.h"
#include "firmware/cortex-m7/core.h"
#include "firmware/cortex-m7/vectors.h"
#include "firmware/hal/printer.h"
#include "firmware/hal/serial.h"

namespace firmware {
namespace {

constexpr auto kVectors = [] {
  VectorTable<98> table;  // RM0385 table 46
  table.interrupts[71] = handle_usart6;
  table.interrupts[82] = handle_uart7;
  return table;
};

constexpr Printer out([](char character) { write(console, static_cast<uint8_t>(character)); });

}  // namespace

[[gnu::section(".vectors"), gnu::used]] constinit const VectorTable<98> vectors = kVectors();

const char* const kBoardName = "stm32f746g-disco";

void init_board() {
  start_clocks();
  enable_caches();
  start_cycle_counter();
  start_millisecond_timer(kClockTree.core_hz);
  start_serial_ports();
  if constexpr (kUsesQspiFlash) {
    if (uint32_t id; !start_qspi_flash(id)) {
      out << "error the QSPI flash is not the N25Q128A, whose commands this firmware knows (id 0x"
          << Hex{id, 6} << ")\n";
      stop(false);
    }
  }
}

uint32_t core_clock_hz() { return kClockTree.core_hz; }
uint32_t cycles() { return dwt_cyccnt(); }
void idle() { wait_for_interrupt(); }
void restart() { restart_core(); }

void stop(bool) {
  drain(console);
  // Without a debugger this is a fault, whose handler goes to sleep.
  asm volatile("bkpt 0");
  for (;;) wait_for_interrupt();
}

}  // namespace firmware
