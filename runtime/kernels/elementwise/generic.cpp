#include <cassert>

#include "runtime/kernels/kernel_list.h"

namespace solder::generic {

namespace {

int32_t elements_of(const Broadcast& b) { return b.dims[0] * b.dims[1] * b.dims[2] * b.dims[3]; }

}  // namespace

// Parameters are copied, because the compiler must assume that an output lies over them.

void add_f32(const AddF32Params& p, const float* a, const float* b, float* output) {
  if (p.broadcast.elementwise == 0) return reference::add_f32(p, a, b, output);
  const AddF32Params q = p;
  const int32_t elements = elements_of(q.broadcast);
  for (int32_t i = 0; i < elements; ++i)
    output[i] = clamp(a[i] + b[i], q.activation_min, q.activation_max);
}

void add_s8(const AddS8Params& p, const int8_t* a, const int8_t* b, int8_t* output) {
  if (p.broadcast.elementwise == 0) return reference::add_s8(p, a, b, output);
  assert(p.requantization_a.shift <= 0 && p.requantization_b.shift <= 0 &&
         p.requantization_output.shift <= 0);
  const AddS8Params q = p;
  const int32_t elements = elements_of(q.broadcast);
  for (int32_t i = 0; i < elements; ++i) {
    const int32_t x = requantize((a[i] + q.offset_a) * (1 << kAddLeftShift), q.requantization_a);
    const int32_t y = requantize((b[i] + q.offset_b) * (1 << kAddLeftShift), q.requantization_b);
    const int32_t sum = requantize(wrapping_add(x, y), q.requantization_output);
    output[i] = static_cast<int8_t>(
        clamp(wrapping_add(sum, q.output_offset), q.activation_min, q.activation_max));
  }
}

}  // namespace solder::generic
