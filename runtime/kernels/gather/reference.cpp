#include <cassert>
#include <cstring>

#include "runtime/kernels/kernel_list.h"

namespace solder::reference {

// An index below 0 picks the first slice, one beyond the end the last: nothing outside is read.
void gather_b8(const GatherParams& p, const int8_t* input, const int32_t* indices, int8_t* output) {
  assert(p.axis_size > 0);
  for (int32_t o = 0; o < p.outer; ++o) {
    for (int32_t i = 0; i < p.count; ++i) {
      const int32_t index = clamp(indices[i], 0, p.axis_size - 1);
      std::memcpy(output, input + (o * p.axis_size + index) * p.slice_bytes,
                  static_cast<size_t>(p.slice_bytes));
      output += p.slice_bytes;
    }
  }
}

}  // namespace solder::reference
