#include <cassert>

#include "runtime/kernels/kernel_list.h"

namespace solder::reference {

namespace {

// output = operation(x, y) over every index.
template <class T, class Operation>
void for_each_pair(const Broadcast& shape, const T* a, const T* b, T* output, Operation operation) {
  const int32_t(&n)[4] = shape.dims;
  const int32_t(&sa)[4] = shape.strides_a;
  const int32_t(&sb)[4] = shape.strides_b;
  for (int32_t i = 0; i < n[0]; ++i) {
    for (int32_t j = 0; j < n[1]; ++j) {
      for (int32_t k = 0; k < n[2]; ++k) {
        for (int32_t l = 0; l < n[3]; ++l) {
          *output++ = operation(a[i * sa[0] + j * sa[1] + k * sa[2] + l * sa[3]],
                                b[i * sb[0] + j * sb[1] + k * sb[2] + l * sb[3]]);
        }
      }
    }
  }
}

}  // namespace

void add_f32(const AddF32Params& p, const float* a, const float* b, float* output) {
  for_each_pair(p.broadcast, a, b, output,
                [&](float x, float y) { return clamp(x + y, p.activation_min, p.activation_max); });
}

void add_s8(const AddS8Params& p, const int8_t* a, const int8_t* b, int8_t* output) {
  assert(p.requantization_a.shift <= 0 && p.requantization_b.shift <= 0 &&
         p.requantization_output.shift <= 0);
  for_each_pair(p.broadcast, a, b, output, [&](int8_t x, int8_t y) {
    const int32_t scaled_x =
        requantize((x + p.offset_a) * (1 << kAddLeftShift), p.requantization_a);
    const int32_t scaled_y =
        requantize((y + p.offset_b) * (1 << kAddLeftShift), p.requantization_b);
    const int32_t sum = requantize(wrapping_add(scaled_x, scaled_y), p.requantization_output);
    return static_cast<int8_t>(
        clamp(wrapping_add(sum, p.output_offset), p.activation_min, p.activation_max));
  });
}

}  // namespace solder::reference
