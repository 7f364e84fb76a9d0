// What float32 kernels do with their sums.
#pragma once

#include <cstdint>

#include "runtime/kernels/armv7em/multiply_f32.h"

namespace solder::armv7em {

// An instruction each on a Cortex-M7, a comparison and a move on a Cortex-M4. The macros are lines
// of assembly, a = max(a, b).
#ifdef SOLDER_HAS_FPV5
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

// Outputs from the sums of multiply_f32(), which are in fours of channels.
struct OutputF32 {
  const float* bias;  // filled up to a multiple of four
  int32_t channels;
  float activation_min, activation_max;

  // The channels from `channel` on, at most four.
  void store(float s0, float s1, float s2, float s3, int32_t channel, float* output) const {
    const float* b = bias + channel;
    const float low = activation_min, high = activation_max;
    s0 = finish_f32(s0 + b[0], low, high), s1 = finish_f32(s1 + b[1], low, high);
    s2 = finish_f32(s2 + b[2], low, high), s3 = finish_f32(s3 + b[3], low, high);
    output[0] = s0;
    if (channels - channel >= 4) {
      output[1] = s1, output[2] = s2, output[3] = s3;
      return;
    }
    if (channels - channel > 1) output[1] = s1;
    if (channels - channel > 2) output[2] = s2;
  }
  void store(const float* sums, int32_t channel, float* output) const {
    store(sums[0], sums[1], sums[2], sums[3], channel, output);
  }
};

}  // namespace solder::armv7em
