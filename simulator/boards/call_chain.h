// Who called whom, as far as the stack tells: images carry no unwind tables.
//
// A word on the stack is a return address when the instruction before the place it names is a call
// to the function we are in; a call through a register may be to any. Inside a handler the way
// leads through the exception frame to what it interrupted.
#pragma once

#include <cstdint>
#include <vector>

#include "simulator/cpu/memory.h"
#include "simulator/cpu/registers.h"
#include "simulator/elf/image.h"

namespace simulator {

struct Caller {
  std::uint32_t address;  ///< of the instruction that comes next there
  bool interrupted;       ///< by an exception, rather than calling
};

/// From the innermost outwards, at most `most`.
std::vector<Caller> call_chain(const Registers& registers, const Image& image, const Memory& memory,
                               std::size_t most);

}  // namespace simulator
