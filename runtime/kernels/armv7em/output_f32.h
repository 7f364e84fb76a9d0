// What float32 kernels do with their sums.
#pragma once

#include <cstdint>

#include "runtime/kernels/armv7em/multiply_f32.h"

namespace solder::armv7em {

// An instruction each on a Cortex-M7, a comparison and a move on a Cortex-M4. The macros are lines
// of assembly, a = max(a, b).
#ifdef SOLDER_HAS_VMAXNM
#define SOLDER_ASM_MAX(a, b) "vmaxnm.f32 " #a ", " #a ", " #b "\n\t"
#define SOLDER_ASM_MIN(a, b) "vminnm.f32 " #a ", " #a ", " #b "\n\t"
inline float larger(float a, float b) { return __builtin_fmaxf(a, b); }
inline float smaller(float a, float b) { return __builtin_fminf(a, b); }
#else
#define SOLDER_ASM_MAX(a, b)               \
  "vcmp.f32 " #a ", " #b                   \
  "\n\tvmrs APSR_nzcv, fpscr\n\tit lt\n\t" \
  "vmovlt.f32 " #a ", " #b "\n\t"
#define SOLDER_ASM_MIN(a, b)               \
  "vcmp.f32 " #a ", " #b                   \
  "\n\tvmrs APSR_nzcv, fpscr\n\tit gt\n\t" \
  "vmovgt.f32 " #a ", " #b "\n\t"
inline float larger(float a, float b) { return a < b ? b : a; }
inline float smaller(float a, float b) { return b < a ? b : a; }
#endif

inline float finish_f32(float sum, float activation_min, float activation_max) {
  return smaller(larger(sum, activation_min), activation_max);
}

// Outputs from the sums of multiply_f32().
struct OutputF32 {
  const float* bias;  // filled up to a multiple of four
  int32_t channels;
  float activation_min, activation_max;

  float finish(float sum, float channel_bias) const {
    return finish_f32(sum + channel_bias, activation_min, activation_max);
  }

  // All channels of one pixel; the sums of every four lie kBlockSums apart.
  void store(const float* sums, float* output) const {
    const float* b = bias;
    int32_t left = channels;
    for (; left >= kBlock; left -= kBlock, sums += kBlockSums, b += kBlock, output += kBlock) {
      const float y0 = finish(sums[0], b[0]), y1 = finish(sums[1], b[1]);
      const float y2 = finish(sums[2], b[2]), y3 = finish(sums[3], b[3]);
      output[0] = y0, output[1] = y1, output[2] = y2, output[3] = y3;
    }
    for (int32_t c = 0; c < left; ++c) output[c] = finish(sums[c], b[c]);
  }

  // The largest of the four pixels' outputs, and of what is in `output` already unless it is the
  // first.
  void store_largest(const float* sums, bool first, float* output) const {
    for (int32_t c = 0; c < channels; ++c) {
      const float* s = sums + c / kBlock * kBlockSums + c % kBlock;
      float y = larger(larger(s[0], s[4]), larger(s[8], s[12]));
      y = finish(y, bias[c]);
      output[c] = first ? y : larger(y, output[c]);
    }
  }
};

}  // namespace solder::armv7em
