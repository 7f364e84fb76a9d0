#include "simulator/test/firmware/firmware.h"

// DMA2 from memory to memory. RAM below 0x20010000 is DTCM.
enum { LISR = 0, LIFCR = 8, SCR = 0x10, SNDTR = 0x14, SPAR = 0x18, SM0AR = 0x1C, SFCR = 0x24 };
enum { EN = 1, TEIE = 4, HTIE = 8, TCIE_ = 16, CIRC = 256, PINC = 512, MINC = 1024, M2M = 128 };
enum { PSIZE = 11, MSIZE = 13, PBURST = 21, MBURST = 23 };
enum { FEIF = 1, TEIF = 8, HTIF = 16, TCIF = 32, ALL_FLAGS = 0x3D };
enum { WORDS = PINC | MINC | M2M | 2 << PSIZE | 2 << MSIZE, BURSTS = 1 << PBURST | 1 << MBURST };

enum { COUNT = 64 };
_Alignas(16) static const uint32_t source[COUNT] = {1, 2, 3, 4, 5, 6, 7, [63] = 64};
// Of SRAM1, lines of its own.
static uint32_t* const buffer = (uint32_t*)0x20020000;
static uint32_t* const other = (uint32_t*)0x20021000;

static void dma_clock(void) {
  RCC(0x30) |= 1 << 22;
  (void)RCC(0x30);
}
static void dma_start(const void* from, void* to, uint32_t items, uint32_t control) {
  DMA2(LIFCR) = ALL_FLAGS;
  DMA2(SNDTR) = items;
  DMA2(SPAR) = (uint32_t)from;
  DMA2(SM0AR) = (uint32_t)to;
  DMA2(SFCR) = 3;  // a full FIFO
  DMA2(SCR) = control | EN;
}
static void dma_wait(void) {
  while (DMA2(SCR) & EN) {
  }
}
static uint32_t sum(const uint32_t* words, uint32_t count) {
  uint32_t total = 0;
  for (uint32_t i = 0; i < count; i++) total += words[i];
  return total;
}

void dma_words(void) {
  dma_clock();
  dma_start(source, buffer, COUNT, WORDS | BURSTS);
  note(DMA2(SNDTR));  // under way
  dma_wait();
  note(sum(buffer, COUNT));
  note(DMA2(SNDTR));
  note(DMA2(LISR));
  note(DMA2(SCR) & EN);
}

// Bytes packed into words, words unpacked to half-words, and one value everywhere.
void dma_sizes(void) {
  dma_clock();
  dma_start((const char*)source + 1, buffer, 8, PINC | MINC | M2M | 2 << MSIZE);
  dma_wait();
  note(buffer[0]);
  note(buffer[1]);
  dma_start(source, buffer, 2, PINC | MINC | M2M | 2 << PSIZE | 1 << MSIZE);
  dma_wait();
  note(buffer[1]);
  dma_start(source + 6, buffer, 5, WORDS & ~PINC);
  dma_wait();
  note(buffer[4]);
  dma_start(source, buffer, 5, WORDS & ~MINC);
  dma_wait();
  note(buffer[0]);
}

static void dma_interrupt(uint32_t exc_return, uint32_t* frame) {
  (void)exc_return;
  (void)frame;
  note(DMA2(LISR));
  DMA2(LIFCR) = ALL_FLAGS;
}
void dma_interrupts(void) {
  dma_clock();
  handlers[IRQ(56)] = dma_interrupt;
  NVIC_ISER(1) = 1 << (56 - 32);
  dma_start(source, buffer, COUNT, WORDS | BURSTS | HTIE | TCIE_ | TEIE);
  while (result_count < 2) __asm volatile("wfi");
  dma_start(source, (void*)0x60000000, COUNT, WORDS | HTIE | TCIE_ | TEIE);
  while (result_count < 3) __asm volatile("wfi");
  note(DMA2(SCR) & EN);
}

