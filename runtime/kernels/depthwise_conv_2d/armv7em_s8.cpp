#include "runtime/kernels/depthwise_conv_2d/armv7em_s8.h"

#include <algorithm>

#include "runtime/base/fixed_point.h"
#include "runtime/kernels/armv7em/requantize.h"
#include "runtime/kernels/generic_arithmetic.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::armv7em {
namespace {

constexpr int32_t kBlock = kDepthwiseBlock, kLines = kDepthwiseLines;
// Words from a widened line's pair of pixels to the next: of every line a word for each channel.
constexpr int32_t kStep = kLines * kBlock;

// Two pixels, four channels each, to a word for each channel: (a, b) as int16. Returns where the
// next word of the line belongs.
inline uint32_t* widen(uint32_t a, uint32_t b, uint32_t* to) {
  const uint32_t low = dsp::pkhbt16(a, b), high = dsp::pkhtb16(b, a);
  to[0] = dsp::sxtb16(low), to[1] = dsp::sxtb16_ror8(low);
  to[2] = dsp::sxtb16(high), to[3] = dsp::sxtb16_ror8(high);
  return to + kStep;
}

// The same of four pixels that lie `step` bytes apart.
inline uint32_t* widen_four(const int8_t*& from, int32_t step, uint32_t* to) {
#ifdef __ARM_FEATURE_DSP
  uint32_t a, b, c, d, e, f;
  asm volatile(
      "ldr    %[a], [%[from]]                  \n\t"
      "ldr    %[b], [%[from], %[step]]         \n\t"
      "ldr    %[c], [%[from], %[step], lsl #1] \n\t"
      "pkhbt  %[e], %[a], %[b], lsl #16        \n\t"
      "ldr    %[d], [%[from], %[three_steps]]  \n\t"
      "pkhtb  %[b], %[b], %[a], asr #16        \n\t"
      "add    %[from], %[from], %[step], lsl #2 \n\t"
      "sxtb16 %[a], %[e]                       \n\t"
      "pkhbt  %[f], %[c], %[d], lsl #16        \n\t"
      "pkhtb  %[d], %[d], %[c], asr #16        \n\t"
      "sxtb16 %[e], %[e], ror #8               \n\t"
      "sxtb16 %[c], %[f]                       \n\t"
      "sxtb16 %[f], %[f], ror #8               \n\t"
      "strd   %[a], %[e], [%[to]], %[bytes]    \n\t"
      "sxtb16 %[a], %[b]                       \n\t"
      "sxtb16 %[b], %[b], ror #8               \n\t"
      "strd   %[c], %[f], [%[to], #-48]        \n\t"
      "sxtb16 %[c], %[d]                       \n\t"
      "sxtb16 %[d], %[d], ror #8               \n\t"
      "strd   %[a], %[b], [%[to], #-88]        \n\t"
      "strd   %[c], %[d], [%[to], #-40]        \n\t"
      : [from] "+&r"(from), [to] "+&r"(to), [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d),
        [e] "=&r"(e), [f] "=&r"(f)
      : [step] "r"(step), [three_steps] "r"(3 * step), [bytes] "i"(8 * kStep)
      : "memory");
  return to;
#else
  to = widen(dsp::load(from), dsp::load(from + step), to);
  from += 2 * step;
  to = widen(dsp::load(from), dsp::load(from + step), to);
  from += 2 * step;
  return to;
#endif
}

// What a widened line is made of, in this order.
struct Line {
  bool pads_first;  // a pair of padding and the first pixel
  int32_t pairs;    // of pixels
  bool pads_last;   // a pair of the last pixel and padding
  int32_t padding;  // pairs of padding
  int32_t words;    // pairs in all
  int32_t step;     // from pixel to pixel
  uint32_t zero;    // a pixel of padding
};

Line line_of(const DepthwiseConv2DS8SmladParams& p) {
  int32_t words = ((p.output_pixels - 1) * p.pixel_stride >> 1) + 2;  // that count
  Line line = {.pads_first = p.pixels_before > 0,
               .pairs = 0,
               .pads_last = false,
               .padding = 0,
               .words = words,
               .step = p.input_pixel_step,
               .zero = static_cast<uint8_t>(p.input_zero_point) * 0x01010101U};
  if (line.pads_first) --words;
  const int32_t pixels = p.input_pixels - (line.pads_first ? 1 : 0);
  line.pairs = std::min(pixels >> 1, words);
  line.pads_last = (pixels & 1) != 0 && line.pairs < words;
  line.padding = words - line.pairs - (line.pads_last ? 1 : 0);
  return line;
}

void widen_padding(uint32_t zero, int32_t pairs, uint32_t* to) {
  for (; pairs > 0; --pairs) to = widen(zero, zero, to);
}

[[gnu::noinline]] void widen_line(const Line& line, const int8_t* from, uint32_t* to) {
  const int32_t step = line.step;
  if (line.pads_first) {
    to = widen(line.zero, dsp::load(from), to);
    from += step;
  }
  for (int32_t i = line.pairs >> 1; i > 0; --i) to = widen_four(from, step, to);
  if ((line.pairs & 1) != 0) {
    to = widen(dsp::load(from), dsp::load(from + step), to);
    from += 2 * step;
  }
  if (line.pads_last) to = widen(dsp::load(from), line.zero, to);
  widen_padding(line.zero, line.padding, to);
}

// Outputs of a block of channels, for each channel three lines of pairs of pixels times three of
// weights. A word behind `requantization` is read.
#ifdef __ARM_FEATURE_DSP
// clang-format off

// Groups of six outputs, then of two; of each group one channel after the other. A product issues
// every cycle, a load beside it; its multiplicands are loaded two cycles before. Pairs of pixels
// take turns in x0 and x1.
#define LOAD(to, from, offset) "ldr %[" to "], [%[" from "], #" #offset "]\n"
#define LOAD_NEXT(to, from, offset) "ldr %[" to "], [%[" from "], #" #offset "]!\n"
#define PRODUCT(smla, sum, x, w, addend) smla " %[" sum "], %[" x "], %[" w "], %[" addend "]\n"

// What outputs next to each other take from a pair of pixels: two begin with it, two end.
#define BEGIN_PAIR(x, s, t, s_addend, t_addend, load, another) \
  PRODUCT("smlad", s, x, "w01", s_addend) load                 \
  PRODUCT("smlatb", t, x, "w01", t_addend) another
#define END_PAIR(x, s, t, load, another) \
  PRODUCT("smlabt", s, x, "w12", s) load \
  PRODUCT("smlad", t, x, "w12", t) another
// The same of every second output.
#define BEGIN(x, s, addend, load) PRODUCT("smlad", s, x, "w01", addend) load
#define END(x, s, load) PRODUCT("smlabt", s, x, "w12", s) load

// A line of a group; a0 to a5: what the first products are added to. While it is multiplied, what
// comes after it is loaded.
#define SIX_PAIRED(a0, a1, a2, a3, a4, a5, w12, x2, x3, next_w01, next_x0, next_x1) \
  BEGIN_PAIR("x0", "s0", "s1", a0, a1, w12, x2)                                     \
  BEGIN_PAIR("x1", "s2", "s3", a2, a3, "", "")                                      \
  END_PAIR("x1", "s0", "s1", "", x3)                                                \
  BEGIN_PAIR("x0", "s4", "s5", a4, a5, "", next_w01)                                \
  END_PAIR("x0", "s2", "s3", "", next_x0)                                           \
  END_PAIR("x1", "s4", "s5", "", next_x1)
#define TWO_PAIRED(a0, a1, w12, next_x0, next_w01, next_x1) \
  BEGIN_PAIR("x0", "s0", "s1", a0, a1, w12, next_x0)        \
  END_PAIR("x1", "s0", "s1", next_w01, next_x1)
#define SIX_APART(a, b, a0, a1, a2, a3, a4, a5, w12, x2, x3, x4, x5, x6, next_w01, next_x0, \
                  next_x1)                                                                  \
  BEGIN(a, "s0", a0, w12)                                                                   \
  BEGIN(b, "s1", a1, x2) END(b, "s0", x3)                                                   \
  BEGIN(a, "s2", a2, "") END(a, "s1", x4)                                                   \
  BEGIN(b, "s3", a3, "") END(b, "s2", x5)                                                   \
  BEGIN(a, "s4", a4, "") END(a, "s3", x6)                                                   \
  BEGIN(b, "s5", a5, next_w01) END(b, "s4", next_x0)                                        \
  END(a, "s5", next_x1)

