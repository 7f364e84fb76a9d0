#include "simulator/peripherals/dma.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace simulator {
namespace {

constexpr std::uint32_t kLisr = 0x00, kHisr = 0x04, kLifcr = 0x08, kHifcr = 0x0C;
constexpr std::uint32_t kFirstStream = 0x10, kStreamBytes = 0x18;
enum Register : std::uint32_t {  // of a stream
  kCr = 0x00,
  kNdtr = 0x04,
  kPar = 0x08,
  kM0ar = 0x0C,
  kM1ar = 0x10,
  kFcr = 0x14,
};
// Interrupt flags of a stream, and where they lie for stream 0 to 3 in LISR, 4 to 7 in HISR.
constexpr std::uint32_t kFeif = 1u << 0, kTeif = 1u << 3, kHtif = 1u << 4, kTcif = 1u << 5;
constexpr unsigned kFlagShift[] = {0, 6, 16, 22};
// SxCR
constexpr std::uint32_t kEn = 1u << 0, kTeie = 1u << 2, kHtie = 1u << 3, kTcie = 1u << 4,
                        kCirc = 1u << 8, kPinc = 1u << 9, kMinc = 1u << 10, kDbm = 1u << 18;
constexpr std::uint32_t kInterruptEnables = 0x1E, kMemoryToMemory = 2;
// SxFCR
constexpr std::uint32_t kFeie = 1u << 7, kDmdis = 1u << 2, kFcrReset = 0x21;
constexpr std::uint32_t kFifoEmpty = 4u << 3;

constexpr std::uint32_t kFifoBytes = 16;
constexpr std::uint32_t kBurstBoundary = 1024;  // no burst may cross one: AHB

std::uint32_t field(std::uint32_t value, unsigned bit, unsigned width = 2) {
  return value >> bit & ((1u << width) - 1);
}
std::uint32_t direction(std::uint32_t cr) { return field(cr, 6); }
std::uint32_t source_size(std::uint32_t cr) { return 1u << field(cr, 11); }
std::uint32_t destination_size(std::uint32_t cr) { return 1u << field(cr, 13); }
std::uint32_t burst_beats(std::uint32_t code) { return code ? 2u << code : 1; }
std::uint32_t source_beats(std::uint32_t cr) { return burst_beats(field(cr, 21)); }
std::uint32_t destination_beats(std::uint32_t cr) { return burst_beats(field(cr, 23)); }
std::uint32_t threshold(std::uint32_t fcr) { return 4 * (field(fcr, 0) + 1); }  // bytes

// The bus matrix leads to flash and RAM. ITCM and the flash's ITCM interface belong to the core
// alone (RM0385 2.1); DTCM is reached through the core's AHB slave port.
bool reachable(std::uint32_t address) { return address >= 0x08000000 && address < 0xE0000000; }

}  // namespace

Dma::Dma(std::string name, bool memory_to_memory, const Memory& memory, Clock& clock,
         Diagnostics& diagnostics, Connections connections)
    : name_(std::move(name)),
      memory_to_memory_(memory_to_memory),
      memory_(memory),
      clock_(clock),
      diagnostics_(diagnostics),
      connections_(std::move(connections)) {
  for (unsigned i = 0; i < kStreams; ++i) {
    streams_[i] = std::make_unique<Stream>(clock, [this, i](Cycle due) { loaded(i, due); });
  }
  reset();
}

void Dma::reset() {
  for (unsigned i = 0; i < kStreams; ++i) {
    Stream& s = *streams_[i];
    s.next.disarm();
    s.cr = s.ndtr = s.par = s.m0ar = s.m1ar = s.flags = 0;
    s.fcr = kFcrReset;
    connections_.interrupt(i, false);
  }
}

std::uint32_t Dma::flags(unsigned first) const {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) value |= streams_[first + i]->flags << kFlagShift[i];
  return value;
}

void Dma::clear_flags(unsigned first, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) {
    streams_[first + i]->flags &= ~(value >> kFlagShift[i]);
    set_flags(first + i, 0);
  }
}

