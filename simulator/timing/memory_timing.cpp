#include "simulator/timing/memory_timing.h"

#include <algorithm>

namespace simulator {
namespace {

constexpr std::uint32_t kFlashItcm = 0x00200000, kFlashAxi = 0x08000000, kFlashBytes = 0x100000;
constexpr std::uint32_t kSram = 0x20010000, kSramBytes = 0x40000;
constexpr std::uint32_t kQspi = 0x90000000, kQspiBytes = 0x10000000;
constexpr std::uint32_t kPpb = 0xE0000000;
constexpr std::uint32_t kApb1 = 0x40000000, kApb2 = 0x40010000, kAhb1 = 0x40020000;

bool in_flash_itcm(std::uint32_t address) { return address - kFlashItcm < kFlashBytes; }
bool in_flash_axi(std::uint32_t address) { return address - kFlashAxi < kFlashBytes; }
bool in_sram(std::uint32_t address) { return address - kSram < kSramBytes; }
bool in_qspi(std::uint32_t address) { return address - kQspi < kQspiBytes; }
bool on_axi(std::uint32_t address) {
  return in_flash_axi(address) || in_sram(address) || in_qspi(address);
}
std::uint32_t line_of(std::uint32_t address) { return address / facts::kLineBytes; }

StallCause cause_of(std::uint32_t address) {
  return in_sram(address) ? StallCause::kSram : StallCause::kFlash;
}

std::uint32_t until(Cycle at, Cycle now) {
  return at > now ? static_cast<std::uint32_t>(at - now) : 0;
}

}  // namespace

unsigned MemoryTiming::first_word(std::uint32_t address) const {
  return in_sram(address) ? facts::kSramFirstWord
                          : settings_.wait_states + 1 + facts::kFlashOverAxi;
}

Cycle MemoryTiming::LineFill::arrival(std::uint32_t address) const {
  return begun + (address / 8 - first) % (facts::kLineBeats + 1) * beat;
}

// Returns when the first word is there. Then the next request may go out; it overlaps the rest.
Cycle MemoryTiming::occupy_axi(Cycle now, std::uint32_t address, unsigned cycles) {
  Cycle& memory_free = memory_free_[in_sram(address)];
  return memory_free = axi_free_ = std::max({now, axi_free_, memory_free}) + cycles;
}

// Without a line: of data past the cache, and of code.
Cycle MemoryTiming::read_once(Cycle now, std::uint32_t address, std::uint32_t bytes) {
  if (!in_qspi(address)) return occupy_axi(now, address, first_word(address));
  return axi_free_ = qspi_.read(std::max(now, axi_free_), address, bytes).end;
}

bool MemoryTiming::touch_data(std::uint32_t address, bool write) {
  if (data_.touch(line_of(address), write)) return true;
  if (!data_.touch_stale(line_of(address), write)) return false;
  if (!write && incoherent_) incoherent_(Incoherence::kCoreReadsOld, address);
  return true;
}

void MemoryTiming::left_cache(const CacheTags::Was& was) {
  if (was.dirty && was.stale && incoherent_) {
    incoherent_(Incoherence::kDmaIsUndone, was.line * facts::kLineBytes);
  }
}

// Waits, by moving `now`, until one of the buffers is free.
MemoryTiming::LineFill& MemoryTiming::free_fill_buffer(Cycle& now) {
  LineFill& oldest = *std::ranges::min_element(fills_, {}, &LineFill::ready);
  now = std::max(now, oldest.ready);
  return oldest;
}

// Brings the line of `address` into the data cache.
MemoryTiming::LineFill& MemoryTiming::start_fill(Cycle now, std::uint32_t address, bool dirty) {
  LineFill& fill = free_fill_buffer(now);
  const CacheTags::Was evicted = data_.fill(line_of(address), dirty);
  left_cache(evicted);
  const bool evicts = evicted.dirty;
  if (evicts) now = std::max(now, write_back_free_);  // one eviction buffer
  if (in_qspi(address)) {
    // From its first byte on: a burst that wraps would need a second command.
    const std::uint32_t line = line_of(address) * facts::kLineBytes;
    const QspiTiming::Data data = qspi_.read(std::max(now, axi_free_), line, facts::kLineBytes);
    fill = {line_of(address), line / 8, data.first, data.end, data.beat};
    axi_free_ = fill.arrival(address);
  } else {
    const Cycle first = occupy_axi(now, address, first_word(address));
    fill = {line_of(address), address / 8, first, first + facts::kLineBeats};
  }
  if (evicts) write_back(fill.ready);
  last_fill_ready_ = fill.ready;
  return fill;
}

void MemoryTiming::write_back(Cycle now) {
  write_back_free_ = std::max(now, write_back_free_) + facts::kWriteBack;
}

Wait MemoryTiming::read_line(Cycle now, std::uint32_t address) {
  const std::uint32_t line = line_of(address);
  if (!touch_data(address, false)) {
    return {until(start_fill(now, address, false).arrival(address), now), cause_of(address)};
  }
  if (now < last_fill_ready_) [[unlikely]] {
    for (const LineFill& fill : fills_) {
      if (fill.line == line) return {until(fill.arrival(address), now), cause_of(address)};
    }
  }
  return {};
}

Wait MemoryTiming::read_slowly(Cycle now, std::uint32_t address, std::uint32_t size) {
  if (on_axi(address)) {
    if (!settings_.data_cache) {
      return {until(read_once(now, address, size), now), cause_of(address)};
    }
    Wait wait = read_line(now, address);
    const std::uint32_t last = address + size - 1;
    if (line_of(last) != line_of(address)) {
      wait.cycles += read_line(now + wait.cycles, last).cycles;
      wait.cause = cause_of(last);
    }
    return wait;
  }
  if (in_flash_itcm(address)) return flash_over_itcm(now, address, false);
  return is_device(address) ? device(now, address, false) : Wait{};
}

Wait MemoryTiming::write(Cycle now, std::uint32_t address, std::uint32_t size) {
  if (is_device(address)) return device(now, address, true);
  Wait wait = store_buffer(now, address, size);
  if (!in_sram(address)) return wait;
  now += wait.cycles;
  if (!settings_.data_cache) {
    // The store buffer hides writes until the bus is that many behind.
    const Cycle done = occupy_axi(now, address, facts::kAxiWrite);
    const Cycle hidden = now + facts::kStoreBufferEntries * facts::kAxiWrite;
    if (done > hidden) wait = {wait.cycles + until(done, hidden), StallCause::kSram};
    return wait;
  }
  if (touch_data(address, true)) return wait;
  Cycle free = now;
  free_fill_buffer(free);
  start_fill(now, address, true);
  if (free > now) wait = {wait.cycles + until(free, now), StallCause::kSram};
  return wait;
}

// Byte and half-word stores keep their bank for several cycles; the buffer hides a few of them.
Wait MemoryTiming::store_buffer(Cycle now, std::uint32_t address, std::uint32_t size) {
  const bool whole_words = size >= 4 && address % 4 == 0;
  Cycle& free = bank_free_[address / 4 % 2];
  free = std::max(free, now) + (whole_words ? 1 : facts::kNarrowStoreBank);
  const Cycle hidden = now + facts::kStoreBufferEntries * facts::kNarrowStoreBank;
  return {until(free, hidden), StallCause::kIssue};
}

Wait MemoryTiming::preload(Cycle now, std::uint32_t address) {
  if (!settings_.data_cache || !on_axi(address) || touch_data(address, false)) return {};
  Cycle free = now;
  free_fill_buffer(free);
  start_fill(now, address, false);
  return {until(free, now), cause_of(address)};
}

Wait MemoryTiming::device(Cycle now, std::uint32_t address, bool write) {
  const auto apb = [](unsigned divider) { return facts::kApbBridge * divider; };
  unsigned cycles = facts::kAhbAccess;
  if (address >= kPpb) {
    cycles = facts::kPpbAccess;
  } else if (address >= kApb1 && address < kAhb1) {
    cycles += apb(address < kApb2 ? settings_.apb1_divider : settings_.apb2_divider);
  }
  const Cycle start = std::max(now, device_free_);
  device_free_ = start + cycles;
  // Writes are buffered: the core waits only for those before.
  return {until(write ? start : device_free_, now), StallCause::kPeripheral};
}

Wait MemoryTiming::fetch_slowly(Cycle now, std::uint32_t address) {
  const std::uint32_t line = line_of(address);
  if (in_flash_itcm(address)) {
    const Wait wait = flash_over_itcm(now, address, true);
    fetched_line_ = line;
    return wait;
  }
  fetched_line_ = ~0u;
  if (!on_axi(address)) return {};
  if (settings_.instruction_cache) {
    fetched_line_ = line;
    if (instructions_.touch(line, false)) return {};
    instructions_.fill(line, false);
    if (in_qspi(address)) {
      const Cycle ready = read_once(now, line * facts::kLineBytes, facts::kLineBytes);
      return {until(ready, now), cause_of(address)};
    }
  }
  return {until(read_once(now, address, facts::kFetchBytes), now), cause_of(address)};
}

// The interface holds the line it has read last.
Wait MemoryTiming::flash_over_itcm(Cycle now, std::uint32_t address, bool instruction) {
  const std::uint32_t line = line_of(address);
  if (line == itcm_line_) return {};
  itcm_line_ = line;
  if (!instruction) fetched_line_ = ~0u;
  const unsigned array = settings_.wait_states + 1;
  Cycle ready = now;
  if (!settings_.art || !art_.touch(line, false)) {
    if (settings_.art) art_.fill(line, false);
    ready = line == prefetched_line_ ? std::max(now, prefetched_ready_) : now + array;
  }
  if (instruction && settings_.prefetch) {
    prefetched_line_ = line + 1;
    prefetched_ready_ = ready + array;
  }
  return {until(ready, now), StallCause::kFlash};
}

Cycle uncontended(Cycle start, const BusBurst& burst) {
  return start + facts::kDmaBurst + burst.beats * facts::kDmaBeat;
}

Cycle MemoryTiming::transfer(Cycle start, const BusBurst& burst) {
  compare_contents(burst);
  if (in_qspi(burst.address)) return qspi_.read(start, burst.address, burst.bytes).end;
  if (!on_axi(burst.address)) return uncontended(start, burst);
  Cycle& free = memory_free_[in_sram(burst.address)];
  const Cycle begun = std::max(start + facts::kDmaBurst, free) - facts::kDmaBurst;
  free = uncontended(begun, burst);
  if (in_flash_axi(burst.address)) {
    const std::uint32_t first = line_of(burst.address);
    const std::uint32_t last = line_of(burst.address + burst.bytes - 1);
    const std::uint32_t lines = last - first + (first != dma_flash_line_);
    free += lines * settings_.wait_states;
    dma_flash_line_ = last;
  }
  return free;
}

void MemoryTiming::compare_contents(const BusBurst& burst) {
  if (!in_sram(burst.address)) return;  // DTCM is not cached, flash never dirty
  const std::uint32_t end = line_of(burst.address + burst.bytes - 1);
  for (std::uint32_t line = line_of(burst.address); line <= end; ++line) {
    if (burst.store) {
      data_.make_stale(line);
    } else if (data_.is_dirty(line) && incoherent_) {
      incoherent_(Incoherence::kDmaReadsOld, std::max(burst.address, line * facts::kLineBytes));
    }
  }
}

void MemoryTiming::configure(const MemorySettings& settings) {
  settings_ = settings;
  qspi_.configure(settings.qspi);
  fetched_line_ = ~0u;
}

void MemoryTiming::maintain(Cycle now, std::uint32_t offset, std::uint32_t value) {
  enum Register : std::uint32_t {  // ARMv7-M ARM B2.2.7
    kIciallu = 0xF50,
    kIcimvau = 0xF58,
    kDcimvac = 0xF5C,
    kDcisw = 0xF60,
    kDccmvau = 0xF64,
    kDccmvac = 0xF68,
    kDccsw = 0xF6C,
    kDccimvac = 0xF70,
    kDccisw = 0xF74,
  };
  const unsigned set = value / facts::kLineBytes;
  const unsigned way = value >> 30;
  CacheTags::Was was;
  switch (offset) {
    case kIciallu:
      instructions_.invalidate_all();
      fetched_line_ = ~0u;
      break;
    case kIcimvau:
      instructions_.maintain(line_of(value), false, true);
      fetched_line_ = ~0u;
      break;
    case kDcimvac:
      data_.maintain(line_of(value), false, true);
      break;
    case kDcisw:
      data_.maintain_at(set, way, false, true);
      break;
    case kDccmvau:
    case kDccmvac:
      was = data_.maintain(line_of(value), true, false);
      break;
    case kDccsw:
      was = data_.maintain_at(set, way, true, false);
      break;
    case kDccimvac:
      was = data_.maintain(line_of(value), true, true);
      break;
    case kDccisw:
      was = data_.maintain_at(set, way, true, true);
      break;
    default:
      break;
  }
  left_cache(was);
  if (!was.dirty) return;
  write_back(now);
  device_free_ = std::max(device_free_, write_back_free_);  // the next operation waits for it
}

}  // namespace simulator