// The multiplier is in m, the rounding in w01, the right shift in w12 unless all are the same.
#define MULTIPLY(s, m, t)                               \
  ".if %c[is_scaled]\n"                                 \
  "smmla %[" s "], %[" s "], %[" m "], %[w01]\n"        \
  ".else\n"                                             \
  "add %[" t "], %[w01], %[" s "], asr #31\n"           \
  "smmlar %[" s "], %[" s "], %[" m "], %[" t "]\n"     \
  ".endif\n"
#define SATURATE(s)                                     \
  ".if %c[is_scaled]\n"                                 \
  "ssat %[" s "], #8, %[" s "], asr %[scaled_shift]\n"  \
  ".else\n"                                             \
  "asr %[" s "], %[" s "], %[w12]\n"                    \
  "ssat %[" s "], #8, %[" s "]\n"                       \
  ".endif\n"
#define SHIFT ".if !%c[is_scaled]\n" LOAD("w12", "requantization", 12) ".endif\n"
// The next channel's output lies one byte on.
#define STORE_FIRST(s) "strb %[" s "], [%[output]], #1\n"
#define STORE(s, offset) "strb %[" s "], [%[output], #" #offset "]\n"
// Are there channels left?
#define TEST "tst %[output], #3\n"
// Of the next channel; m and t may be loaded when all is multiplied.
#define SIX_OUTPUTS(m, t, next_m, next_t)                           \
  SHIFT                                                             \
  MULTIPLY("s0", m, t) MULTIPLY("s1", m, t) MULTIPLY("s2", m, t)    \
  SATURATE("s0") MULTIPLY("s3", m, t)                               \
  SATURATE("s1") MULTIPLY("s4", m, t)                               \
  SATURATE("s2") MULTIPLY("s5", m, t)                               \
  SATURATE("s3") STORE_FIRST("s0") TEST                             \
  SATURATE("s4") STORE("s1", 3) next_m                              \
  SATURATE("s5") STORE("s2", 7) next_t                              \
  STORE("s3", 11) LOAD_NEXT("w01", "filter", 40)                    \
  STORE("s4", 15)                                                   \
  STORE("s5", 19) LOAD_NEXT("s5", "requantization", 16)
