#include "runtime/kernels/armv7em/output_f32.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::armv7em {
namespace {

constexpr int32_t kOutputs = 8;

// Sums of products of `depth` inputs, an even number, with the weights of kOutputs outputs.
inline const float* multiply(const float* input, const float* weights, int32_t depth,
                             float (&sums)[kOutputs]) {
#ifdef __ARM_FEATURE_DSP
  // Bound by what flash delivers, 8 weights in 16 cycles: PLD fetches the two lines after the next
  // two meanwhile.
  asm volatile(
      "vldmia %[zeros], {s0-s7}\n\t"
      "cbz %[depth], 2f\n\t"
      ".balign 8\n\t"
      "1:\n\t"
      "vldr s24, [%[input]]\n\t"
      "vldr s25, [%[input], #4]\n\t"
      "vldmia %[weights]!, {s8-s23}\n\t"
      "vfma.f32 s0, s24, s8\n\t"
      "pld [%[weights], #64]\n\t"
      "vfma.f32 s1, s24, s9\n\t"
      "vfma.f32 s2, s24, s10\n\t"
      "vfma.f32 s3, s24, s11\n\t"
      "vfma.f32 s4, s24, s12\n\t"
      "vfma.f32 s5, s24, s13\n\t"
      "vfma.f32 s6, s24, s14\n\t"
      "vfma.f32 s7, s24, s15\n\t"
      "adds %[input], #8\n\t"
      "vfma.f32 s0, s25, s16\n\t"
      "pld [%[weights], #96]\n\t"
      "vfma.f32 s1, s25, s17\n\t"
      "vfma.f32 s2, s25, s18\n\t"
      "vfma.f32 s3, s25, s19\n\t"
      "subs %[depth], #2\n\t"
      "vfma.f32 s4, s25, s20\n\t"
      "vfma.f32 s5, s25, s21\n\t"
      "vfma.f32 s6, s25, s22\n\t"
      "vfma.f32 s7, s25, s23\n\t"
      "bgt 1b\n\t"
      "2:\n\t"
      "vstmia %[sums], {s0-s7}\n\t"
      : [input] "+r"(input), [weights] "+r"(weights), [depth] "+l"(depth)
      : [zeros] "r"(kZeroSums), [sums] "r"(sums)
      : "cc", "memory", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11",
        "s12", "s13", "s14", "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "s24",
        "s25");
#else
  for (float& sum : sums) sum = 0;
  for (int32_t i = 0; i < depth; ++i)
    for (float& sum : sums) sum += input[i] * *weights++;
#endif
  return weights;
}

}  // namespace

// filter: for every eight outputs, for every input, eight weights; bias: outputs filled up to a
// multiple of eight.
void fully_connected_f32_packed(const FullyConnectedF32Params& p, const float* input,
                                const float* filter, const float* bias, float* output) {
  const int32_t even = p.input_depth & ~1;
  for (int32_t b = 0; b < p.batches; ++b, input += p.input_depth) {
    const float* weights = filter;
    for (int32_t first = 0; first < p.output_depth; first += kOutputs) {
      float sums[kOutputs];
      weights = multiply(input, weights, even, sums);
      if (even < p.input_depth)
        for (float& sum : sums) sum += input[even] * *weights++;
      const int32_t left = p.output_depth - first;
      for (int32_t i = 0; i < (left < kOutputs ? left : kOutputs); ++i)
        *output++ = finish_f32(sums[i] + bias[first + i], p.activation_min, p.activation_max);
    }
  }
}

}  // namespace solder::armv7em
