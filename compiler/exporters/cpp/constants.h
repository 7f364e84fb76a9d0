// The constants that a plan really reads, packed: what only preparation looked at (shapes,
// paddings, axes) is left behind, and what preparation made (tables) is appended.
#pragma once

#include <map>
#include <vector>

#include "compiler/planning/executable.h"

namespace solder::compiler {

class PackedConstants {
 public:
  explicit PackedConstants(const Executable& executable);

  // Where an operand of the plan lies in bytes(); activations and absent operands stay as they are.
  Operand moved(Operand operand) const;
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  std::map<uint32_t, uint32_t> offsets_;  // of constants, by their offset in the executable
  uint32_t tables_begin_ = 0;             // in the executable's tables
  uint32_t tables_offset_ = 0;            // in bytes()
  std::vector<uint8_t> bytes_;
};

}  // namespace solder::compiler
