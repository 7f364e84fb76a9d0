#include "runtime/kernels/depthwise_conv_2d/armv7em_s8.h"

#include "runtime/base/fixed_point.h"
#include "runtime/kernels/armv7em/requantize.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::armv7em {
namespace {

constexpr int32_t kBlock = kDepthwiseBlock, kLines = kDepthwiseLines;

// A pair of pixels, a word of four channels each, to one word per channel: (a, b) as int16.
inline void widen(uint32_t a, uint32_t b, uint32_t* to, int32_t plane) {
  const uint32_t low = dsp::pkhbt16(a, b), high = dsp::pkhtb16(b, a);
  to[0] = dsp::sxtb16(low);
  to[plane] = dsp::sxtb16_ror8(low);
  to[2 * plane] = dsp::sxtb16(high);
  to[3 * plane] = dsp::sxtb16_ror8(high);
}

// One line, its padding among it, into every kLines-th word of each channel's plane.
template <int32_t kStride>
void widen_line(const DepthwiseConv2DS8SmladParams& p, const int8_t* line, bool is_inside,
                uint32_t* to, int32_t plane) {
  const uint32_t zero = static_cast<uint8_t>(p.input_zero_point) * 0x01010101U;
  int32_t words = ((p.output_pixels - 1) * kStride + 2) / 2 + 1;  // that are read
  if (is_inside) {
    const int32_t step = p.input_pixel_step;
    int32_t pixels = p.input_pixels;
    if (p.pixels_before > 0) {
      widen(zero, dsp::load(line), to, plane);
      to += kLines, line += step, --pixels, --words;
    }
    const int32_t pairs = pixels / 2 < words ? pixels / 2 : words;
    words -= pairs;
    for (int32_t i = pairs; i > 0; --i, to += kLines, line += 2 * step)
      widen(dsp::load(line), dsp::load(line + step), to, plane);
    if (pixels % 2 != 0 && words > 0) {
      widen(dsp::load(line), zero, to, plane);
      to += kLines, --words;
    }
  }
  for (; words > 0; --words, to += kLines) widen(zero, zero, to, plane);
}

// Four outputs of a channel at a time, `groups` times: three lines of pairs of pixels times three
// of weights.
#ifdef __ARM_FEATURE_DSP
// clang-format off

// A product issues every cycle, a load beside it; its multiplicands are loaded two cycles before.
#define LOAD(to, from, offset) "ldr %[" to "], [%[" from "], #" #offset "]\n"
#define PRODUCT(smla, sum, x, w, addend) smla " %[" sum "], %[" x "], %[" w "], %[" addend "]\n"

// Of a line's pixels x0 to x2, two each, outputs next to each other. a0 to a3: what the first
// products are added to. The line's w12 is loaded, and meanwhile what comes after the line.
#define STRIDE_1_LINE(a0, a1, a2, a3, w12, x2, next_x0, other, next_w01, another, next_x1) \
  PRODUCT("smlad", "s0", "x0", "w01", a0) w12                                              \
  PRODUCT("smlatb", "s1", "x0", "w01", a1) x2                                              \
  PRODUCT("smlad", "s2", "x1", "w01", a2) next_x0                                          \
  PRODUCT("smlatb", "s3", "x1", "w01", a3) other                                           \
  PRODUCT("smlabt", "s0", "x1", "w12", "s0") next_w01                                      \
  PRODUCT("smlad", "s1", "x1", "w12", "s1") another                                        \
  PRODUCT("smlabt", "s2", "x2", "w12", "s2") next_x1                                       \
  PRODUCT("smlad", "s3", "x2", "w12", "s3")

// Of pixels x0 to x4, two each, every second output. x0 is in `a`, x1 in `b`; the next line's will
// be in `c` and `a`.
#define STRIDE_2_LINE(a, b, c, w12, a0, a1, a2, a3, x2, x3, other, x4, next_w12, next_x0, \
                      next_w01, next_x1)                                                  \
  PRODUCT("smlad", "s0", a, "w01", a0) x2                                                 \
  PRODUCT("smlabt", "s0", b, w12, "s0") x3                                                \
  PRODUCT("smlad", "s1", b, "w01", a1) other                                              \
  PRODUCT("smlabt", "s1", c, w12, "s1") x4                                                \
  PRODUCT("smlad", "s2", c, "w01", a2) next_w12                                           \
  PRODUCT("smlabt", "s2", a, w12, "s2") next_x0                                           \
  PRODUCT("smlad", "s3", a, "w01", a3) next_w01                                           \
  PRODUCT("smlabt", "s3", b, w12, "s3") next_x1

