// QUADSPI (RM0385 14) and its N25Q128A (Micron's data sheet, N25Q128A 3V).
#include "firmware/boards/stm32f746g-disco/qspi.h"

#include "firmware/boards/stm32f746g-disco/clock.h"
#include "firmware/boards/stm32f746g-disco/registers.h"
#include "firmware/cortex-m7/core.h"

namespace firmware {
namespace {

constexpr uint32_t kAhb1enrGpios = 1U << 1 | 1U << 3 | 1U << 4;  // B, D, E
constexpr uint32_t kAhb3enrQspi = 1U << 1;

// CR
constexpr uint32_t kCrEnable = 1U << 0, kCrSampleHalfClockLater = 1U << 4;
// DCR: 2^(FSIZE + 1) bytes; clocks that the chip select stays high, less one: it wants 50 ns.
constexpr uint32_t kDcrSize = 23U << 16, kDcrSelectHigh = 5U << 8;
// SR, FCR
constexpr uint32_t kSrComplete = 1U << 1, kSrBusy = 1U << 5;
// CCR: lines of instruction, address, data; bytes of the address, less one; dummy clocks
constexpr uint32_t kInstruction1 = 1U << 8, kAddress4 = 3U << 10, kAddress24 = 2U << 12;
constexpr uint32_t kData1 = 1U << 24, kData4 = 3U << 24;
constexpr uint32_t kIndirectRead = 1U << 26, kMemoryMapped = 3U << 26;

// The flash's commands.
constexpr uint32_t kReadStatus = 0x05, kWriteEnable = 0x06, kResetEnable = 0x66,
                   kWriteVolatile = 0x81, kResetMemory = 0x99, kReadId = 0x9F,
                   kFastReadQuadInOut = 0xEB;
constexpr uint32_t kStatusBusy = 1U << 0, kStatusWriteEnabled = 1U << 1;
constexpr uint32_t kN25q128 = 0x18BA20;

// It stands 108 MHz with ten dummy clocks of kFastReadQuadInOut. AHB runs at the core's clock.
constexpr uint32_t kHighestHz = 108'000'000, kDummyClocks = 10;
constexpr uint32_t kDivider = (kClockTree.core_hz + kHighestHz - 1) / kHighestHz;
// Volatile configuration register: no XIP, no wrapping.
constexpr uint32_t kVolatile = kDummyClocks << 4 | 0xB;

void connect_pin(Gpio& gpio, uint32_t n, uint32_t function) {
  gpio.AFR[n / 8].replace(0xFU << 4 * (n % 8), function << 4 * (n % 8));
  gpio.OSPEEDR.set(3U << 2 * n);
  gpio.MODER.replace(3U << 2 * n, 2U << 2 * n);
}

void finish() {
  quadspi().SR.wait_for(kSrComplete);
  quadspi().FCR = kSrComplete;
  quadspi().SR.wait_until(kSrBusy, 0);
}

void command(uint32_t instruction) {
  quadspi().CCR = kInstruction1 | instruction;
  finish();
}

uint32_t read(uint32_t instruction, uint32_t bytes) {
  quadspi().DLR = bytes - 1;
  quadspi().CCR = kIndirectRead | kData1 | kInstruction1 | instruction;
  quadspi().SR.wait_for(kSrComplete);
  uint32_t value = 0;
  for (uint32_t i = 0; i < bytes; ++i) value |= uint32_t{quadspi().DR_byte()} << 8 * i;
  finish();
  return value;
}

void write_byte(uint32_t instruction, uint8_t value) {
  quadspi().DLR = 0;
  quadspi().CCR = kData1 | kInstruction1 | instruction;
  quadspi().DR_byte() = value;
  finish();
}

}  // namespace

bool start_qspi_flash(uint32_t& id) {
  rcc().AHB1ENR.set(kAhb1enrGpios);
  rcc().AHB3ENR.set(kAhb3enrQspi);
  data_barrier();
  connect_pin(gpiob(), 2, 9);   // CLK
  connect_pin(gpiob(), 6, 10);  // NCS
  connect_pin(gpiod(), 11, 9);  // IO0
  connect_pin(gpiod(), 12, 9);  // IO1
  connect_pin(gpioe(), 2, 9);   // IO2
  connect_pin(gpiod(), 13, 9);  // IO3
  quadspi().DCR = kDcrSize | kDcrSelectHigh;
  quadspi().CR = (kDivider - 1) << 24 | kCrSampleHalfClockLater | kCrEnable;

  // Whatever a program before this one has left the flash in.
  command(kResetEnable);
  command(kResetMemory);
  id = read(kReadId, 3);
  if (id != kN25q128) return false;
  while (read(kReadStatus, 1) & kStatusBusy) {
  }
  command(kWriteEnable);
  while (!(read(kReadStatus, 1) & kStatusWriteEnabled)) {
  }
  write_byte(kWriteVolatile, kVolatile);
  quadspi().CCR = kMemoryMapped | kData4 | kDummyClocks << 18 | kAddress24 | kAddress4 |
                  kInstruction1 | kFastReadQuadInOut;
  data_barrier();
  return true;
}

}  // namespace firmware
