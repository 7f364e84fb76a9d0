// CRC-32 as zlib, Ethernet and PNG have it (CRC-32/ISO-HDLC): polynomial 0x04C11DB7, reflected.
#pragma once

#include <cstdint>
#include <span>

namespace solder::protocol {

// Of bytes that come in pieces: crc32(second, crc32(first)).
uint32_t crc32(std::span<const uint8_t> bytes, uint32_t of_what_came_before = 0);

// What crc32() gives for any bytes followed by their own CRC-32, little-endian.
inline constexpr uint32_t kCrc32Residue = 0x2144DF1C;

}  // namespace solder::protocol