// The first constants and pixels of a group; s3 is the bias.
#define FIRST_LOADS_OF_GROUP                       \
  LOAD("x0", "input", 0) LOAD("w01", "filter", 0)  \
  LOAD("x1", "input", 12) LOAD("w12", "filter", 4) \
  LOAD("s3", "requantization", 0)

// Multiplier in x0, rounding in w01, shift in x1. As FIRST_LOADS_OF_GROUP for the next one.
#define REQUANTIZE_AND_STORE \
  "add %[t], %[w01], %[s0], asr #31\n"                        \
  "smmlar %[s0], %[s0], %[x0], %[t]\n"                        \
  "add %[x2], %[w01], %[s1], asr #31\n"                       \
  "smmlar %[s1], %[s1], %[x0], %[x2]\n"                       \
  "add %[t], %[w01], %[s2], asr #31\n"                        \
  "smmlar %[s2], %[s2], %[x0], %[t]\n"                        \
  "add %[x2], %[w01], %[s3], asr #31\n"                       \
  "smmlar %[s3], %[s3], %[x0], %[x2]\n"                       \
  "asr %[s0], %[s0], %[x1]\n"                                 \
  "ssat %[s0], #8, %[s0]\n"                                   \
  "asr %[s1], %[s1], %[x1]\n"                                 \
  "ssat %[s1], #8, %[s1]\n"                                   \
  "strb %[s0], [%[output]], #16\n"                            \
  "asr %[s2], %[s2], %[x1]\n" LOAD("x0", "input", 0)          \
  "ssat %[s2], #8, %[s2]\n"                                   \
  "strb %[s1], [%[output], #-12]\n"                           \
  "asr %[s3], %[s3], %[x1]\n" LOAD("w12", "filter", 4)        \
  "ssat %[s3], #8, %[s3]\n" LOAD("w01", "filter", 0)          \
  "strb %[s2], [%[output], #-8]\n" LOAD("x1", "input", 12)    \
  "strb %[s3], [%[output], #-4]\n"                            \
  LOAD("s3", "requantization", 0)

// From the end of a channel's line to the next channel; the planes lie one behind the other.
#define NEXT_CHANNEL                 \
  "ldr %[t], %[line_bytes]\n"        \
  "ldr %[s0], %[last]\n"             \
  "ldr %[s1], %[plane_bytes]\n"      \
  "sub %[output], %[output], %[t]\n" \
  "ldr %[s2], %[channels]\n"         \
  "add %[s0], %[s0], %[s1]\n"        \
  "str %[s0], %[last]\n"             \
  "add %[filter], %[filter], #40\n"  \
  "subs %[s2], %[s2], #1\n"          \
  "str %[s2], %[channels]\n"         \
  "add %[input], %[input], #12\n"    \
  "add %[requantization], %[requantization], #16\n"

