// The memory of what models are compiled for, to say beforehand whether they fit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace solder::compiler {

struct Target {
  std::string name;         // as --target or --board names it
  int64_t flash_bytes = 0;  // 0: not limited
  int64_t ram_bytes = 0;
  int64_t qspi_bytes = 0;  // of a second flash, where constants go that the first cannot hold
};

// The STM32F746NG: 1 MB of flash; DTCM, SRAM1 and SRAM2 adjoin to 320 KB (RM0385, memory map). Its
// board has 16 MB at QUADSPI.
inline const Target kStm32f746 = {"stm32f746g-disco", 1 << 20, 320 << 10, 16 << 20};
// QEMU's MPS2: 4 MB of code memory, 4 MB of data memory.
inline const Target kMps2 = {"mps2", 4 << 20, 4 << 20};

// RAM for constants that are copied there, beside a firmware and the arena; on the STM32F746 behind
// its first 64 KB (firmware/cortex-m7/weights/sram).
int64_t ram_for_constants(const Target& target, int64_t arena_bytes);

// Whether the constants find no room in the chip's own flash beside a firmware, but do at QUADSPI.
bool needs_qspi(const Target& target, int64_t constants_bytes);

// Throws ModelError with the numbers when the constants fit neither flash or the arena not the RAM
// beside what a firmware itself needs.
void check_fits(const Target& target, int64_t constants_bytes, int64_t arena_bytes);

}  // namespace solder::compiler
