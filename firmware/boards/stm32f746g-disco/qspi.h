// The QSPI flash of 16 MB, which then answers reads at 0x90000000.
#pragma once

#include <cstdint>

namespace firmware {

// Images that link nothing there leave it alone.
inline constexpr bool kUsesQspiFlash = SOLDER_USES_QSPI_FLASH;

// False when the flash is not the N25Q128A; `id` is what it says of itself.
bool start_qspi_flash(uint32_t& id);

}  // namespace firmware