template <int32_t kStride>
void convolve_line(const uint32_t* input, const uint32_t* filter,
                   const PackedRequantization* requantization, int32_t channels, int32_t groups,
                   int8_t* output) {
  const int32_t group_bytes = 24 * kStride;
  // Kept in memory, for the loop takes all registers.
  const uint32_t* last = input + (groups - 1) * group_bytes / 4;
  const int32_t line_bytes = 16 * groups - 1, plane_bytes = groups * group_bytes + 12;
  int32_t s0, s1, s2, s3;
  uint32_t x0, x1, x2, w01, w12, t;
#define OPERANDS                                                                       \
  : [s0] "=&r"(s0), [s1] "=&r"(s1), [s2] "=&r"(s2), [s3] "=&r"(s3), [x0] "=&r"(x0),            \
    [x1] "=&r"(x1), [x2] "=&r"(x2), [w01] "=&r"(w01), [w12] "=&r"(w12), [t] "=&r"(t),          \
    [input] "+r"(input), [filter] "+r"(filter), [requantization] "+r"(requantization),         \
    [output] "+r"(output), [last] "+m"(last), [channels] "+m"(channels)                        \
  : [line_bytes] "m"(line_bytes), [plane_bytes] "m"(plane_bytes)                               \
  : "cc", "memory"
  if constexpr (kStride == 1) {
    asm volatile(
        "1:\n"
        FIRST_LOADS_OF_GROUP
        "2:\n"
        STRIDE_1_LINE("s3", "s3", "s3", "s3", "", LOAD("x2", "input", 24), LOAD("x0", "input", 4),
                      "", LOAD("w01", "filter", 8), "", LOAD("x1", "input", 16))
        STRIDE_1_LINE("s0", "s1", "s2", "s3", LOAD("w12", "filter", 12), LOAD("x2", "input", 28),
                      LOAD("x0", "input", 8), "", LOAD("w01", "filter", 16), "",
                      LOAD("x1", "input", 20))
        STRIDE_1_LINE("s0", "s1", "s2", "s3", LOAD("w12", "filter", 20), LOAD("x2", "input", 32),
                      LOAD("x0", "requantization", 4), "ldr %[t], %[last]\n",
                      LOAD("w01", "requantization", 8),
                      "cmp %[input], %[t]\nadd %[input], %[input], #24\n",
                      LOAD("x1", "requantization", 12))
        REQUANTIZE_AND_STORE
        "bne 2b\n"
        NEXT_CHANNEL
        "bne 1b\n"
        OPERANDS);
  } else {
    asm volatile(
        "1:\n"
        FIRST_LOADS_OF_GROUP
        "2:\n"
        STRIDE_2_LINE("x0", "x1", "x2", "w12", "s3", "s3", "s3", "s3", LOAD("x2", "input", 24),
                      LOAD("x0", "input", 36), "", LOAD("x1", "input", 48), LOAD("t", "filter", 12),
                      LOAD("x2", "input", 4), LOAD("w01", "filter", 8), LOAD("x0", "input", 16))
        STRIDE_2_LINE("x2", "x0", "x1", "t", "s0", "s1", "s2", "s3", LOAD("x1", "input", 28),
                      LOAD("x2", "input", 40), "", LOAD("x0", "input", 52),
                      LOAD("w12", "filter", 20), LOAD("x1", "input", 8), LOAD("w01", "filter", 16),
                      LOAD("x2", "input", 20))
        STRIDE_2_LINE("x1", "x2", "x0", "w12", "s0", "s1", "s2", "s3", LOAD("x0", "input", 32),
                      LOAD("x1", "input", 44), "ldr %[t], %[last]\n", LOAD("x2", "input", 56),
                      "cmp %[input], %[t]\nadd %[input], %[input], #48\n",
                      LOAD("x0", "requantization", 4), LOAD("w01", "requantization", 8),
                      LOAD("x1", "requantization", 12))
        REQUANTIZE_AND_STORE
        "bne 2b\n"
        NEXT_CHANNEL
        "bne 1b\n"
        OPERANDS);
  }
#undef OPERANDS
}

#undef LOAD
#undef PRODUCT
#undef STRIDE_1_LINE
#undef STRIDE_2_LINE
#undef FIRST_LOADS_OF_GROUP
#undef REQUANTIZE_AND_STORE
#undef NEXT_CHANNEL

// clang-format on
#else

template <int32_t kStride>
void convolve_line(const uint32_t* input, const uint32_t* filter,
                   const PackedRequantization* requantization, int32_t channels, int32_t groups,
                   int8_t* output) {
  for (int32_t c = 0; c < channels; ++c, filter += kDepthwiseFilterWords, ++requantization) {
    for (int32_t i = 0; i < 4 * groups; ++i) {
      const uint32_t* x = input + i * kStride / 2 * kLines;
      const bool is_odd = kStride == 1 && i % 2 != 0;
      int32_t sum = requantization->bias;
      for (int32_t line = 0; line < kLines; ++line, ++x) {
        const uint32_t w01 = filter[2 * line], w12 = filter[2 * line + 1];
        sum = is_odd ? dsp::smlatb(x[0], w01, sum) : dsp::smlad(x[0], w01, sum);
        sum = is_odd ? dsp::smlad(x[kLines], w12, sum) : dsp::smlabt(x[kLines], w12, sum);
      }
      output[i * kBlock + c] = static_cast<int8_t>(requantize(sum, *requantization));
    }
    input += (2 * kStride * groups + 1) * kLines;
  }
}

#endif

