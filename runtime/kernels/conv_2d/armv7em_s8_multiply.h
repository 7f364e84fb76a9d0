// What convolutions by SMLAD are made of: the products of four windows and two output channels at a
// time, in the layouts that Conv2DS8SmladParams tells of, and what becomes of their sums.
#pragma once

#include <algorithm>
#include <cstdint>

#include "runtime/kernels/armv7em/requantize.h"
#include "runtime/kernels/conv_2d/armv7em_s8.h"

namespace solder::armv7em {

// Where the channels of the four windows' outputs go: of each window, `step` bytes apart, or only
// of that whose sum is the greatest.
struct Outputs {
  int8_t *begin, *end;
  int32_t step;
};

#ifdef __ARM_FEATURE_DSP

// At least two words: the first, then rounds of 16 (8 of int8 weights), of which the first may
// begin in its middle.
struct Windows {
  const uint32_t *begin, *end;  // `end`: how far they have been read when the last round ends
  int32_t skipped_code;
};

// clang-format off
// The loop over pairs of channels. a0 to a3 and b0 to b3: the sums of the first and the second
// channel, one of each window, which start with the bias in a0 and b0. The first word is a round of
// its own, for its products are added to the bias wherever they go.
#define SOLDER_PAIR(WEIGHTS) \
  ".balign 8                           \n\t" \
  "2:                                  \n\t" \
  "ldr.w %[x], %[windows]              \n\t" \
  "ldrd  %[a0], %[b0], [%[w]], #8      \n\t" \
  WEIGHTS \
  "ldrd  %[x0], %[b1], [%[x]], #8      \n\t" \
  "ldrd  %[b2], %[b3], [%[x]], #8      \n\t" \
  "smlad %[a1], %[b1], %[w0], %[a0]    \n\t" \
  "smlad %[b1], %[b1], %[w1], %[b0]    \n\t" \
  "smlad %[a2], %[b2], %[w0], %[a0]    \n\t" \
  "smlad %[b2], %[b2], %[w1], %[b0]    \n\t" \
  "smlad %[a3], %[b3], %[w0], %[a0]    \n\t" \
  "smlad %[b3], %[b3], %[w1], %[b0]    \n\t" \
  "smlad %[b0], %[x0], %[w1], %[b0]    \n\t" \
  "ldr.w %[w1], %[skipped_code]        \n\t" \
  "smlad %[a0], %[x0], %[w0], %[a0]    \n\t" \
  "ldr   %[w0], [%[w]], #4             \n\t" \
  "ldr   %[x0], [%[x]], #4             \n\t"
// To the first word that is not skipped; 1 is what ADD calls pc.
#define SOLDER_ENTER \
  ".balign 4                           \n\t" \
  "add   pc, %[w1]                     \n\t" \
  "nop                                 \n\t" \
  "1:                                  \n\t"

// Per word eight SMLAD and six loads, each load in the younger slot of a SMLAD: eight cycles on a
// Cortex-M7, half a cycle for a MAC. Windows 0 and 1, then 2 and 3, pass through x0 and x1; what is
// loaded here is used two cycles later, as a multiplicand must be.
#define SOLDER_INT16_WORD \
  "smlad %[a0], %[x0], %[w0], %[a0]    \n\t" \
  "ldr   %[w1], [%[w]], #4             \n\t" \
  "smlad %[a1], %[x1], %[w0], %[a1]    \n\t" \
  "smlad %[b0], %[x0], %[w1], %[b0]    \n\t" \
  "ldr   %[x0], [%[x]], #4             \n\t" \
  "smlad %[b1], %[x1], %[w1], %[b1]    \n\t" \
  "ldr   %[x1], [%[x]], #4             \n\t" \
  "smlad %[a2], %[x0], %[w0], %[a2]    \n\t" \
  "smlad %[a3], %[x1], %[w0], %[a3]    \n\t" \
  "ldr   %[w0], [%[w]], #4             \n\t" \
  "smlad %[b2], %[x0], %[w1], %[b2]    \n\t" \
  "ldr   %[x0], [%[x]], #4             \n\t" \
  "smlad %[b3], %[x1], %[w1], %[b3]    \n\t" \
  "ldr   %[x1], [%[x]], #4             \n\t"
#define SOLDER_INT16_LINE \
  SOLDER_INT16_WORD SOLDER_INT16_WORD SOLDER_INT16_WORD SOLDER_INT16_WORD \
  "pld   [%[w], #92]                   \n\t"
// A line from flash takes longer than to use it would, so each is asked for two lines ahead, and one
// for what lies between two channels' weights. There is no register for the end, which passes
// through w0 for two cycles a round. Afterwards w0 has the word behind the weights.
#define SOLDER_INT16_ROUNDS \
  SOLDER_PAIR("ldrd %[w0], %[w1], [%[w]], #8 \n\t") \
  "ldr   %[x1], [%[x]], #4             \n\t" SOLDER_ENTER \
  SOLDER_INT16_LINE SOLDER_INT16_LINE SOLDER_INT16_LINE \
  SOLDER_INT16_WORD SOLDER_INT16_WORD SOLDER_INT16_WORD \
  "smlad %[a0], %[x0], %[w0], %[a0]    \n\t" \
  "ldr   %[w1], [%[w]], #4             \n\t" \
  "smlad %[a1], %[x1], %[w0], %[a1]    \n\t" \
  "pld   [%[w], #96]                   \n\t" \
  "smlad %[b0], %[x0], %[w1], %[b0]    \n\t" \
  "ldr   %[x0], [%[x]], #4             \n\t" \
  "smlad %[b1], %[x1], %[w1], %[b1]    \n\t" \
  "ldr   %[x1], [%[x]], #4             \n\t" \
  "smlad %[a2], %[x0], %[w0], %[a2]    \n\t" \
  "smlad %[a3], %[x1], %[w0], %[a3]    \n\t" \
  "ldr   %[w0], %[windows_end]         \n\t" \
  "smlad %[b2], %[x0], %[w1], %[b2]    \n\t" \
  "cmp   %[x], %[w0]                   \n\t" \
  "smlad %[b3], %[x1], %[w1], %[b3]    \n\t" \
  "ldr   %[w0], [%[w]], #4             \n\t" \
  "ldr   %[x0], [%[x]], #4             \n\t" \
  "ldr   %[x1], [%[x]], #4             \n\t" \
  "bne   1b                            \n\t" \
  "pld   [%[w], #124]                  \n\t"

// Half the flash, for a ninth of the speed: w0 and w1 are made of one word of weights, which takes
// a cycle more.
#define SOLDER_INT8_WORD \
  "sxtb16 %[w1], %[w0], ror #8         \n\t" \
  "ldr   %[x1], [%[x]], #4             \n\t" \
  "sxtb16 %[w0], %[w0]                 \n\t" \
  "smlad %[b0], %[x0], %[w1], %[b0]    \n\t" \
  "smlad %[b1], %[x1], %[w1], %[b1]    \n\t" \
  "smlad %[a0], %[x0], %[w0], %[a0]    \n\t" \
  "ldr   %[x0], [%[x]], #4             \n\t" \
  "smlad %[a1], %[x1], %[w0], %[a1]    \n\t" \
  "ldr   %[x1], [%[x]], #4             \n\t" \
  "smlad %[b2], %[x0], %[w1], %[b2]    \n\t" \
  "smlad %[b3], %[x1], %[w1], %[b3]    \n\t" \
  "smlad %[a2], %[x0], %[w0], %[a2]    \n\t" \
  "ldr   %[x0], [%[x]], #4             \n\t" \
  "smlad %[a3], %[x1], %[w0], %[a3]    \n\t"
#define SOLDER_INT8_WORD_AND_NEXT SOLDER_INT8_WORD "ldr %[w0], [%[w]], #4 \n\t"
#define SOLDER_INT8_ROUNDS \
  SOLDER_PAIR("ldr %[w0], [%[w]], #4 \n\t" \
              "sxtb16 %[w1], %[w0], ror #8 \n\t" \
              "sxtb16 %[w0], %[w0] \n\t") \
  SOLDER_ENTER \
  SOLDER_INT8_WORD_AND_NEXT SOLDER_INT8_WORD_AND_NEXT SOLDER_INT8_WORD_AND_NEXT \
  SOLDER_INT8_WORD_AND_NEXT SOLDER_INT8_WORD_AND_NEXT SOLDER_INT8_WORD_AND_NEXT \
  SOLDER_INT8_WORD_AND_NEXT SOLDER_INT8_WORD \
  "ldr   %[w0], %[windows_end]         \n\t" \
  "pld   [%[w], #64]                   \n\t" \
  "cmp   %[x], %[w0]                   \n\t" \
  "ldr   %[w0], [%[w]], #4             \n\t" \
  "bne   1b                            \n\t" \
  "pld   [%[w], #92]                   \n\t"

// requantize() of registers; the multiplier is in w0.
#define SOLDER_REQUANTIZE_FOUR(s0, s1, s2, s3) \
  "ldr   %[w1], [%[w]], #4 \n\t" \
  "ldr   %[x], [%[w]], #4 \n\t" \
  "add   %[x0], %[w1], %[" #s0 "], asr #31 \n\t" \
  "add   %[x1], %[w1], %[" #s1 "], asr #31 \n\t" \
  "smmlar %[" #s0 "], %[" #s0 "], %[w0], %[x0] \n\t" \
  "add   %[x0], %[w1], %[" #s2 "], asr #31 \n\t" \
  "smmlar %[" #s1 "], %[" #s1 "], %[w0], %[x1] \n\t" \
  "add   %[x1], %[w1], %[" #s3 "], asr #31 \n\t" \
  "smmlar %[" #s2 "], %[" #s2 "], %[w0], %[x0] \n\t" \
  "asr   %[" #s0 "], %[" #s0 "], %[x] \n\t" \
  "smmlar %[" #s3 "], %[" #s3 "], %[w0], %[x1] \n\t" \
  "ssat  %[" #s0 "], #8, %[" #s0 "] \n\t" \
  "asr   %[" #s1 "], %[" #s1 "], %[x] \n\t" \
  "ssat  %[" #s1 "], #8, %[" #s1 "] \n\t" \
  "asr   %[" #s2 "], %[" #s2 "], %[x] \n\t" \
  "ssat  %[" #s2 "], #8, %[" #s2 "] \n\t" \
  "asr   %[" #s3 "], %[" #s3 "], %[x] \n\t" \
  "ssat  %[" #s3 "], #8, %[" #s3 "] \n\t"
#define SOLDER_REQUANTIZE(s0) \
  "ldr   %[w1], [%[w]], #4 \n\t" \
  "ldr   %[x], [%[w]], #4 \n\t" \
  "add   %[x0], %[w1], %[" #s0 "], asr #31 \n\t" \
  "smmlar %[" #s0 "], %[" #s0 "], %[w0], %[x0] \n\t" \
  "asr   %[" #s0 "], %[" #s0 "], %[x] \n\t" \
  "ssat  %[" #s0 "], #8, %[" #s0 "] \n\t"
#define SOLDER_DOUBLE(s) "lsl %[" #s "], %[" #s "], #1 \n\t"
#define SOLDER_NEXT_WORD "ldr %[w0], [%[w]], #4 \n\t"
#define SOLDER_REQUANTIZE_EACH \
  SOLDER_REQUANTIZE_FOUR(a0, a1, a2, a3) SOLDER_NEXT_WORD SOLDER_REQUANTIZE_FOUR(b0, b1, b2, b3)
#define SOLDER_DOUBLE_EACH \
  SOLDER_DOUBLE(a0) SOLDER_DOUBLE(a1) SOLDER_DOUBLE(a2) SOLDER_DOUBLE(a3) \
  SOLDER_DOUBLE(b0) SOLDER_DOUBLE(b1) SOLDER_DOUBLE(b2) SOLDER_DOUBLE(b3)
#define SOLDER_REQUANTIZE_GREATEST SOLDER_REQUANTIZE(a0) SOLDER_NEXT_WORD SOLDER_REQUANTIZE(b0)
// The same in two instructions, of sums that are scaled so that all shifts are equal.
#define SOLDER_RESCALE_EACH \
  "ldr   %[w1], [%[w]], #4             \n\t" \
  "smmla %[a0], %[a0], %[w0], %[w1]    \n\t" \
  "smmla %[a1], %[a1], %[w0], %[w1]    \n\t" \
  "smmla %[a2], %[a2], %[w0], %[w1]    \n\t" \
  "ssat  %[a0], #8, %[a0], asr %[scaled_shift]     \n\t" \
  "smmla %[a3], %[a3], %[w0], %[w1]    \n\t" \
  "ldr   %[w0], [%[w]], #4             \n\t" \
  "ldr   %[w1], [%[w]], #4             \n\t" \
  "ssat  %[a1], #8, %[a1], asr %[scaled_shift]     \n\t" \
  "smmla %[b0], %[b0], %[w0], %[w1]    \n\t" \
  "ssat  %[a2], #8, %[a2], asr %[scaled_shift]     \n\t" \
  "smmla %[b1], %[b1], %[w0], %[w1]    \n\t" \
  "ssat  %[a3], #8, %[a3], asr %[scaled_shift]     \n\t" \
  "smmla %[b2], %[b2], %[w0], %[w1]    \n\t" \
  "ssat  %[b0], #8, %[b0], asr %[scaled_shift]     \n\t" \
  "smmla %[b3], %[b3], %[w0], %[w1]    \n\t" \
  "ssat  %[b1], #8, %[b1], asr %[scaled_shift]     \n\t" \
  "ssat  %[b2], #8, %[b2], asr %[scaled_shift]     \n\t" \
  "ssat  %[b3], #8, %[b3], asr %[scaled_shift]     \n\t"
#define SOLDER_RESCALE_GREATEST \
  "ldr   %[w1], [%[w]], #4             \n\t" \
  "smmla %[a0], %[a0], %[w0], %[w1]    \n\t" \
  "ldr   %[w0], [%[w]], #4             \n\t" \
  "ldr   %[w1], [%[w]], #4             \n\t" \
  "smmla %[b0], %[b0], %[w0], %[w1]    \n\t" \
  "ssat  %[a0], #8, %[a0], asr %[scaled_shift]     \n\t" \
  "ssat  %[b0], #8, %[b0], asr %[scaled_shift]     \n\t"

#define SOLDER_GREATER(s, other) \
  "cmp   %[" #s "], %[" #other "]   \n\t" \
  "it    lt                         \n\t" \
  "movlt %[" #s "], %[" #other "]   \n\t"
#define SOLDER_GREATEST \
  SOLDER_GREATER(a0, a1) SOLDER_GREATER(a2, a3) SOLDER_GREATER(b0, b1) \
  SOLDER_GREATER(b2, b3) SOLDER_GREATER(a0, a2) SOLDER_GREATER(b0, b2)

// Of an odd number of channels the last has no second.
#define SOLDER_STORE_EACH \
  "ldr   %[x], %[output]               \n\t" \
  "ldr   %[x1], %[step]                \n\t" \
  "ldr   %[w1], %[output_end]          \n\t" \
  "add   %[x0], %[x], %[x1]            \n\t" \
  "strb  %[a1], [%[x], %[x1]]          \n\t" \
  "strb  %[a2], [%[x], %[x1], lsl #1]  \n\t" \
  "strb  %[a3], [%[x0], %[x1], lsl #1] \n\t" \
  "strb  %[a0], [%[x]], #1             \n\t" \
  "cmp   %[x], %[w1]                   \n\t" \
  "beq   3f                            \n\t" \
  "add   %[x0], #1                     \n\t" \
  "strb  %[b1], [%[x], %[x1]]          \n\t" \
  "strb  %[b2], [%[x], %[x1], lsl #1]  \n\t" \
  "strb  %[b3], [%[x0], %[x1], lsl #1] \n\t" \
  "strb  %[b0], [%[x]], #1             \n\t" \
  "str   %[x], %[output]               \n\t" \
  "cmp   %[x], %[w1]                   \n\t" \
  "bne   2b                            \n\t" \
  "3:                                  \n\t"
#define SOLDER_STORE_GREATEST \
  "ldr   %[x], %[output]               \n\t" \
  "ldr   %[w1], %[output_end]          \n\t" \
  "strb  %[a0], [%[x]], #1             \n\t" \
  "cmp   %[x], %[w1]                   \n\t" \
  "beq   3f                            \n\t" \
  "strb  %[b0], [%[x]], #1             \n\t" \
  "str   %[x], %[output]               \n\t" \
  "cmp   %[x], %[w1]                   \n\t" \
  "bne   2b                            \n\t" \
  "3:                                  \n\t"

// Inlined, so that what is in memory is on the stack: no register is left to address it by.
#define SOLDER_MULTIPLY(instructions) \
  int8_t* output = outputs.begin; \
  int32_t a0, a1, a2, a3, b0, b1, b2, b3, x, x0, x1, w0, w1; \
  asm volatile(instructions \
      : [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2), [a3] "=&r"(a3), [b0] "=&r"(b0), \
        [b1] "=&r"(b1), [b2] "=&r"(b2), [b3] "=&r"(b3), [x] "=&r"(x), [x0] "=&r"(x0), \
        [x1] "=&r"(x1), [w0] "=&r"(w0), [w1] "=&r"(w1), [w] "+r"(filter), [output] "+m"(output) \
      : [windows] "m"(windows.begin), [windows_end] "m"(windows.end), \
        [skipped_code] "m"(windows.skipped_code), [step] "m"(outputs.step), \
        [output_end] "m"(outputs.end), [scaled_shift] "i"(kScaledShift) \
      : "cc", "memory")
// clang-format on

struct Int16Weights {
  // The code of a word has 56 bytes, a PLD 4.
  static Windows windows(const uint32_t* begin, int32_t words) {
    const int32_t skipped = (1 - words) & 15;
    return {begin, begin + 4 * words, skipped * 56 + skipped / 4 * 4};
  }
  [[gnu::always_inline]] static inline void each(const Windows& windows, const uint32_t* filter,
                                                 const Outputs& outputs) {
    SOLDER_MULTIPLY(SOLDER_INT16_ROUNDS SOLDER_REQUANTIZE_EACH SOLDER_STORE_EACH);
  }
  [[gnu::always_inline]] static inline void greatest(const Windows& windows, const uint32_t* filter,
                                                     const Outputs& outputs) {
    SOLDER_MULTIPLY(
        SOLDER_INT16_ROUNDS SOLDER_GREATEST SOLDER_REQUANTIZE_GREATEST SOLDER_STORE_GREATEST);
  }
};

struct ScaledWeights {
  static Windows windows(const uint32_t* begin, int32_t words) {
    return Int16Weights::windows(begin, words);
  }
  [[gnu::always_inline]] static inline void each(const Windows& windows, const uint32_t* filter,
                                                 const Outputs& outputs) {
    SOLDER_MULTIPLY(SOLDER_INT16_ROUNDS SOLDER_RESCALE_EACH SOLDER_STORE_EACH);
  }
  [[gnu::always_inline]] static inline void greatest(const Windows& windows, const uint32_t* filter,
                                                     const Outputs& outputs) {
    SOLDER_MULTIPLY(
        SOLDER_INT16_ROUNDS SOLDER_GREATEST SOLDER_RESCALE_GREATEST SOLDER_STORE_GREATEST);
  }
};

struct Int8Weights {
  static Windows windows(const uint32_t* begin, int32_t words) {
    return {begin, begin + 4 * words + 1, ((1 - words) & 7) * 60};
  }
  [[gnu::always_inline]] static inline void each(const Windows& windows, const uint32_t* filter,
                                                 const Outputs& outputs) {
    SOLDER_MULTIPLY(SOLDER_INT8_ROUNDS SOLDER_DOUBLE_EACH SOLDER_REQUANTIZE_EACH SOLDER_STORE_EACH);
  }
  [[gnu::always_inline]] static inline void greatest(const Windows& windows, const uint32_t* filter,
                                                     const Outputs& outputs) {
    SOLDER_MULTIPLY(SOLDER_INT8_ROUNDS SOLDER_GREATEST SOLDER_DOUBLE(a0) SOLDER_DOUBLE(b0)
                        SOLDER_REQUANTIZE_GREATEST SOLDER_STORE_GREATEST);
  }
};

#undef SOLDER_MULTIPLY

#else

struct Windows {
  const uint32_t* begin;
  int32_t words;
};

// Of the weights of a pair of channels: the word of channel c, and how many words there are for one
// of a window. Of a sum: the output.
struct Int16Format {
  static constexpr int32_t kWords = 2, kRequantizationWords = 3;
  static uint32_t weights(const uint32_t* w, int32_t c) { return w[c]; }
  static int32_t output(int32_t sum, const int32_t* r) {
    return requantize(sum, {0, r[0], r[1], r[2]});
  }
};
struct ScaledFormat {
  static constexpr int32_t kWords = 2, kRequantizationWords = 2;
  static uint32_t weights(const uint32_t* w, int32_t c) { return w[c]; }
  static int32_t output(int32_t sum, const int32_t* r) {
    return dsp::ssat8(dsp::smmla(sum, r[0], r[1]) >> kScaledShift);
  }
};
struct Int8Format {
  static constexpr int32_t kWords = 1, kRequantizationWords = 3;
  static uint32_t weights(const uint32_t* w, int32_t c) {
    return c == 0 ? dsp::sxtb16(*w) : dsp::sxtb16_ror8(*w);
  }
  static int32_t output(int32_t sum, const int32_t* r) {
    return requantize(2 * sum, {0, r[0], r[1], r[2]});
  }
};

template <class Format>
struct Emulated {
  static Windows windows(const uint32_t* begin, int32_t words) { return {begin, words}; }
  static void each(const Windows& windows, const uint32_t* filter, const Outputs& outputs) {
    multiply(windows, filter, outputs, [&](const int32_t(&sums)[4], const int32_t* r, int8_t* to) {
      for (const int32_t sum : sums) {
        *to = static_cast<int8_t>(Format::output(sum, r));
        to += outputs.step;
      }
    });
  }
  static void greatest(const Windows& windows, const uint32_t* filter, const Outputs& outputs) {
    multiply(windows, filter, outputs, [](const int32_t(&sums)[4], const int32_t* r, int8_t* to) {
      *to = static_cast<int8_t>(Format::output(*std::max_element(sums, sums + 4), r));
    });
  }

 private:
  template <class Store>
  static void multiply(const Windows& windows, const uint32_t* filter, const Outputs& outputs,
                       const Store& store) {
    for (int8_t* to = outputs.begin; to < outputs.end;) {
      int32_t sums[2][4];
      for (auto& of_channel : sums) {
        std::fill_n(of_channel, 4, static_cast<int32_t>(*filter++));
      }
      const uint32_t* x = windows.begin;
      for (int32_t word = 0; word < windows.words; ++word, x += 4, filter += Format::kWords)
        for (int32_t c = 0; c < 2; ++c)
          for (int32_t i = 0; i < 4; ++i)
            sums[c][i] = dsp::smlad(x[i], Format::weights(filter, c), sums[c][i]);
      for (int32_t c = 0; c < 2; ++c, filter += Format::kRequantizationWords)
        if (to < outputs.end) store(sums[c], reinterpret_cast<const int32_t*>(filter), to++);
    }
  }
};

using Int16Weights = Emulated<Int16Format>;
using ScaledWeights = Emulated<ScaledFormat>;
using Int8Weights = Emulated<Int8Format>;

#endif

}  // namespace solder::armv7em
