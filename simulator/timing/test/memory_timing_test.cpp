// Caches, flash interfaces and the AXI port, without a core.
#include "simulator/timing/memory_timing.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace simulator {
namespace {

constexpr std::uint32_t kItcm = 0x100, kDtcm = 0x20000100, kSram = 0x20020000;
constexpr std::uint32_t kFlash = 0x08010000, kFlashItcm = 0x00210000;
constexpr Cycle kLong = 1000;  // longer than anything here takes

class Memories : public testing::Test {
 protected:
  Memories() {
    settings_ = {.instruction_cache = true, .data_cache = true, .wait_states = 7};
    memory_.configure(settings_);
  }
  std::uint32_t read(std::uint32_t address) {
    now_ += kLong;
    return memory_.read(now_, address, 4).cycles;
  }
  std::uint32_t write(std::uint32_t address) {
    now_ += kLong;
    return memory_.write(now_, address, 4).cycles;
  }
  std::uint32_t fetch(std::uint32_t address) {
    now_ += kLong;
    return memory_.fetch(now_, address).cycles;
  }

  MemorySettings settings_;
  MemoryTiming memory_;
  Cycle now_ = 0;
};

TEST_F(Memories, TightlyCoupledOnesDoNotWait) {
  EXPECT_EQ(read(kDtcm), 0u);
  EXPECT_EQ(write(kDtcm), 0u);
  EXPECT_EQ(read(kItcm), 0u);
  EXPECT_EQ(fetch(kItcm), 0u);
}

TEST_F(Memories, LinesFromFlashAndSram) {
  EXPECT_EQ(read(kFlash), 13u);
  EXPECT_EQ(read(kFlash + 28), 0u);
  EXPECT_EQ(read(kFlash + 32), 13u);
  EXPECT_EQ(read(kSram), 6u);
  EXPECT_EQ(fetch(kFlash), 13u);
  EXPECT_EQ(fetch(kFlash + 8), 0u);
  settings_.wait_states = 5;
  memory_.configure(settings_);
  EXPECT_EQ(read(kFlash + 64), 11u);
}

// At 216 MHz, prescaler 2: 30 clocks up to the data, 2 a byte; 4 more cycles from the FIFO.
class QspiMemory : public Memories {
 protected:
  QspiMemory() {
    settings_.qspi = {.before_data = 60, .per_byte = 4};
    memory_.configure(settings_);
  }
  std::uint32_t read_at(Cycle now, std::uint32_t address) {
    return memory_.read(now, address, 4).cycles;
  }
  static constexpr std::uint32_t kQspi = 0x90000000;
};

TEST_F(QspiMemory, CommandThenData) {
  EXPECT_EQ(read_at(1000, kQspi), 60u + 8 * 4 + 4);
  EXPECT_EQ(read_at(1096, kQspi + 8), 32u);                       // the next beat
  EXPECT_EQ(read_at(1300, kQspi + 24), 0u);                       // all there
  EXPECT_EQ(read_at(2000, kQspi + 1024 + 28), 60u + 32 * 4 + 4);  // the last word of a line
}

TEST_F(QspiMemory, WhatFollowsNeedsNoCommand) {
  EXPECT_EQ(read_at(1000, kQspi), 96u);
  // The data of the first line end at 1188; those of the second begin there.
  EXPECT_EQ(read_at(1188, kQspi + 32), 8u * 4 + 4);
  EXPECT_EQ(read_at(9000, kQspi + 64), 4u);  // long in the FIFO
  EXPECT_EQ(read_at(9500, kQspi + 128), 60u + 36);
}

TEST_F(Memories, WordsOfALineArriveOneAfterTheOther) {
  EXPECT_EQ(memory_.read(100, kFlash + 16, 4).cycles, 13u);
  EXPECT_EQ(memory_.read(113, kFlash + 20, 4).cycles, 0u);
  EXPECT_EQ(memory_.read(113, kFlash + 24, 4).cycles, 1u);
  EXPECT_EQ(memory_.read(113, kFlash + 8, 4).cycles, 3u);
}

TEST_F(Memories, PreloadHidesTheFill) {
  EXPECT_EQ(memory_.preload(100, kFlash).cycles, 0u);
  EXPECT_EQ(memory_.read(105, kFlash, 4).cycles, 8u);
  EXPECT_EQ(memory_.preload(200, kFlash + 32).cycles, 0u);
  EXPECT_EQ(memory_.read(220, kFlash + 32, 4).cycles, 0u);
  // A third one waits for one of two buffers.
  memory_.preload(300, kFlash + 64);
  memory_.preload(300, kFlash + 96);
  EXPECT_GT(memory_.preload(300, kFlash + 128).cycles, 0u);
}

TEST_F(Memories, FourWaysLeastRecentlyUsedGoesFirst) {
  for (std::uint32_t way = 0; way < 4; ++way) read(kFlash + way * 1024);
  EXPECT_EQ(read(kFlash), 0u);
  EXPECT_EQ(read(kFlash + 4 * 1024), 13u);  // evicts way 1
  EXPECT_EQ(read(kFlash), 0u);
  EXPECT_EQ(read(kFlash + 1024), 13u);
}

TEST_F(Memories, StoresAllocateAndAreWrittenBack) {
  EXPECT_EQ(write(kSram), 0u);
  EXPECT_EQ(read(kSram + 4), 0u);
  for (std::uint32_t way = 1; way < 4; ++way) read(kSram + way * 1024);
  // The dirty line leaves: the next eviction has to wait for its write-back.
  write(kSram + 1024);
  now_ += kLong;
  EXPECT_EQ(memory_.read(now_, kSram + 4 * 1024, 4).cycles, 6u);
  EXPECT_EQ(memory_.read(now_ + 7, kSram + 6 * 1024, 4).cycles, 6u);  // a clean one
  read(kSram + 3 * 1024);
  EXPECT_GT(memory_.read(now_ + 14, kSram + 7 * 1024, 4).cycles, 0u);
}

TEST_F(Memories, Maintenance) {
  constexpr std::uint32_t kIciallu = 0xF50, kDcimvac = 0xF5C, kDcisw = 0xF60, kDccimvac = 0xF70;
  read(kFlash);
  memory_.maintain(now_, kDcimvac, kFlash);
  EXPECT_EQ(read(kFlash), 13u);
  for (std::uint32_t way = 0; way < 4; ++way) memory_.maintain(now_, kDcisw, way << 30);
  EXPECT_EQ(read(kFlash), 13u);
  fetch(kFlash);
  memory_.maintain(now_, kIciallu, 0);
  EXPECT_EQ(fetch(kFlash), 13u);
  write(kSram);
  memory_.maintain(now_, kDccimvac, kSram);
  EXPECT_EQ(read(kSram), 6u);
}

TEST_F(Memories, WithoutCachesEveryAccessWaits) {
  settings_.data_cache = settings_.instruction_cache = false;
  memory_.configure(settings_);
  EXPECT_EQ(read(kFlash), 13u);
  EXPECT_EQ(read(kFlash), 13u);
  EXPECT_EQ(fetch(kFlash), 13u);
  EXPECT_EQ(fetch(kFlash + 8), 13u);
}

TEST_F(Memories, FlashOverItcm) {
  EXPECT_EQ(fetch(kFlashItcm), 8u);
  EXPECT_EQ(fetch(kFlashItcm + 8), 0u);
  EXPECT_EQ(fetch(kFlashItcm + 32), 8u);
  EXPECT_EQ(fetch(kFlashItcm), 8u);  // no ART: it remembers one line
  settings_.art = settings_.prefetch = true;
  memory_.configure(settings_);
  EXPECT_EQ(fetch(kFlashItcm + 64), 8u);
  EXPECT_EQ(fetch(kFlashItcm + 96), 0u);  // prefetched
  EXPECT_EQ(fetch(kFlashItcm + 64), 0u);  // in the ART
}

TEST_F(Memories, DmaBursts) {
  const auto burst = [this](std::uint32_t address, std::uint32_t beats, bool store) {
    now_ += kLong;
    return memory_.transfer(now_, {address, 4 * beats, beats, store}) - now_;
  };
  EXPECT_EQ(burst(kSram, 4, true), 3u + 4);
  EXPECT_EQ(burst(kSram, 1, false), 3u + 1);
  EXPECT_EQ(burst(kDtcm, 4, true), 3u + 4);
  EXPECT_EQ(burst(kFlash, 4, false), 3u + 7 + 4);
  EXPECT_EQ(burst(kFlash + 16, 4, false), 3u + 4);  // of the same 256 bits
  EXPECT_EQ(burst(kFlash + 32, 4, false), 3u + 7 + 4);
}

TEST_F(Memories, CoreAndDmaWaitForEachOtherInOneMemory) {
  EXPECT_EQ(memory_.transfer(100, {kSram, 16, 4, true}), 107u);
  EXPECT_EQ(memory_.read(104, kSram + 64, 4).cycles, 3u + 6);
  EXPECT_EQ(memory_.transfer(200, {kSram, 16, 4, true}), 207u);
  EXPECT_EQ(memory_.read(204, kFlash, 4).cycles, 13u);
  EXPECT_EQ(memory_.read(300, kSram + 128, 4).cycles, 6u);
  EXPECT_EQ(memory_.transfer(301, {kSram, 16, 4, true}), 306u + 4);
}

TEST_F(Memories, LinesThatDmaHasWrittenAreStillThere) {
  std::vector<std::pair<Incoherence, std::uint32_t>> told;
  memory_.on_incoherence([&](Incoherence what, std::uint32_t at) { told.emplace_back(what, at); });
  read(kSram);
  memory_.transfer(now_, {kSram, 16, 4, true});
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(read(kSram + 16), 0u);  // a hit: the line's old contents
  EXPECT_EQ(told.back(), std::pair(Incoherence::kCoreReadsOld, kSram + 16));
  write(kSram);
  memory_.transfer(now_, {kSram + 8, 4, 1, false});
  EXPECT_EQ(told.back(), std::pair(Incoherence::kDmaReadsOld, kSram + 8));
  for (std::uint32_t way = 1; way <= 4; ++way) read(kSram + way * 1024);
  EXPECT_EQ(told.back(), std::pair(Incoherence::kDmaIsUndone, kSram));
  EXPECT_EQ(told.size(), 3u);
}

TEST_F(Memories, PeripheralsAndTheirBridges) {
  EXPECT_EQ(read(0x40020000), facts::kAhbAccess);
  settings_.apb1_divider = 4;
  memory_.configure(settings_);
  EXPECT_EQ(read(0x40007800), facts::kAhbAccess + 4 * facts::kApbBridge);
  EXPECT_EQ(read(0xE0001004), facts::kPpbAccess);
  EXPECT_EQ(write(0x40020000), 0u);
}

}  // namespace
}  // namespace simulator
