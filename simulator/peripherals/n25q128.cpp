#include "simulator/peripherals/n25q128.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace simulator {
namespace {

enum Instruction : std::uint8_t {
  kWriteDisable = 0x04,
  kReadStatus = 0x05,
  kWriteEnable = 0x06,
  kWriteEnhanced = 0x61,
  kReadEnhanced = 0x65,
  kResetEnable = 0x66,
  kReadFlagStatus = 0x70,
  kWriteVolatile = 0x81,
  kReadVolatile = 0x85,
  kResetMemory = 0x99,
  kReadId = 0x9F,
  kReadIdToo = 0x9E,
};

// How the contents are read: lines of address and data, dummy clocks unless set otherwise.
struct Reading {
  std::uint8_t instruction;
  unsigned address_lines, data_lines, dummy_clocks;
};
constexpr Reading kReadings[] = {
    {0x03, 1, 1, 0}, {0x0B, 1, 1, 8}, {0x3B, 1, 2, 8},
    {0xBB, 2, 2, 8}, {0x6B, 1, 4, 8}, {0xEB, 4, 4, 10},
};

const Reading* reading_of(std::uint8_t instruction) {
  const auto* found = std::ranges::find(kReadings, instruction, &Reading::instruction);
  return found == std::end(kReadings) ? nullptr : found;
}

constexpr std::uint8_t kId[] = {0x20, 0xBA, 0x18};  // Micron, 3 V, 128 Mbit
constexpr std::uint8_t kFlagReady = 0x80, kStatusWriteEnabled = 0x02;

}  // namespace

void N25q128::reset() {
  volatile_ = kVolatileDefault;
  enhanced_ = kEnhancedDefault;
  write_enabled_ = reset_enabled_ = false;
}

unsigned N25q128::dummy_clocks(const SerialCommand& command) const {
  const Reading& reading = *reading_of(command.instruction);
  const unsigned set = volatile_ >> 4;
  return reading.dummy_clocks == 0 || set == 0 || set == 15 ? reading.dummy_clocks : set;
}

std::vector<std::uint8_t> N25q128::read(const SerialCommand& command, std::uint32_t size) const {
  std::vector<std::uint8_t> out(size, 0xFF);  // nobody drives the lines
  switch (command.instruction) {
    case kReadStatus:
      std::ranges::fill(out, write_enabled_ ? kStatusWriteEnabled : 0);
      break;
    case kReadFlagStatus:
      std::ranges::fill(out, kFlagReady);
      break;
    case kReadVolatile:
      std::ranges::fill(out, volatile_);
      break;
    case kReadEnhanced:
      std::ranges::fill(out, enhanced_);
      break;
    case kReadId:
    case kReadIdToo:
      for (std::uint32_t i = 0; i < size; ++i) out[i] = i < std::size(kId) ? kId[i] : 0;
      break;
    default:
      if (!reading_of(command.instruction) || misread(command)) break;
      for (std::uint32_t i = 0; i < size; ++i) out[i] = contents_[(command.address + i) % kSize];
  }
  return out;
}

bool N25q128::write(const SerialCommand& command, const std::vector<std::uint8_t>& data) {
  const bool resets = command.instruction == kResetMemory && reset_enabled_;
  reset_enabled_ = command.instruction == kResetEnable;
  switch (command.instruction) {
    case kResetEnable:
      return true;
    case kResetMemory:
      if (resets) reset();
      return true;
    case kWriteEnable:
      write_enabled_ = true;
      return true;
    case kWriteDisable:
      write_enabled_ = false;
      return true;
    case kWriteVolatile:
    case kWriteEnhanced:
      if (write_enabled_ && !data.empty()) {
        (command.instruction == kWriteVolatile ? volatile_ : enhanced_) = data[0];
      }
      write_enabled_ = false;
      return true;
    default:
      return false;
  }
}

std::optional<std::string> N25q128::misread(const SerialCommand& command) const {
  const Reading* reading = reading_of(command.instruction);
  if (!reading) return fmt::format("0x{:02X} is no command that reads it", command.instruction);
  if (command.address_lines != reading->address_lines ||
      command.data_lines != reading->data_lines) {
    return fmt::format(
        "command 0x{:02X} wants {} lines for the address and {} for data, not {} and {}",
        command.instruction, reading->address_lines, reading->data_lines, command.address_lines,
        command.data_lines);
  }
  if (const unsigned dummy = dummy_clocks(command); dummy != command.dummy_clocks) {
    return fmt::format("it answers after {} dummy clocks, not after {}", dummy,
                       command.dummy_clocks);
  }
  return std::nullopt;
}

}  // namespace simulator
