// What a fault's status bits mean, and where to look for its cause.
#pragma once

#include <string>

#include "simulator/cpu/fault.h"
#include "simulator/cpu/memory.h"
#include "simulator/elf/image.h"

namespace simulator {

/// Names of the CFSR bits that are set, as the ARMv7-M manual spells them.
std::string cfsr_names(std::uint32_t cfsr);
/// One line for the programmer.
std::string hint(const Fault& fault, const Image& image, const Memory& memory);

}  // namespace simulator
