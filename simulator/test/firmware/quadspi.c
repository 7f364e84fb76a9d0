#include "simulator/test/firmware/firmware.h"

// The QSPI flash, set up as STM32F7 HAL drivers do it: single bytes of DR, automatic polling.
#define QUADSPI(offset) REGISTER(0xA0001000 + (offset))
#define QUADSPI_DR (*(volatile uint8_t*)0xA0001020)
enum { QCR = 0, DCR = 4, SR = 8, FCR = 0xC, DLR = 0x10, CCR_ = 0x14, AR = 0x18, PSMKR = 0x24 };
enum { PSMAR = 0x28, TCF = 2, SMF = 8, BUSY = 32 };
enum { IMODE1 = 1 << 8, ADMODE1 = 1 << 10, ADMODE4 = 3 << 10, ADSIZE24 = 2 << 12 };
enum { DMODE1 = 1 << 24, DMODE4 = 3 << 24, READ = 1 << 26, POLL = 2 << 26, MAP = 3 << 26 };
enum { QUAD_READ = 0xEB | IMODE1 | ADMODE4 | ADSIZE24 | DMODE4 | MAP };

__attribute__((section(".qspi"))) const uint32_t in_qspi_flash[16] = {11, 22, [8] = 33, [15] = 44};
#define IN_QSPI_FLASH ((volatile const uint32_t*)in_qspi_flash)

static void pin(char port, uint32_t n, uint32_t function) {
  GPIO(port, 0x00) = (GPIO(port, 0x00) & ~(3u << 2 * n)) | 2u << 2 * n;
  GPIO(port, 0x20 + n / 8 * 4) |= function << 4 * (n % 8);
}

static void qspi_start(void) {
  RCC(0x30) |= 1 << 1 | 1 << 3 | 1 << 4;
  RCC(0x38) |= 1 << 1;
  pin('B', 2, 9);
  pin('B', 6, 10);
  pin('D', 11, 9);
  pin('D', 12, 9);
  pin('E', 2, 9);
  pin('D', 13, 9);
  QUADSPI(DCR) = 23 << 16 | 5 << 8;
  QUADSPI(QCR) = 1 << 24 | 1 << 4 | 1;
}

static void qspi_done(void) {
  while (!(QUADSPI(SR) & TCF)) {
  }
  QUADSPI(FCR) = TCF;
  while (QUADSPI(SR) & BUSY) {
  }
}
static void qspi_command(uint32_t instruction) {
  QUADSPI(CCR_) = instruction | IMODE1;
  qspi_done();
}
static void qspi_poll(uint32_t mask, uint32_t match) {
  QUADSPI(PSMKR) = mask;
  QUADSPI(PSMAR) = match;
  QUADSPI(DLR) = 0;
  QUADSPI(CCR_) = 0x05 | IMODE1 | DMODE1 | POLL;
  while (!(QUADSPI(SR) & SMF)) {
  }
  QUADSPI(FCR) = SMF;
}
static void qspi_set_dummy_clocks(uint32_t clocks) {
  qspi_command(0x06);
  qspi_poll(2, 2);
  QUADSPI(DLR) = 0;
  QUADSPI(CCR_) = 0x81 | IMODE1 | DMODE1;
  QUADSPI_DR = (uint8_t)(clocks << 4 | 0xB);
  qspi_done();
}

// By commands: identity, registers, contents.
void qspi_commands(void) {
  qspi_start();
  qspi_command(0x66);
  qspi_command(0x99);
  qspi_poll(1, 0);
  QUADSPI(DLR) = 2;
  QUADSPI(CCR_) = 0x9F | IMODE1 | DMODE1 | READ;
  qspi_done();
  for (int i = 0; i < 3; i++) note(QUADSPI_DR);
  qspi_set_dummy_clocks(6);
  QUADSPI(DLR) = 0;
  QUADSPI(CCR_) = 0x85 | IMODE1 | DMODE1 | READ;
  qspi_done();
  note(QUADSPI_DR);
  QUADSPI(DLR) = 3;
  QUADSPI(CCR_) = 0x03 | IMODE1 | ADMODE1 | ADSIZE24 | DMODE1 | READ;
  QUADSPI(AR) = (uint32_t)&in_qspi_flash[8] - 0x90000000;
  qspi_done();
  note(QUADSPI(0x20));
  qspi_command(0xC7);  // erase all of it
}

// As memory, in the very block that maps it too.
void qspi_mapped(void) {
  qspi_start();
  qspi_set_dummy_clocks(10);
  QUADSPI(CCR_) = QUAD_READ | 10 << 18;
  note(IN_QSPI_FLASH[0]);
  barrier();
  note(IN_QSPI_FLASH[1]);
  note(IN_QSPI_FLASH[15]);
  note(*(volatile uint32_t*)0x90FFFFFC);  // erased, to the end
}

void qspi_too_few_dummy_clocks(void) {
  qspi_start();
  QUADSPI(CCR_) = QUAD_READ | 8 << 18;
}

void qspi_without_pins_and_too_fast(void) {
  use_216_mhz();
  RCC(0x38) |= 1 << 1;
  QUADSPI(DCR) = 22 << 16;
  QUADSPI(QCR) = 1;
  QUADSPI(CCR_) = QUAD_READ | 10 << 18;
}

static void next_instruction(uint32_t exc_return, uint32_t* frame) {
  (void)exc_return;
  note(CFSR);
  note(BFAR);
  CFSR = ~0u;
  frame[6] += 2;
}

// Before it is set up, after it has been switched off, and a store while it is there.
void qspi_faults(void) {
  SHCSR |= 1 << 17;
  handlers[BUS_FAULT] = next_instruction;
  __asm volatile("ldr r1, [%0]" ::"r"(in_qspi_flash) : "r1");
  qspi_start();
  QUADSPI(CCR_) = QUAD_READ | 10 << 18;
  barrier();
  note(IN_QSPI_FLASH[1]);
  __asm volatile("str r1, [%0, #4]" ::"r"(in_qspi_flash) : "memory");
  QUADSPI(QCR) = 0;
  barrier();
  __asm volatile("ldr r1, [%0, #8]" ::"r"(in_qspi_flash) : "r1");
}

void qspi_not_set_up(void) { note(IN_QSPI_FLASH[2]); }
