#include "runtime/kernels/elementwise/armv7em.h"

#include "runtime/kernels/armv7em/requantize.h"
#include "runtime/kernels/generic_arithmetic.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::armv7em {

// The output may lie over either input.
void add_s8_table(const AddS8TableParams& p, const int8_t* a, const int8_t* b, const int32_t* table,
                  int8_t* output) {
  const PackedRequantization r = {0, p.multiplier, p.rounding, p.right_shift};
  const int32_t* const table_b = table + 256;
  const int8_t* const end = a + p.count;
  int8_t* to = output;
  for (const int8_t* const end_of_fours = end - p.count % 4; a < end_of_fours;) {
    const uint32_t x = dsp::load(a), y = dsp::load(b);
    a += 4, b += 4;
    int32_t values[4] = {
        table[x & 0xFF] + table_b[y & 0xFF], table[x >> 8 & 0xFF] + table_b[y >> 8 & 0xFF],
        table[x >> 16 & 0xFF] + table_b[y >> 16 & 0xFF], table[x >> 24] + table_b[y >> 24]};
    requantize_four(values, r);
    SOLDER_UNROLL
    for (const int32_t value : values) *to++ = static_cast<int8_t>(value);
  }
  while (a < end) {
    const int32_t twice = table[static_cast<uint8_t>(*a++)] + table_b[static_cast<uint8_t>(*b++)];
    *to++ = static_cast<int8_t>(requantize(twice, r));
  }
  clamp_all(output, p.count, p.activation_min, p.activation_max);
}

}  // namespace solder::armv7em
