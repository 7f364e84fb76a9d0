#include "protocol/crc32.h"

#include <array>

namespace solder::protocol {
namespace {

constexpr uint32_t kReflectedPolynomial = 0xEDB88320;

// For four bits at a time: 64 bytes of flash.
constexpr auto kTable = [] {
  std::array<uint32_t, 16> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t remainder = i;
    for (int bit = 0; bit < 4; ++bit)
      remainder = remainder >> 1 ^ (remainder & 1 ? kReflectedPolynomial : 0);
    table[i] = remainder;
  }
  return table;
}();

}  // namespace

uint32_t crc32(std::span<const uint8_t> bytes, uint32_t of_what_came_before) {
  uint32_t crc = ~of_what_came_before;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    crc = crc >> 4 ^ kTable[crc & 0xF];
    crc = crc >> 4 ^ kTable[crc & 0xF];
  }
  return ~crc;
}

}  // namespace solder::protocol
