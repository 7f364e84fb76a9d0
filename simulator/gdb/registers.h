// The core's registers as GDB numbers them, by the target description that we give it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "simulator/cpu/core.h"

namespace simulator {

/// Registers of the description, numbered from 0.
std::size_t gdb_register_count();
/// Little-endian bytes, 4 or 8. `number` is below gdb_register_count().
std::vector<std::uint8_t> read_gdb_register(const Core& core, std::size_t number);
/// False when the size is not the register's.
bool write_gdb_register(Core& core, std::size_t number, std::span<const std::uint8_t> bytes);
/// Bytes of register `number`.
std::size_t gdb_register_size(std::size_t number);
/// target.xml: features m-profile, vfp and m-system ("Debugging with GDB", appendix G.5.3).
const std::string& gdb_target_description();

}  // namespace simulator