#define TWO_OUTPUTS(m, t, next_m, next_t)               \
  SHIFT                                                 \
  MULTIPLY("s0", m, t) LOAD_NEXT("s5", "requantization", 16) \
  MULTIPLY("s1", m, t) LOAD_NEXT("w01", "filter", 40)   \
  next_m next_t                                         \
  SATURATE("s0") STORE_FIRST("s0") TEST                 \
  SATURATE("s1") STORE("s1", 3)

// What a group of a channel begins with; s5 is the bias.
#define FIRST_LOADS                            \
  LOAD("x0", "input", 0) LOAD("x1", "input", 48) \
  LOAD("w01", "filter", 0) LOAD("s5", "requantization", 0)
// From behind the last channel of a group to the first of the next, if there is one before `end`.
#define NEXT_GROUP(input_bytes, output_bytes, end)         \
  "add %[input], %[input], #" #input_bytes " - 16\n"       \
  "add %[output], %[output], #" #output_bytes " - 4\n"     \
  "ldr %[w12], %[" end "]\n"                               \
  "sub %[filter], %[filter], #160\n"                       \
  "sub %[requantization], %[requantization], #64\n"        \
  "cmp %[input], %[w12]\n"                                 \
  FIRST_LOADS

template <int32_t kStride, bool kIsScaled>
inline void multiply(const uint32_t* input, const uint32_t* filter,
                     const PackedRequantization* requantization, const DepthwiseGroups& groups,
                     int8_t* output) {
  // Kept in memory, for the loop takes all registers.
  const uint32_t* const sixes_end = input + groups.sixes * 3 * kStride * kStep;
  const uint32_t* const twos_end = sixes_end + groups.twos * kStep;
  int32_t s0, s1, s2, s3, s4, s5;
  uint32_t x0, x1, w01, w12;
#define OPERANDS                                                                               \
  : [s0] "=&r"(s0), [s1] "=&r"(s1), [s2] "=&r"(s2), [s3] "=&r"(s3), [s4] "=&r"(s4),            \
    [s5] "=&r"(s5), [x0] "=&l"(x0), [x1] "=&l"(x1), [w01] "=&l"(w01), [w12] "=&l"(w12),        \
    [input] "+l"(input), [filter] "+l"(filter), [requantization] "+l"(requantization),         \
    [output] "+l"(output)                                                                      \
  : [sixes_end] "m"(sixes_end), [twos_end] "m"(twos_end),                                      \
    [is_scaled] "i"(kIsScaled), [scaled_shift] "i"(kDepthwiseScaledShift)                      \
  : "cc", "memory"
  if constexpr (kStride == 1) {
    asm volatile(
        FIRST_LOADS
        "ldr %[w12], %[sixes_end]\n"
        "cmp %[input], %[w12]\n"
        "beq 2f\n"
        "1:\n"
        SIX_PAIRED("s5", "s5", "s5", "s5", "s5", "s5", LOAD("w12", "filter", 4),
                   LOAD("x0", "input", 96), LOAD("x1", "input", 144), LOAD("w01", "filter", 8),
                   LOAD("x0", "input", 16), LOAD("x1", "input", 64))
        SIX_PAIRED("s0", "s1", "s2", "s3", "s4", "s5", LOAD("w12", "filter", 12),
                   LOAD("x0", "input", 112), LOAD("x1", "input", 160), LOAD("w01", "filter", 16),
                   LOAD("x0", "input", 32), LOAD("x1", "input", 80))
        SIX_PAIRED("s0", "s1", "s2", "s3", "s4", "s5", LOAD("w12", "filter", 20),
                   LOAD("x0", "input", 128), LOAD("x1", "input", 176),
                   LOAD("w01", "requantization", 8), LOAD("x0", "requantization", 4), "")
        SIX_OUTPUTS("x0", "x1", LOAD_NEXT("x0", "input", 4), LOAD("x1", "input", 48))
        "bne 1b\n"
        NEXT_GROUP(144, 24, "sixes_end")
        "bne 1b\n"
        "2:\n"
        "ldr %[w12], %[twos_end]\n"
        "cmp %[input], %[w12]\n"
        "beq 4f\n"
        "3:\n"
        TWO_PAIRED("s5", "s5", LOAD("w12", "filter", 4), LOAD("x0", "input", 16),
                   LOAD("w01", "filter", 8), LOAD("x1", "input", 64))
        TWO_PAIRED("s0", "s1", LOAD("w12", "filter", 12), LOAD("x0", "input", 32),
                   LOAD("w01", "filter", 16), LOAD("x1", "input", 80))
        TWO_PAIRED("s0", "s1", LOAD("w12", "filter", 20), LOAD("x0", "requantization", 4),
                   LOAD("w01", "requantization", 8), "")
        TWO_OUTPUTS("x0", "x1", LOAD_NEXT("x0", "input", 4), LOAD("x1", "input", 48))
        "bne 3b\n"
        NEXT_GROUP(48, 8, "twos_end")
        "bne 3b\n"
        "4:\n"
        OPERANDS);
  } else {
    asm volatile(
        FIRST_LOADS
        "1:\n"
        SIX_APART("x0", "x1", "s5", "s5", "s5", "s5", "s5", "s5", LOAD("w12", "filter", 4),
                  LOAD("x0", "input", 96), LOAD("x1", "input", 144), LOAD("x0", "input", 192),
                  LOAD("x1", "input", 240), LOAD("x0", "input", 288), LOAD("w01", "filter", 8),
                  LOAD("x1", "input", 16), LOAD("x0", "input", 64))
        SIX_APART("x1", "x0", "s0", "s1", "s2", "s3", "s4", "s5", LOAD("w12", "filter", 12),
                  LOAD("x1", "input", 112), LOAD("x0", "input", 160), LOAD("x1", "input", 208),
                  LOAD("x0", "input", 256), LOAD("x1", "input", 304), LOAD("w01", "filter", 16),
                  LOAD("x0", "input", 32), LOAD("x1", "input", 80))
        SIX_APART("x0", "x1", "s0", "s1", "s2", "s3", "s4", "s5", LOAD("w12", "filter", 20),
                  LOAD("x0", "input", 128), LOAD("x1", "input", 176), LOAD("x0", "input", 224),
                  LOAD("x1", "input", 272), LOAD("x0", "input", 320),
                  LOAD("w01", "requantization", 8), LOAD("x1", "requantization", 4), "")
        SIX_OUTPUTS("x1", "x0", LOAD_NEXT("x0", "input", 4), LOAD("x1", "input", 48))
        "bne 1b\n"
        NEXT_GROUP(288, 24, "sixes_end")
        "bne 1b\n"
        OPERANDS);
  }
#undef OPERANDS
}

