#include <cassert>

#include "runtime/kernels/armv7em/output_f32.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::armv7em {
namespace {

constexpr int32_t kTile = 4;  // inputs of a window of 2x2 outputs, along an axis
constexpr int32_t kPair = 2;  // output channels at a time
constexpr int32_t kTaps = 9;

// All channels of one pooled output, from its tile of inputs, whose rows lie row_step apart. The
// weights of a pair are [9 taps][2 channels] and their bias; eight more floats are read behind the
// last.
void pool_tile(const Conv2DF32PooledParams& p, const float* tile, int32_t row_step,
               const float* weights, float* output) {
#ifdef __ARM_FEATURE_DSP
  // The tile is in s0 to s15, sums of the first channel's 2x2 outputs in s16 to s19, of the
  // second's in s20 to s23, weights in s24 to s31, at the end bias in s26 and s27. The next weights
  // are loaded while the outputs of this pair come out of the pipeline.
  // clang-format off
#define TAP(op, first, second, x00, x01, x10, x11) \
  op " s16, " #x00 ", " #first "\n\t"              \
  op " s17, " #x01 ", " #first "\n\t"              \
  op " s18, " #x10 ", " #first "\n\t"              \
  op " s19, " #x11 ", " #first "\n\t"              \
  op " s20, " #x00 ", " #second "\n\t"             \
  op " s21, " #x01 ", " #second "\n\t"             \
  op " s22, " #x10 ", " #second "\n\t"             \
  op " s23, " #x11 ", " #second "\n\t"
  int32_t pairs = p.geometry.output_channels / kPair;
  asm volatile(
      "vldmia %[tile], {s0-s3}\n\t"
      "add %[tile], %[tile], %[row_step]\n\t"
      "vldmia %[tile], {s4-s7}\n\t"
      "add %[tile], %[tile], %[row_step]\n\t"
      "vldmia %[tile], {s8-s11}\n\t"
      "add %[tile], %[tile], %[row_step]\n\t"
      "vldmia %[tile], {s12-s15}\n\t"
      "vldmia %[weights]!, {s24-s31}\n\t"
      ".balign 8\n\t"
      "1:\n\t"
      TAP("vmul.f32", s24, s25, s0, s1, s4, s5)
      TAP("vfma.f32", s26, s27, s1, s2, s5, s6)
      TAP("vfma.f32", s28, s29, s2, s3, s6, s7)
      TAP("vfma.f32", s30, s31, s4, s5, s8, s9)
      "vldr s24, [%[weights]]\n\t"
      "vldr s25, [%[weights], #4]\n\t"
      "vldr s26, [%[weights], #8]\n\t"
      "vldr s27, [%[weights], #12]\n\t"
      "vldr d14, [%[weights], #16]\n\t"
      "vldr d15, [%[weights], #24]\n\t"
      TAP("vfma.f32", s24, s25, s5, s6, s9, s10)
      TAP("vfma.f32", s26, s27, s6, s7, s10, s11)
      TAP("vfma.f32", s28, s29, s8, s9, s12, s13)
      TAP("vfma.f32", s30, s31, s9, s10, s13, s14)
      "vldr s24, [%[weights], #32]\n\t"
      "vldr s25, [%[weights], #36]\n\t"
      "vldr s26, [%[weights], #40]\n\t"
      "vldr s27, [%[weights], #44]\n\t"
      TAP("vfma.f32", s24, s25, s10, s11, s14, s15)
      "adds %[weights], #48\n\t"
      SOLDER_ASM_MAX(s16, s17)
      SOLDER_ASM_MAX(s18, s19)
      SOLDER_ASM_MAX(s20, s21)
      SOLDER_ASM_MAX(s22, s23)
      SOLDER_ASM_MAX(s16, s18)
      SOLDER_ASM_MAX(s20, s22)
      "vadd.f32 s16, s16, s26\n\t"
      "vadd.f32 s20, s20, s27\n\t"
      "vldr s17, [%[min]]\n\t"
      "vldr s18, [%[max]]\n\t"
      "vldmia %[weights]!, {s24-s31}\n\t"
      SOLDER_ASM_MAX(s16, s17)
      SOLDER_ASM_MAX(s20, s17)
      SOLDER_ASM_MIN(s16, s18)
      SOLDER_ASM_MIN(s20, s18)
      "subs %[pairs], #1\n\t"
      "vstr s16, [%[output]]\n\t"
      "vstr s20, [%[output], #4]\n\t"
      "add %[output], #8\n\t"
      "bne 1b\n\t"
      : [tile] "+r"(tile), [weights] "+r"(weights), [output] "+r"(output), [pairs] "+r"(pairs)
      : [row_step] "r"(row_step * 4), [min] "r"(&p.activation_min), [max] "r"(&p.activation_max)
      : "cc", "memory", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10",
        "s11", "s12", "s13", "s14", "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22",
        "s23", "s24", "s25", "s26", "s27", "s28", "s29", "s30", "s31");
  // clang-format on
#undef TAP
#else
  for (int32_t c = 0; c < p.geometry.output_channels; c += kPair) {
    for (int32_t i = 0; i < kPair; ++i) {
      float largest = 0;
      for (int32_t k = 0; k < 4; ++k) {
        float sum = 0;
        for (int32_t tap = 0; tap < kTaps; ++tap)
          sum += tile[(k / 2 + tap / 3) * row_step + k % 2 + tap % 3] * weights[tap * kPair + i];
        largest = k == 0 ? sum : larger(sum, largest);
      }
      output[c + i] =
          finish_f32(largest + weights[kTaps * kPair + i], p.activation_min, p.activation_max);
    }
    weights += (kTaps + 1) * kPair;
  }
#endif
}

// A tile that is not all inside the image.
void pool_padded_tile(const Conv2DF32PooledParams& p, const float* image, int32_t top, int32_t left,
                      const float* weights, float* output) {
  const Conv2DGeometry& g = p.geometry;
  float tile[kTile * kTile];
  float* to = tile;
  for (int32_t y = top; y < top + kTile; ++y)
    for (int32_t x = left; x < left + kTile; ++x) {
      const bool inside = y >= 0 && y < g.input_height && x >= 0 && x < g.input_width;
      *to++ = inside ? image[y * g.input_width + x] : 0;
    }
  pool_tile(p, tile, kTile, weights, output);
}

}  // namespace

// An output pixel is written when all inputs of it and of those before it have been read.
void conv_2d_f32_one_channel(const Conv2DF32PooledParams& p, const float* input,
                             const float* filter, float* output) {
  const Conv2DGeometry& g = p.geometry;
  assert(g.input_channels == 1 && g.output_channels % kPair == 0);
  for (int32_t b = 0; b < g.batches; ++b) {
    for (int32_t out_y = 0; out_y < p.pool.output_height; ++out_y) {
      const int32_t top = 2 * out_y - g.pad_top;
      for (int32_t out_x = 0; out_x < p.pool.output_width; ++out_x) {
        const int32_t left = 2 * out_x - g.pad_left;
        const bool inside =
            top >= 0 && top + kTile <= g.input_height && left >= 0 && left + kTile <= g.input_width;
        if (inside) {
          pool_tile(p, input + top * g.input_width + left, g.input_width, filter, output);
        } else {
          pool_padded_tile(p, input, top, left, filter, output);
        }
        output += g.output_channels;
      }
    }
    input += g.input_height * g.input_width;
  }
}

}  // namespace solder::armv7em
