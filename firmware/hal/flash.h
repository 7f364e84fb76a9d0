// Flash that a program may rewrite while it runs: areas that are erased as a whole. Only boards
// that have some implement this.
#pragma once

#include <cstdint>
#include <span>

namespace firmware {

inline constexpr uint32_t kFlashAreas = 2;

// Aligned to 16 bytes; always readable.
std::span<const uint8_t> flash_area(uint32_t area);

// All bytes become 0xFF; takes seconds, in which the processor may stand still. False when the
// area does not read so afterwards.
bool erase_flash(uint32_t area);

// Turns ones into zeros. Offset and size are multiples of 4. False when it does not read so
// afterwards.
bool program_flash(uint32_t area, uint32_t offset, std::span<const uint8_t> bytes);

}  // namespace firmware