#undef LOAD
#undef LOAD_NEXT
#undef PRODUCT
#undef BEGIN_PAIR
#undef END_PAIR
#undef BEGIN
#undef END
#undef SIX_PAIRED
#undef TWO_PAIRED
#undef SIX_APART
#undef MULTIPLY
#undef SATURATE
#undef SHIFT
#undef STORE_FIRST
#undef STORE
#undef TEST
#undef SIX_OUTPUTS
#undef TWO_OUTPUTS
#undef FIRST_LOADS
#undef NEXT_GROUP

// clang-format on
#else

template <int32_t kStride, bool kIsScaled>
inline void multiply(const uint32_t* input, const uint32_t* filter,
                     const PackedRequantization* requantization, const DepthwiseGroups& groups,
                     int8_t* output) {
  for (int32_t c = 0; c < kBlock; ++c, ++input, filter += kDepthwiseFilterWords) {
    for (int32_t i = 0; i < groups.outputs(); ++i) {
      const uint32_t* x = input + i * kStride / 2 * kStep;
      const bool is_odd = kStride == 1 && i % 2 != 0;
      int32_t sum = requantization[c].bias;
      for (int32_t line = 0; line < kLines; ++line, x += kBlock) {
        const uint32_t w01 = filter[2 * line], w12 = filter[2 * line + 1];
        sum = is_odd ? dsp::smlatb(x[0], w01, sum) : dsp::smlad(x[0], w01, sum);
        sum = is_odd ? dsp::smlad(x[kStep], w12, sum) : dsp::smlabt(x[kStep], w12, sum);
      }
      const PackedRequantization& r = requantization[c];
      const int32_t value =
          kIsScaled ? dsp::ssat8(dsp::smmla(sum, r.multiplier, r.rounding) >> kDepthwiseScaledShift)
                    : requantize(sum, r);
      output[i * kBlock + c] = static_cast<int8_t>(value);
    }
  }
}

