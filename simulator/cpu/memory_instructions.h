#pragma once

#include <capstone/capstone.h>

#include "simulator/cpu/access_locator.h"

namespace simulator {

/// Decodes the loads and stores of `block`.
MemoryInstructions find_memory_instructions(csh capstone, const Block& block);

}  // namespace simulator
