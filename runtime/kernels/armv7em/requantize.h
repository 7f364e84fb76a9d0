#pragma once

#include "runtime/base/fixed_point.h"
#include "runtime/kernels/armv7em/dsp.h"
#include "runtime/kernels/armv7em/packed.h"

namespace solder::armv7em {

// `twice`: 2 * (sum of products + bias).
inline int32_t requantize(int32_t twice, const PackedRequantization& r) {
  const int32_t rounded = dsp::smmlar(twice, r.multiplier, r.rounding + (twice >> 31));
  return dsp::ssat8(rounded >> r.right_shift);
}

// The same of four sums at once: 9 cycles on a Cortex-M7, where one by one takes 5 each.
inline void requantize_four(int32_t (&values)[4], const PackedRequantization& r) {
#ifdef __ARM_FEATURE_DSP
  int32_t t0, t1;
  asm("add    %[t0], %[rounding], %[v0], asr #31  \n\t"
      "add    %[t1], %[rounding], %[v1], asr #31  \n\t"
      "smmlar %[v0], %[v0], %[multiplier], %[t0]  \n\t"
      "add    %[t0], %[rounding], %[v2], asr #31  \n\t"
      "smmlar %[v1], %[v1], %[multiplier], %[t1]  \n\t"
      "add    %[t1], %[rounding], %[v3], asr #31  \n\t"
      "smmlar %[v2], %[v2], %[multiplier], %[t0]  \n\t"
      "asr    %[v0], %[v0], %[shift]              \n\t"
      "smmlar %[v3], %[v3], %[multiplier], %[t1]  \n\t"
      "ssat   %[v0], #8, %[v0]                    \n\t"
      "asr    %[v1], %[v1], %[shift]              \n\t"
      "ssat   %[v1], #8, %[v1]                    \n\t"
      "asr    %[v2], %[v2], %[shift]              \n\t"
      "ssat   %[v2], #8, %[v2]                    \n\t"
      "asr    %[v3], %[v3], %[shift]              \n\t"
      "ssat   %[v3], #8, %[v3]                    \n\t"
      : [v0] "+r"(values[0]), [v1] "+r"(values[1]), [v2] "+r"(values[2]), [v3] "+r"(values[3]),
        [t0] "=&r"(t0), [t1] "=&r"(t1)
      : [multiplier] "r"(r.multiplier), [rounding] "r"(r.rounding), [shift] "r"(r.right_shift));
#else
  for (int32_t& value : values) value = requantize(value, r);
#endif
}

// Bytes that lie `step` apart.
inline void store_four(const int32_t (&values)[4], int8_t* to, int32_t step) {
#ifdef __ARM_FEATURE_DSP
  // Else GCC keeps four addresses, most of them in memory.
  asm volatile(
      "strb %[v0], [%[first]]                    \n\t"
      "strb %[v1], [%[first], %[step]]           \n\t"
      "strb %[v2], [%[first], %[step], lsl #1]   \n\t"
      "strb %[v3], [%[second], %[step], lsl #1]  \n\t"
      :
      : [v0] "r"(values[0]), [v1] "r"(values[1]), [v2] "r"(values[2]), [v3] "r"(values[3]),
        [first] "r"(to), [second] "r"(to + step), [step] "r"(step)
      : "memory");
#else
  for (const int32_t value : values) *to = static_cast<int8_t>(value), to += step;
#endif
}

// Most activations need no more than the 8 bits that values have been saturated to.
inline void clamp_all(int8_t* values, int32_t count, int32_t min, int32_t max) {
  if (min <= INT8_MIN && max >= INT8_MAX) return;
  for (int32_t i = 0; i < count; ++i)
    values[i] = static_cast<int8_t>(clamp(int32_t{values[i]}, min, max));
}

}  // namespace solder::armv7em
