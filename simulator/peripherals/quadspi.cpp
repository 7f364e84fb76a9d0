#include "simulator/peripherals/quadspi.h"

#include <fmt/format.h>

#include <algorithm>

namespace simulator {
namespace {

enum Register : std::uint32_t {
  kCr = 0x00,
  kDcr = 0x04,
  kSr = 0x08,
  kFcr = 0x0C,
  kDlr = 0x10,
  kCcr = 0x14,
  kAr = 0x18,
  kAbr = 0x1C,
  kDr = 0x20,
  kPsmkr = 0x24,
  kPsmar = 0x28,
  kPir = 0x2C,
  kLptr = 0x30,
};

// CR
constexpr std::uint32_t kEn = 1u << 0, kAbort = 1u << 1, kDualFlash = 1u << 6, kFlash2 = 1u << 7,
                        kMatchAny = 1u << 23;
// SR and FCR
constexpr std::uint32_t kTcf = 1u << 1, kFtf = 1u << 2, kSmf = 1u << 3;

unsigned lines(std::uint32_t field) { return field == 0 ? 0 : 1u << (field - 1); }
unsigned clocks(unsigned bits, unsigned lines) { return lines == 0 ? 0 : bits / lines; }

}  // namespace

void Quadspi::reset() {
  cr_ = dcr_ = sr_ = dlr_ = ccr_ = ar_ = abr_ = psmkr_ = psmar_ = pir_ = lptr_ = 0;
  fifo_.clear();
  if (changed_) changed_();
}

SerialCommand Quadspi::command() const {
  return {.instruction = static_cast<std::uint8_t>(ccr_),
          .address_lines = lines(ccr_ >> 10 & 3),
          .data_lines = lines(ccr_ >> 24 & 3),
          .dummy_clocks = ccr_ >> 18 & 0x1F,
          .address = ar_};
}

bool Quadspi::memory_mapped() const {
  return (cr_ & kEn) && !(cr_ & (kDualFlash | kFlash2)) && mode() == Mode::kMap;
}

unsigned Quadspi::clocks_before_data() const {
  const unsigned address_bits = 8 * ((ccr_ >> 12 & 3) + 1);
  const unsigned alternate_bits = 8 * ((ccr_ >> 16 & 3) + 1);
  const unsigned select_high = (dcr_ >> 8 & 7) + 1;
  return select_high + clocks(8, lines(ccr_ >> 8 & 3)) +
         clocks(address_bits, lines(ccr_ >> 10 & 3)) +
         clocks(alternate_bits, lines(ccr_ >> 14 & 3)) + command().dummy_clocks;
}

unsigned Quadspi::clocks_per_byte() const { return clocks(8, command().data_lines); }

std::uint32_t Quadspi::read(std::uint32_t offset) {
  switch (offset) {
    case kCr:
      return cr_;
    case kDcr:
      return dcr_;
    case kSr:
      // FTF: writing, room in the FIFO; reading, bytes in it.
      return sr_ | static_cast<std::uint32_t>(std::min<std::size_t>(fifo_.size(), 31)) << 8 |
             (mode() == Mode::kWrite || !fifo_.empty() ? kFtf : 0);
    case kDlr:
      return dlr_;
    case kCcr:
      return ccr_;
    case kAr:
      return ar_;
    case kAbr:
      return abr_;
    case kPsmkr:
      return psmkr_;
    case kPsmar:
      return psmar_;
    case kPir:
      return pir_;
    case kLptr:
      return lptr_;
    default:
      return 0;
  }
}

void Quadspi::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case kCr:
      cr_ = value & ~kAbort;
      if (value & kAbort) {
        fifo_.clear();
        ccr_ &= ~(3u << 26);
        sr_ |= kTcf;
      }
      break;
    case kDcr:
      dcr_ = value;
      break;
    case kFcr:
      sr_ &= ~value;
      break;
    case kDlr:
      dlr_ = value;
      break;
    case kCcr:
      ccr_ = value;
      fifo_.clear();
      if (command().address_lines == 0) start();
      break;
    case kAr:
      ar_ = value;
      if (command().address_lines != 0) start();
      break;
    case kAbr:
      abr_ = value;
      break;
    case kPsmkr:
      psmkr_ = value;
      break;
    case kPsmar:
      psmar_ = value;
      break;
    case kPir:
      pir_ = value;
      break;
    case kLptr:
      lptr_ = value;
      break;
    default:
      break;
  }
  if (memory_mapped()) check_mapping();
  if (changed_) changed_();
}

// The last write that a command needs has been made (RM0385 14.3.5).
void Quadspi::start() {
  if (!(cr_ & kEn)) return;
  switch (mode()) {
    case Mode::kWrite:
      if (command().data_lines == 0) write_data();
      break;
    case Mode::kRead:
      fifo_ = flash_.read(command(), dlr_ + 1);
      sr_ |= kTcf;
      break;
    case Mode::kPoll:
      poll();
      break;
    case Mode::kMap:
      break;
  }
}

void Quadspi::write_data() {
  if (!flash_.write(command(), fifo_)) {
    diagnostics_.report_once(
        fmt::format("the QSPI flash gets command 0x{:02X}, which is not modelled: nothing happens",
                    command().instruction));
  }
  fifo_.clear();
  sr_ |= kTcf;
}

void Quadspi::poll() {
  const std::vector<std::uint8_t> status = flash_.read(command(), std::min(dlr_ + 1, 4u));
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < status.size(); ++i) {
    value |= std::uint32_t{status[i]} << 8 * i;
  }
  const std::uint32_t equal = ~(value ^ psmar_) & psmkr_;
  if (cr_ & kMatchAny ? equal != 0 : equal == psmkr_) sr_ |= kSmf;
}

std::optional<std::uint32_t> Quadspi::read_fifo(std::uint32_t offset, std::uint32_t size) {
  if ((offset & ~3u) != kDr) return std::nullopt;
  std::uint32_t value = 0;
  const std::size_t count = std::min<std::size_t>(size, fifo_.size());
  for (std::size_t i = 0; i < count; ++i) value |= std::uint32_t{fifo_[i]} << 8 * i;
  fifo_.erase(fifo_.begin(), fifo_.begin() + static_cast<std::ptrdiff_t>(count));
  return value;
}

bool Quadspi::write_fifo(std::uint32_t offset, std::uint32_t size, std::uint32_t value) {
  if ((offset & ~3u) != kDr) return false;
  if (!(cr_ & kEn) || mode() != Mode::kWrite || command().data_lines == 0) return true;
  for (std::uint32_t i = 0; i < size && fifo_.size() <= dlr_; ++i) {
    fifo_.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  }
  if (fifo_.size() > dlr_) write_data();
  return true;
}

void Quadspi::check_mapping() {
  if (const auto why = flash_.misread(command())) {
    diagnostics_.report_once("QUADSPI maps the flash, which would be read as garbage: " + *why);
  }
  if (const std::uint64_t size = 2ull << (dcr_ >> 16 & 0x1F); size != N25q128::kSize) {
    diagnostics_.report_once(fmt::format(
        "QUADSPI_DCR.FSIZE says {} bytes, but the QSPI flash has {}", size, N25q128::kSize));
  }
}

}  // namespace simulator