void dma_refusals(void) {
  RCC(0x30) |= 1 << 21;
  DMA2(SCR) = WORDS;
  note(DMA2(SCR));  // its clock is off
  dma_clock();
  dma_start(source, buffer, COUNT, WORDS | CIRC);
  note(DMA2(SCR) & EN);
  dma_start(source, (void*)0x100, COUNT, WORDS);  // ITCM
  note(DMA2(LISR));
  dma_start((char*)source - 0x08000000 + 0x00200000, buffer, COUNT, WORDS);  // flash over ITCM
  note(DMA2(LISR));
  dma_start(source, (void*)source, COUNT, WORDS);
  note(DMA2(LISR));
  DMA2(SCR) = WORDS | EN;  // the flag is still set
  note(DMA2(SCR) & EN);
  DMA2(LIFCR) = ALL_FLAGS;
  DMA2(SFCR) = 2;  // 12 bytes do not hold bursts of 16
  DMA2(SCR) = WORDS | BURSTS | EN;
  note(DMA2(LISR));
  dma_start(source, (char*)buffer + 1024 - 8, COUNT, WORDS | BURSTS);  // across 1 KB
  note(DMA2(LISR));
  DMA1(SNDTR) = COUNT;
  DMA1(SPAR) = (uint32_t)source;
  DMA1(SM0AR) = (uint32_t)buffer;
  DMA1(SCR) = WORDS | EN;
  note(DMA1(SCR) & EN);
}

void dma_stopped(void) {
  dma_clock();
  dma_start(source, buffer, COUNT, WORDS);
  DMA2(SCR) = 0;
  note(DMA2(LISR));
  note(DMA2(SNDTR) > 0 && DMA2(SNDTR) < COUNT);
}

// Dirty in the cache and not cleaned; cleaned.
void dma_reads_dirty(void) {
  dma_clock();
  enable_data_cache();
  buffer[0] = 1;
  if (results[0]) maintain(&DCCMVAC, buffer, 4 * COUNT);
  dma_start(buffer, other, COUNT, WORDS);
  dma_wait();
}
void dma_written_unseen(void) {
  dma_clock();
  enable_data_cache();
  note(sum(buffer, COUNT));
  dma_start(source, buffer, COUNT, WORDS);
  dma_wait();
  if (results[1]) maintain(&DCIMVAC, buffer, 4 * COUNT);
  note(sum(buffer, COUNT));
}
void dma_undone(void) {
  dma_clock();
  enable_data_cache();
  buffer[1] = 1;
  dma_start(source, buffer, COUNT, WORDS);
  dma_wait();
  maintain(&DCCMVAC, buffer, 4 * COUNT);
}

// Weights streamed from flash into two halves of DTCM while the core multiplies, against reading
// them through the cache: what streaming ahead is for.
enum { BLOCK = 256, BLOCKS = 8 };
// Aligned, so that no burst crosses 1 KB.
_Alignas(16) static const uint32_t weights[BLOCK * BLOCKS] = {[0 ... BLOCK * BLOCKS - 1] = 3};
_Alignas(16) static uint32_t halves[2][BLOCK];
__attribute__((noinline)) static uint32_t multiply(const uint32_t* block) {
  uint32_t total = 0;
  for (uint32_t i = 0; i < BLOCK; i++) total += block[i] * i;
  return total;
}
void dma_streaming(void) {
  use_216_mhz();
  CCR |= 1 << 17;  // the instruction cache
  enable_data_cache();
  dma_clock();
  start_cycle_counter();
  uint32_t begin = DWT_CYCCNT, total = 0;
  for (uint32_t b = 0; b < BLOCKS; b++) total += multiply(weights + b * BLOCK);
  note(DWT_CYCCNT - begin);
  note(total);
  begin = DWT_CYCCNT;
  total = 0;
  dma_start(weights, halves[0], BLOCK, WORDS | BURSTS);
  for (uint32_t b = 0; b < BLOCKS; b++) {
    dma_wait();
    if (b + 1 < BLOCKS)
      dma_start(weights + (b + 1) * BLOCK, halves[(b + 1) & 1], BLOCK, WORDS | BURSTS);
    total += multiply(halves[b & 1]);
  }
  note(DWT_CYCCNT - begin);
  note(total);
}
