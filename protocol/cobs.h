// Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): bytes without a zero among them, at
// most one more for each 254, so that a zero can end a frame.
#pragma once

#include <cstdint>
#include <span>

namespace solder::protocol {

// The most that `bytes` bytes become.
constexpr uint32_t cobs_size(uint32_t bytes) { return bytes + bytes / 254 + 1; }

// Calls put(uint8_t) for every byte of the encoding.
template <class Put>
void cobs_encode(std::span<const uint8_t> bytes, Put put) {
  size_t at = 0;
  for (;;) {
    size_t run = 0;
    while (run < 254 && at + run < bytes.size() && bytes[at + run] != 0) ++run;
    put(static_cast<uint8_t>(run + 1));
    for (size_t i = 0; i < run; ++i) put(bytes[at + i]);
    at += run;
    if (at == bytes.size()) return;
    if (run < 254) ++at;  // the zero that the code byte stands for
  }
}

// Calls put(uint8_t) for every byte of what was encoded; false when this is no encoding. A byte is
// put only after as many bytes of the encoding were read, so it may be put in their place.
template <class Put>
bool cobs_decode(std::span<const uint8_t> encoded, Put put) {
  for (size_t at = 0; at < encoded.size();) {
    const uint8_t code = encoded[at++];
    const size_t run = code - size_t{1};
    if (code == 0 || run > encoded.size() - at) return false;
    for (size_t i = 0; i < run; ++i) {
      if (encoded[at] == 0) return false;
      put(encoded[at++]);
    }
    if (run < 254 && at < encoded.size()) put(uint8_t{0});
  }
  return true;
}

}  // namespace solder::protocol