std::uint32_t& Dma::register_of(Stream& stream, std::uint32_t offset) {
  switch (offset) {
    case kCr:
      return stream.cr;
    case kNdtr:
      return stream.ndtr;
    case kPar:
      return stream.par;
    case kM0ar:
      return stream.m0ar;
    case kM1ar:
      return stream.m1ar;
    default:
      return stream.fcr;
  }
}

std::uint32_t Dma::read(std::uint32_t offset) {
  if (offset == kLisr) return flags(0);
  if (offset == kHisr) return flags(4);
  if (offset < kFirstStream || offset >= kFirstStream + kStreams * kStreamBytes) return 0;
  Stream& stream = *streams_[(offset - kFirstStream) / kStreamBytes];
  return register_of(stream, (offset - kFirstStream) % kStreamBytes);
}

void Dma::write(std::uint32_t offset, std::uint32_t value) {
  if (offset == kLifcr) return clear_flags(0, value);
  if (offset == kHifcr) return clear_flags(4, value);
  if (offset < kFirstStream || offset >= kFirstStream + kStreams * kStreamBytes) return;
  const unsigned index = (offset - kFirstStream) / kStreamBytes;
  Stream& stream = *streams_[index];
  const std::uint32_t which = (offset - kFirstStream) % kStreamBytes;
  if (which == kCr) return write_control(index, value);
  if (stream.cr & kEn) {
    return report(index, "its registers are written while it is enabled, which changes nothing");
  }
  if (which == kFcr) value = (value & (kFeie | kDmdis | 3)) | kFifoEmpty;
  if (which == kNdtr) value &= 0xFFFF;
  register_of(stream, which) = value;
}

void Dma::write_control(unsigned index, std::uint32_t value) {
  Stream& stream = *streams_[index];
  const bool was_enabled = stream.cr & kEn;
  constexpr std::uint32_t kAlways = kEn | kInterruptEnables;
  stream.cr = was_enabled ? (stream.cr & ~kAlways) | (value & kAlways) : value & 0x0FFFFFFF;
  if (was_enabled && !(value & kEn)) {
    stream.ndtr -= std::exchange(stream.moving, 0);
    end(index, kTcif);  // what the FIFO holds is written before (RM0385 8.3.14)
  } else if (!was_enabled && (value & kEn)) {
    start(index);
  }
  set_flags(index, 0);
}

// Why a stream that shall start does not.
const char* Dma::objection(const Stream& s) const {
  const std::uint32_t from = source_size(s.cr), to = destination_size(s.cr);
  if (s.flags) return "LIFCR or HIFCR has not cleared the flags of its last transfer";
  if (!memory_to_memory_) return "only DMA2 copies from memory to memory";
  if (s.cr & (kCirc | kDbm)) return "memory-to-memory has no circular or double-buffer mode";
  if (from > 4 || to > 4) return "PSIZE or MSIZE is reserved";
  if (s.par % from || s.m0ar % to) return "an address is not a multiple of its data size";
  if (s.ndtr * from % to) return "NDTR items of PSIZE are no whole number of MSIZE";
  return nullptr;
}

void Dma::start(unsigned index) {
  Stream& s = *streams_[index];
  if (direction(s.cr) != kMemoryToMemory) {
    return report(index, "peripherals' requests are not modelled: it waits for ever");
  }
  if (const char* why = objection(s)) {
    s.cr &= ~kEn;
    return report(index, fmt::format("it does not start: {}", why));
  }
  s.fcr |= kDmdis;
  // Table 32: the threshold holds a whole number of bursts to memory. 8.3.12: no burst from the
  // peripheral port fills the whole FIFO when the threshold is 3/4.
  const std::uint32_t level = threshold(s.fcr);
  const std::uint32_t out = destination_beats(s.cr) * destination_size(s.cr);
  const std::uint32_t in = source_beats(s.cr) * source_size(s.cr);
  const bool in_fits = in <= kFifoBytes && (in < kFifoBytes || level != 12);
  if ((destination_beats(s.cr) > 1 && level % out != 0) || (source_beats(s.cr) > 1 && !in_fits)) {
    report(index, "FIFO threshold and bursts do not fit together (FEIF)");
    return end(index, kFeif);
  }
  s.source = s.par;
  s.destination = s.m0ar;
  s.items = s.ndtr;
  if (s.items == 0) return end(index, 0);
  load(index, clock_.now());
}

