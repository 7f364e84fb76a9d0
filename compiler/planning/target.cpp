#include "compiler/planning/target.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/model_error.h"

namespace solder::compiler {
namespace {

// What the smallest firmware around a model takes: code, vectors; stack and buffers.
constexpr int64_t kFirmwareFlash = 16 << 10;
constexpr int64_t kFirmwareRam = 8 << 10;

bool fits_flash(const Target& target, int64_t constants_bytes) {
  return target.flash_bytes == 0 || constants_bytes + kFirmwareFlash <= target.flash_bytes;
}

}  // namespace

int64_t ram_for_constants(const Target& target, int64_t arena_bytes) {
  constexpr int64_t kDtcm = 64 << 10;
  return target.ram_bytes - std::max(kDtcm, kFirmwareRam + arena_bytes);
}

bool needs_qspi(const Target& target, int64_t constants_bytes) {
  return !fits_flash(target, constants_bytes) && constants_bytes <= target.qspi_bytes;
}

void check_fits(const Target& target, int64_t constants_bytes, int64_t arena_bytes) {
  if (!fits_flash(target, constants_bytes) && !needs_qspi(target, constants_bytes))
    throw ModelError(fmt::format(
        "the model does not fit {}: {} bytes of weights and {} for the firmware, but {} bytes of "
        "flash{}; make it smaller or quantize it to int8",
        target.name, constants_bytes, kFirmwareFlash, target.flash_bytes,
        target.qspi_bytes > 0 ? fmt::format(" and {} of QSPI flash", target.qspi_bytes) : ""));
  if (target.ram_bytes > 0 && arena_bytes + kFirmwareRam > target.ram_bytes)
    throw ModelError(fmt::format(
        "the model does not fit {}: {} bytes of activations and {} for the firmware, but {} bytes "
        "of RAM; `solder inspect --svg` shows which tensors take it",
        target.name, arena_bytes, kFirmwareRam, target.ram_bytes));
}

}  // namespace solder::compiler
