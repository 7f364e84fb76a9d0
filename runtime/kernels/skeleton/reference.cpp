#include <cassert>

#include "runtime/kernels/kernel_list.h"

namespace solder::reference {

// The signature is the one in kernel_list.h. Preconditions are asserted, never handled: preparation
// has refused every model that would break them.
void neg_f32(const NegF32Params& p, const float* input, float* output) {
  assert(p.elements > 0);
  for (int32_t i = 0; i < p.elements; ++i) output[i] = -input[i];
}

}  // namespace solder::reference
