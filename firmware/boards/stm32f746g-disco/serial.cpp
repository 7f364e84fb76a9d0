// USART6 and UART7 (RM0385 31), 8N1, by interrupts and through buffers both ways.
#include "firmware/hal/serial.h"

#include "firmware/boards/stm32f746g-disco/clock.h"
#include "firmware/boards/stm32f746g-disco/interrupts.h"
#include "firmware/boards/stm32f746g-disco/registers.h"
#include "firmware/cortex-m7/core.h"
#include "firmware/hal/ring_buffer.h"

namespace firmware {

struct SerialPort {
  uintptr_t address;
  RingBuffer received, to_send;
  std::atomic<uint32_t> lost = 0;

  Usart& usart() { return block_at<Usart>(address); }
};

namespace {

// 16 clocks a bit are the least, and APB1 is 36 MHz at least; every byte is an interrupt.
static_assert(SOLDER_MESSAGES_BAUD >= 1200 && SOLDER_MESSAGES_BAUD <= 2'000'000);
constexpr uint32_t kConsoleBaud = 115200;
constexpr uint32_t kCr1Ue = 1U << 0, kCr1Re = 1U << 2, kCr1Te = 1U << 3;
constexpr uint32_t kCr1Rxneie = 1U << 5, kCr1Txeie = 1U << 7;
constexpr uint32_t kIsrRxne = 1U << 5, kIsrTc = 1U << 6, kIsrTxe = 1U << 7;
// The same bits in ISR and ICR: parity, framing, noise, overrun.
constexpr uint32_t kErrors = 0xFU << 0, kOverrun = 1U << 3;

constexpr uint32_t kAhb1enrGpioc = 1U << 2, kAhb1enrGpiof = 1U << 5;
constexpr uint32_t kApb1enrUart7 = 1U << 30, kApb2enrUsart6 = 1U << 5;
constexpr uint32_t kUsart6Interrupt = 71, kUart7Interrupt = 82;

// The console takes a page of pasted commands and holds the longest reply; the other port takes
// a whole request of 784 floats while the last one is being answered.
uint8_t console_received[1024], console_to_send[2048];
uint8_t messages_received[4096], messages_to_send[256];

// Pins n and n + 1 of a port become alternate function 8 (data sheet table 12: USART6, UART7).
void connect_pins(Gpio& gpio, uint32_t n) {
  gpio.AFR[0].replace(0xFFU << 4 * n, 0x88U << 4 * n);
  gpio.OSPEEDR.replace(0xFU << 2 * n, 0xAU << 2 * n);
  gpio.PUPDR.replace(0xFU << 2 * n, 0x5U << 2 * n);  // pull-up: a line that nobody drives is idle
  gpio.MODER.replace(0xFU << 2 * n, 0xAU << 2 * n);
}

void start(SerialPort& port, uint32_t baud, uint32_t clock_hz, uint32_t interrupt) {
  port.usart().BRR = (clock_hz + baud / 2) / baud;
  port.usart().CR1 = kCr1Ue | kCr1Re | kCr1Te | kCr1Rxneie;
  enable_interrupt(interrupt);
}

void handle_interrupt(SerialPort& port) {
  Usart& usart = port.usart();
  const uint32_t status = usart.ISR;
  if (status & kIsrRxne && !port.received.put(static_cast<uint8_t>(usart.RDR))) port.lost += 1;
  if (status & kErrors) {
    if (status & kOverrun) port.lost += 1;
    usart.ICR = status & kErrors;
  }
  if (status & kIsrTxe && usart.CR1 & kCr1Txeie) {
    uint8_t byte;
    if (port.to_send.get(byte)) {
      usart.TDR = byte;
    } else {
      usart.CR1.clear(kCr1Txeie);
    }
  }
}

}  // namespace

constinit SerialPort console = {kUsart6, RingBuffer(console_received), RingBuffer(console_to_send)};
constinit SerialPort messages = {kUart7, RingBuffer(messages_received),
                                 RingBuffer(messages_to_send)};

void start_serial_ports() {
  rcc().AHB1ENR.set(kAhb1enrGpioc | kAhb1enrGpiof);
  rcc().APB1ENR.set(kApb1enrUart7);
  rcc().APB2ENR.set(kApb2enrUsart6);
  data_barrier();  // a peripheral may be used only two cycles after its clock is on (RM0385 5.2.13)
  connect_pins(gpioc(), 6);
  connect_pins(gpiof(), 6);
  start(console, kConsoleBaud, kClockTree.apb2_hz, kUsart6Interrupt);
  start(messages, SOLDER_MESSAGES_BAUD, kClockTree.apb1_hz, kUart7Interrupt);
}

void handle_usart6() { handle_interrupt(console); }
void handle_uart7() { handle_interrupt(messages); }

bool read(SerialPort& port, uint8_t& byte) { return port.received.get(byte); }

void write(SerialPort& port, uint8_t byte) {
  while (!port.to_send.put(byte)) wait_for_interrupt();
  // The handler may clear the bit in between; setting it once more does no harm.
  port.usart().CR1.set(kCr1Txeie);
}

void drain(SerialPort& port) {
  while (!port.to_send.is_empty()) wait_for_interrupt();
  port.usart().ISR.wait_for(kIsrTc);
}

uint32_t lost_bytes(const SerialPort& port) { return port.lost; }

void write_console_polled(uint8_t byte) {
  Usart& usart = console.usart();
  if (!(usart.CR1 & kCr1Ue)) return;
  const auto send = [&usart](uint8_t next) {
    usart.ISR.wait_for(kIsrTxe);
    usart.TDR = next;
  };
  uint8_t buffered;
  while (console.to_send.get(buffered)) send(buffered);
  send(byte);
  usart.ISR.wait_for(kIsrTc);
}

}  // namespace firmware