#endif

// What all lines have in common.
struct Work {
  const DepthwiseConv2DS8SmladParams& params;
  Line line;
  DepthwiseGroups groups;
  bool clamps;
  // Scratch:
  uint32_t* filter;  // kDepthwiseFilterWords for each channel
  uint32_t* lines;   // kStep words for each pair of pixels
  int8_t* outputs;   // of a line, kBlock channels of each
};

[[gnu::noinline]] void store_bytes(const DepthwiseConv2DS8SmladParams& p, const int8_t* from,
                                   int32_t channels, int8_t* output) {
  for (int32_t i = p.output_pixels; i > 0; --i, from += kBlock, output += p.output_pixel_step)
    for (int32_t c = 0; c < channels; ++c)
      output[c] = static_cast<int8_t>(clamp(from[c], p.activation_min, p.activation_max));
}

// One line of a block's outputs.
template <int32_t kStride, bool kIsScaled>
[[gnu::noinline]] void convolve_line(const Work& work, const uint32_t* filter,
                                     const PackedRequantization* requantization, int32_t channels,
                                     int8_t* output) {
  multiply<kStride, kIsScaled>(work.lines, filter, requantization, work.groups, work.outputs);
  const DepthwiseConv2DS8SmladParams& p = work.params;
  const int8_t* from = work.outputs;
  if (channels < kBlock || work.clamps) return store_bytes(p, from, channels, output);
  const int32_t pixels = p.output_pixels, step = p.output_pixel_step;
  for (int32_t i = pixels >> 1; i > 0; --i, from += 2 * kBlock, output += 2 * step) {
    const uint32_t pixel = dsp::load(from), next = dsp::load(from + kBlock);
    dsp::store(output, pixel);
    dsp::store(output + step, next);
  }
  if ((pixels & 1) != 0) dsp::store(output, dsp::load(from));
}

// From what DepthwiseConv2DS8SmladParams tells of; uint8 has room to be shifted.
[[gnu::noinline]] void widen_filters(const uint8_t* weights,
                                     const PackedRequantization* requantization, bool is_scaled,
                                     uint32_t* to) {
  for (int32_t c = 0; c < kBlock; ++c, to += kDepthwiseFilterWords) {
    const int32_t shift = is_scaled ? 1 + requantization[c].right_shift : 1;
    const uint32_t offset = 0x00800080U << shift;
    SOLDER_UNROLL
    for (int32_t line = 0; line < kLines; ++line, weights += 4) {
      const uint32_t four = dsp::load(weights);
      const uint32_t w01 = dsp::ssub16(dsp::uxtb16(four) << shift, offset);
      const uint32_t w12 = dsp::ssub16(dsp::uxtb16_ror8(four) << shift, offset);
      to[2 * line] = w01, to[2 * line + 1] = w12;
      if (line < kLines - 1) to[2 * (line + kLines)] = w01, to[2 * (line + kLines) + 1] = w12;
    }
  }
}

