#include "runtime/kernels/elementwise/armv7em.h"

#include "runtime/kernels/armv7em/requantize.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::armv7em {

// The output may lie over either input.
void add_s8_table(const AddS8TableParams& p, const int8_t* a, const int8_t* b, const int32_t* table,
                  int8_t* output) {
  const PackedRequantization r = {0, p.multiplier, p.rounding, p.right_shift};
  const int32_t* const table_b = table + 256;
  int32_t i = 0;
  for (; i + 4 <= p.count; i += 4) {
    const uint32_t x = dsp::load(a + i), y = dsp::load(b + i);
    int32_t v[4] = {
        table[x & 0xFF] + table_b[y & 0xFF], table[x >> 8 & 0xFF] + table_b[y >> 8 & 0xFF],
        table[x >> 16 & 0xFF] + table_b[y >> 16 & 0xFF], table[x >> 24] + table_b[y >> 24]};
    requantize_four(v, r);
    dsp::store(output + i, static_cast<uint8_t>(v[0]) | static_cast<uint8_t>(v[1]) << 8 |
                               static_cast<uint8_t>(v[2]) << 16 |
                               static_cast<uint32_t>(v[3]) << 24);
  }
  for (; i < p.count; ++i) {
    const int32_t twice = table[static_cast<uint8_t>(a[i])] + table_b[static_cast<uint8_t>(b[i])];
    output[i] = static_cast<int8_t>(requantize(twice, r));
  }
  clamp_all(output, p.count, p.activation_min, p.activation_max);
}

}  // namespace solder::armv7em
