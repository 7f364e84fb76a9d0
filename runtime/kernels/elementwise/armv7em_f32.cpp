#include "runtime/kernels/armv7em/output_f32.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::armv7em {

// The output may lie over either input.
void add_f32_dense(const AddF32DenseParams& p, const float* a, const float* b, float* output) {
  const float low = p.activation_min, high = p.activation_max;
  int32_t left = p.count;
  for (; left >= 4; left -= 4, a += 4, b += 4, output += 4) {
    const float y0 = a[0] + b[0], y1 = a[1] + b[1], y2 = a[2] + b[2], y3 = a[3] + b[3];
    output[0] = finish_f32(y0, low, high), output[1] = finish_f32(y1, low, high);
    output[2] = finish_f32(y2, low, high), output[3] = finish_f32(y3, low, high);
  }
  for (; left > 0; --left) *output++ = finish_f32(*a++ + *b++, low, high);
}

}  // namespace solder::armv7em
