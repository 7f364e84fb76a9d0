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
};

// The STM32F746NG: 1 MB of flash; DTCM, SRAM1 and SRAM2 adjoin to 320 KB (RM0385, memory map).
inline const Target kStm32f746 = {"stm32f746g-disco", 1 << 20, 320 << 10};
// QEMU's MPS2 with an AN500 image: 4 MB of code memory, 4 MB of data memory.
inline const Target kMps2An500 = {"mps2-an500", 4 << 20, 4 << 20};

// Throws ModelError with the numbers when the constants cannot be in flash or the arena not in RAM
// beside what a firmware itself needs.
void check_fits(const Target& target, int64_t constants_bytes, int64_t arena_bytes);

}  // namespace solder::compiler
