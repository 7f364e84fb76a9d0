// What was chosen for a step, for people to read.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/kernels/kernel_list.h"

namespace solder::compiler {

// As C++ spells it: conv_2d_s8.
std::string kernel_name(KernelId kernel);

struct Decision {
  int op = 0;  // operator index
  KernelId kernel{};
  double cycles = 0;           // modelled, about; 0: not known, for a portable kernel
  uint32_t scratch_bytes = 0;  // of the arena
  uint32_t constant_bytes = 0;
  std::string remark = {};  // what would be faster for how much, or was gained
};

}  // namespace solder::compiler
