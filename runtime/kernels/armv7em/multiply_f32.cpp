#include "runtime/kernels/armv7em/multiply_f32.h"

#include <cassert>

namespace solder::armv7em {

#ifdef __ARM_FEATURE_DSP

// Sums are in s0 to s15 (4 * row + channel), two elements of each row in s16 to s23 and their
// weights in s24 to s31. In the three cycles after a VFMA, a Cortex-M7 issues nothing of the FPU
// but a single VLDR each: those come first, then what loads two registers a cycle. 32 products
// take 42 cycles: 32 VFMA, 10 of loads; the rest pairs with VFMA. PLD fetches the weights' line
// after the next meanwhile, for they come from flash, each once.
// clang-format off
#define LOAD(offset, next)                \
  "vldr s16, [%[row0], #" #offset "]\n\t" \
  "vldr s17, [%[row0], #" #next "]\n\t"   \
  "vldr s18, [%[row1], #" #offset "]\n\t" \
  "vldr s19, [%[row1], #" #next "]\n\t"   \
  "vldr d10, [%[row2], #" #offset "]\n\t" \
  "vldr d11, [%[row3], #" #offset "]\n\t" \
  "vldmia %[weights]!, {s24-s31}\n\t"
#define ROW(a, b, c, d, x, w0, w1, w2, w3) \
  "vfma.f32 " #a ", " #x ", " #w0 "\n\t"   \
  "vfma.f32 " #b ", " #x ", " #w1 "\n\t"   \
  "vfma.f32 " #c ", " #x ", " #w2 "\n\t"   \
  "vfma.f32 " #d ", " #x ", " #w3 "\n\t"
// clang-format on

void multiply_f32(const MultiplyF32& m) {
  assert(m.depth >= 4 && m.depth % 4 == 0 && m.blocks >= 1);
  const float* row0 = m.input;
  const float* row1 = row0 + m.row_step;
  const float* row2 = row1 + m.row_step;
  const float* row3 = row2 + m.row_step;
  const float* weights = m.weights;
  const float* start = m.start;
  float* sums = m.sums;
  int32_t blocks = m.blocks;
  const int32_t block_step = (m.block_step - m.depth) * 4;
  const int32_t start_step = m.start_step * 4;
  int32_t count;
  // clang-format off
  asm volatile(
      "1:\n\t"
      "vldmia %[start], {s0-s15}\n\t"
      "add %[start], %[start], %[start_step]\n\t"
      "mov %[count], %[depth]\n\t"
      ".balign 8\n\t"
      "2:\n\t"
      LOAD(0, 4)
      ROW(s0, s1, s2, s3, s16, s24, s25, s26, s27)
      "pld [%[weights], #32]\n\t"
      ROW(s4, s5, s6, s7, s18, s24, s25, s26, s27)
      ROW(s8, s9, s10, s11, s20, s24, s25, s26, s27)
      ROW(s12, s13, s14, s15, s22, s24, s25, s26, s27)
      ROW(s0, s1, s2, s3, s17, s28, s29, s30, s31)
      ROW(s4, s5, s6, s7, s19, s28, s29, s30, s31)
      ROW(s8, s9, s10, s11, s21, s28, s29, s30, s31)
      ROW(s12, s13, s14, s15, s23, s28, s29, s30, s31)
      LOAD(8, 12)
      ROW(s0, s1, s2, s3, s16, s24, s25, s26, s27)
      "pld [%[weights], #32]\n\t"
      ROW(s4, s5, s6, s7, s18, s24, s25, s26, s27)
      "adds %[row0], #16\n\t"
      ROW(s8, s9, s10, s11, s20, s24, s25, s26, s27)
      "adds %[row1], #16\n\t"
      ROW(s12, s13, s14, s15, s22, s24, s25, s26, s27)
      "adds %[row2], #16\n\t"
      ROW(s0, s1, s2, s3, s17, s28, s29, s30, s31)
      "adds %[row3], #16\n\t"
      ROW(s4, s5, s6, s7, s19, s28, s29, s30, s31)
      "subs %[count], #4\n\t"
      ROW(s8, s9, s10, s11, s21, s28, s29, s30, s31)
      ROW(s12, s13, s14, s15, s23, s28, s29, s30, s31)
      "bne 2b\n\t"
      "add %[row0], %[row0], %[block_step]\n\t"
      "add %[row1], %[row1], %[block_step]\n\t"
      "add %[row2], %[row2], %[block_step]\n\t"
      "add %[row3], %[row3], %[block_step]\n\t"
      "subs %[blocks], #1\n\t"
      "vstmia %[sums]!, {s0-s15}\n\t"
      "bne 1b\n\t"
      : [row0] "+r"(row0), [row1] "+r"(row1), [row2] "+r"(row2), [row3] "+r"(row3),
        [weights] "+r"(weights), [start] "+r"(start), [sums] "+r"(sums), [blocks] "+r"(blocks),
        [count] "=&r"(count)
      : [depth] "r"(m.depth), [block_step] "r"(block_step), [start_step] "r"(start_step)
      : "cc", "memory", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11",
        "s12", "s13", "s14", "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "s24",
        "s25", "s26", "s27", "s28", "s29", "s30", "s31");
  // clang-format on
}

#undef LOAD
#undef ROW

#else

void multiply_f32(const MultiplyF32& m) {
  assert(m.depth >= 4 && m.depth % 4 == 0 && m.blocks >= 1);
  const float* weights = m.weights;
  for (int32_t block = 0; block < m.blocks; ++block) {
    const float* start = m.start + block * m.start_step;
    float* sums = m.sums + block * kBlockSums;
    float sum[kBlockSums];
    for (int32_t i = 0; i < kBlockSums; ++i) sum[i] = start[i];
    const float* input = m.input + block * m.block_step;
    for (int32_t k = 0; k < m.depth; ++k, weights += kBlock)
      for (int32_t i = 0; i < kBlockSums; ++i)
        sum[i] += input[i / kBlock * m.row_step + k] * weights[i % kBlock];
    for (int32_t i = 0; i < kBlockSums; ++i) sums[i] = sum[i];
  }
}

#endif

}  // namespace solder::armv7em