// A line of outputs of a block, four bytes each, to where it belongs.
void store_line(const DepthwiseConv2DS8SmladParams& p, const int8_t* from, int32_t channels,
                int8_t* output) {
  const bool clamps = p.activation_min > -128 || p.activation_max < 127;
  const int32_t step = p.output_pixel_step;
  if (channels == kBlock && !clamps) {
    for (int32_t i = p.output_pixels; i > 0; --i, from += kBlock, output += step)
      dsp::store(output, dsp::load(from));
    return;
  }
  for (int32_t i = p.output_pixels; i > 0; --i, from += kBlock, output += step)
    for (int32_t c = 0; c < channels; ++c)
      output[c] = static_cast<int8_t>(clamp(from[c], p.activation_min, p.activation_max));
}

uint32_t doubled_pair(int8_t a, int8_t b) {
  return static_cast<uint16_t>(2 * a) | static_cast<uint32_t>(2 * b) << 16;
}

// weights: [3, 3].
void widen_filter(const int8_t* weights, uint32_t* to) {
  for (int32_t line = 0; line < kLines; ++line, weights += 3, to += 2) {
    to[0] = doubled_pair(weights[0], weights[1]);
    to[1] = doubled_pair(weights[1], weights[2]);
    if (line == kLines - 1) break;
    to[2 * kLines] = to[0];
    to[2 * kLines + 1] = to[1];
  }
}

// What lies in scratch.
struct Scratch {
  uint32_t* filter;  // kDepthwiseFilterWords per channel
  uint32_t* planes;  // per channel and pair of pixels kLines words
  int8_t* outputs;   // a line's, kBlock channels of each
};

// A block of channels of one batch: every line is widened once, before the first output line that
// needs it.
template <int32_t kStride>
void convolve_block(const DepthwiseConv2DS8SmladParams& p, const int8_t* input,
                    const PackedRequantization* requantization, int32_t channels,
                    const Scratch& scratch, int8_t* output) {
  const int32_t groups = depthwise_groups(p.output_pixels);
  const int32_t plane = kLines * depthwise_words(p.output_pixels, kStride);
  int32_t next = -p.lines_before, slot = 0;  // the line to be widened, and where
  for (int32_t y = 0; y < p.output_lines; ++y, output += p.output_line_step) {
    const int32_t end = y * p.line_stride - p.lines_before + kLines;
    for (; next < end; ++next, slot = slot == kLines - 1 ? 0 : slot + 1)
      widen_line<kStride>(p, input + next * p.input_line_step, next >= 0 && next < p.input_lines,
                          scratch.planes + slot, plane);
    // The oldest line lies where the next one will: the filter's first belongs to that slot.
    const uint32_t* filter = scratch.filter + 2 * (slot == 0 ? 0 : kLines - slot);
    convolve_line<kStride>(scratch.planes, filter, requantization, channels, groups,
                           scratch.outputs);
    store_line(p, scratch.outputs, channels, output);
  }
}

}  // namespace

// filter: [channels, 3, 3], its last two axes those of lines and pixels. Up to three bytes behind
// the input are read, and count for nothing.
// The output may lie where the input does: an output line is written when the input's lines up to
// the last that it needs have been read, and only over the same channels, which no other block
// reads.
void depthwise_conv_2d_s8_smlad(const DepthwiseConv2DS8SmladParams& p, const int8_t* input,
                                const int8_t* filter, const PackedRequantization* requantization,
                                uint32_t* scratch, int8_t* output) {
  uint32_t* planes = scratch + kBlock * kDepthwiseFilterWords;
  const int32_t plane = kLines * depthwise_words(p.output_pixels, p.pixel_stride);
  const Scratch parts = {scratch, planes, reinterpret_cast<int8_t*>(planes + kBlock * plane)};
  const auto convolve = p.pixel_stride == 1 ? &convolve_block<1> : &convolve_block<2>;
  for (int32_t b = 0; b < p.batches; ++b) {
    for (int32_t first = 0; first < p.channels; first += kBlock) {
      const int32_t channels = p.channels - first < kBlock ? p.channels - first : kBlock;
      for (int32_t c = 0; c < channels; ++c)
        widen_filter(filter + (first + c) * 9, parts.filter + c * kDepthwiseFilterWords);
      convolve(p, input + first, requantization + first, channels, parts, output + first);
    }
    input += p.input_lines * p.input_pixels * p.channels;
    output += p.output_lines * p.output_pixels * p.channels;
  }
}

}  // namespace solder::armv7em