using ConvolveLine = void(const Work& work, const uint32_t* filter,
                          const PackedRequantization* requantization, int32_t channels,
                          int8_t* output);

// A block of channels of one batch: every line is widened once, before the first output line that
// needs it.
[[gnu::noinline]] void convolve_block(const Work& work, const int8_t* input,
                                      const PackedRequantization* requantization, int32_t channels,
                                      ConvolveLine* convolve_line, int8_t* output) {
  const DepthwiseConv2DS8SmladParams& p = work.params;
  int32_t next = -p.lines_before, slot = 0;  // the line to be widened, and where
  int32_t end = next + kLines;
  for (int32_t y = p.output_lines; y > 0; --y, output += p.output_line_step, end += p.line_stride) {
    for (; next < end; ++next, slot = slot == kLines - 1 ? 0 : slot + 1) {
      uint32_t* const to = work.lines + slot * kBlock;
      if (next >= 0 && next < p.input_lines)
        widen_line(work.line, input + next * p.input_line_step, to);
      else
        widen_padding(work.line.zero, work.line.words, to);
    }
    // The oldest line lies where the next one will: the filter's first belongs to that slot.
    const uint32_t* filter = work.filter + 2 * (slot == 0 ? 0 : kLines - slot);
    convolve_line(work, filter, requantization, channels, output);
  }
}

void convolve(const DepthwiseConv2DS8SmladParams& p, const int8_t* input, const uint8_t* filter,
              const PackedRequantization* requantization, uint32_t* scratch, bool is_scaled,
              ConvolveLine* convolve_line, int8_t* output) {
  const DepthwiseGroups groups = depthwise_groups(p.output_pixels, p.pixel_stride);
  uint32_t* const lines = scratch + kBlock * kDepthwiseFilterWords;
  uint32_t* const outputs = lines + kStep * depthwise_words(groups, p.pixel_stride);
  const Work work = {.params = p,
                     .line = line_of(p),
                     .groups = groups,
                     .clamps = p.activation_min > INT8_MIN || p.activation_max < INT8_MAX,
                     .filter = scratch,
                     .lines = lines,
                     .outputs = reinterpret_cast<int8_t*>(outputs)};
  for (int32_t b = 0; b < p.batches; ++b) {
    for (int32_t first = 0; first < p.channels; first += kBlock) {
      const PackedRequantization* const r = requantization + first;
      widen_filters(filter + first * 4 * kLines, r, is_scaled, work.filter);
      const int32_t channels = p.channels - first < kBlock ? p.channels - first : kBlock;
      convolve_block(work, input + first, r, channels, convolve_line, output + first);
    }
    input += p.input_lines * p.input_pixels * p.channels;
    output += p.output_lines * p.output_pixels * p.channels;
  }
}

}  // namespace

// filter and requantization are filled up to whole blocks. Up to three bytes behind the input are
// read, and count for nothing.
// The output may lie where the input does: an output line is written when the input's lines up to
// the last that it needs have been read, and only over the same channels, which no other block
// reads.
void depthwise_conv_2d_s8_smlad(const DepthwiseConv2DS8SmladParams& p, const int8_t* input,
                                const uint8_t* filter, const PackedRequantization* requantization,
                                uint32_t* scratch, int8_t* output) {
  convolve(p, input, filter, requantization, scratch, false,
           p.pixel_stride == 1 ? convolve_line<1, false> : convolve_line<2, false>, output);
}

void depthwise_conv_2d_s8_smlad_scaled(const DepthwiseConv2DS8SmladParams& p, const int8_t* input,
                                       const uint8_t* filter,
                                       const PackedRequantization* requantization,
                                       uint32_t* scratch, int8_t* output) {
  convolve(p, input, filter, requantization, scratch, true,
           p.pixel_stride == 1 ? convolve_line<1, true> : convolve_line<2, true>, output);
}

}  // namespace solder::armv7em