// Fills the FIFO and drains it: as much as the threshold or one burst to it asks for.
void Dma::load(unsigned index, Cycle now) {
  Stream& s = *streams_[index];
  const std::uint32_t size = source_size(s.cr), beats = source_beats(s.cr);
  std::array<std::uint8_t, kFifoBytes> fifo;
  const std::uint32_t bytes = std::min(std::max(threshold(s.fcr), beats * size), s.ndtr * size);
  const std::span contents(fifo.data(), bytes);
  now = std::max(now, free_);
  const Port in{s.source, size, beats, (s.cr & kPinc) != 0, false};
  const Port out{s.destination, destination_size(s.cr), destination_beats(s.cr),
                 (s.cr & kMinc) != 0, true};
  for (const Port& port : {in, out}) {
    if (access(now, port, contents)) continue;
    report(index, fmt::format("bus error (TEIF) at 0x{:08X}: there it finds no memory {}, or a "
                              "burst crosses {} bytes",
                              port.address, port.stores ? "to write" : "to read", kBurstBoundary));
    return end(index, kTeif);
  }
  free_ = now;
  s.moving = bytes / size;
  s.next.arm(now);
}

void Dma::loaded(unsigned index, Cycle now) {
  Stream& s = *streams_[index];
  const std::uint32_t half = s.items / 2, before = s.ndtr;
  s.ndtr -= std::exchange(s.moving, 0);
  if (before > half && s.ndtr <= half) set_flags(index, kHtif);
  if (s.ndtr == 0) return end(index, kTcif);
  load(index, now);
}

bool Dma::access(Cycle& now, const Port& port, std::span<std::uint8_t> fifo) {
  while (!fifo.empty()) {
    const std::uint32_t beats = port.beats * port.size <= fifo.size() ? port.beats : 1;
    const std::uint32_t bytes = port.increments ? beats * port.size : port.size;
    const MemoryRegion* region = memory_.find(port.address, bytes);
    const std::uint32_t last = port.address + bytes - 1;
    const bool crosses = (port.address ^ last) >= kBurstBoundary;
    if (!region || !reachable(port.address) || crosses || (port.stores && !region->writable)) {
      return false;
    }
    std::uint8_t* at = region->bytes + (port.address - region->base);
    for (std::uint32_t i = 0; i < beats; ++i, fifo = fifo.subspan(port.size)) {
      if (port.stores) {
        std::memcpy(at, fifo.data(), port.size);
      } else {
        std::memcpy(fifo.data(), at, port.size);
      }
      if (port.increments) at += port.size;
    }
    now = connections_.transfer(now, {port.address, bytes, beats, port.stores});
    if (port.increments) port.address += bytes;
  }
  return true;
}

// The stream is off, and `flag` says why.
void Dma::end(unsigned index, std::uint32_t flag) {
  Stream& s = *streams_[index];
  s.next.disarm();
  s.cr &= ~kEn;
  if (s.destination > s.m0ar) connections_.written(s.m0ar, s.destination - s.m0ar);
  s.destination = 0;
  set_flags(index, flag);
}

void Dma::set_flags(unsigned index, std::uint32_t flags) {
  Stream& s = *streams_[index];
  s.flags |= flags;
  const bool high = ((s.flags & kTeif) && (s.cr & kTeie)) ||
                    ((s.flags & kHtif) && (s.cr & kHtie)) ||
                    ((s.flags & kTcif) && (s.cr & kTcie)) || ((s.flags & kFeif) && (s.fcr & kFeie));
  connections_.interrupt(index, high);
}

void Dma::report(unsigned index, const std::string& text) {
  diagnostics_.report_once(fmt::format("{} stream {}: {}", name_, index, text));
}

}  // namespace simulator
