// The inner loop of convolutions by SMLAD: four windows times the filters of two output channels.
// sums[channel][window] grow by the products of all words of the windows, at least one, in the
// layout that Conv2DS8SmladParams tells of. The end of the weights is returned.
#pragma once

#include <cstdint>

#include "runtime/kernels/armv7em/dsp.h"

namespace solder::armv7em {

#ifdef __ARM_FEATURE_DSP

// Eight words a round. A number of words that is no multiple is begun in the middle of one.
template <class Weights>
struct Windows {
  const uint32_t *begin, *end;  // how far they are read when they are done with
  int32_t skipped_code;

  Windows(const uint32_t* windows, int32_t words)
      : begin(windows),
        end(windows + 4 * words + Weights::kReadAhead),
        skipped_code(Weights::code_bytes(-words & 7)) {}
};

// Per word eight SMLAD and six loads, each load in the younger slot of a SMLAD: eight cycles on a
// Cortex-M7, half a cycle for a MAC. Windows 0 and 1, then 2 and 3, pass through [x0] and [x1];
// what is loaded here is used two cycles later, as a multiplicand must be.
#define SOLDER_SMLAD_WORD                   \
  "smlad %[a0], %[x0], %[w0], %[a0]   \n\t" \
  "ldr   %[w1], [%[w]], #4            \n\t" \
  "smlad %[a1], %[x1], %[w0], %[a1]   \n\t" \
  "smlad %[b0], %[x0], %[w1], %[b0]   \n\t" \
  "ldr   %[x0], [%[x]], #4            \n\t" \
  "smlad %[b1], %[x1], %[w1], %[b1]   \n\t" \
  "ldr   %[x1], [%[x]], #4            \n\t" \
  "smlad %[a2], %[x0], %[w0], %[a2]   \n\t" \
  "smlad %[a3], %[x1], %[w0], %[a3]   \n\t" \
  "ldr   %[w0], [%[w]], #4            \n\t" \
  "smlad %[b2], %[x0], %[w1], %[b2]   \n\t" \
  "ldr   %[x0], [%[x]], #4            \n\t" \
  "smlad %[b3], %[x1], %[w1], %[b3]   \n\t" \
  "ldr   %[x1], [%[x]], #4            \n\t"

#define SOLDER_SMLAD_OPERANDS                                                   \
  : [a0] "+r"(sums[0][0]), [a1] "+r"(sums[0][1]), [a2] "+r"(sums[0][2]), \
  [a3] "+r"(sums[0][3]), [b0] "+r"(sums[1][0]), [b1] "+r"(sums[1][1]), \
  [b2] "+r"(sums[1][2]), [b3] "+r"(sums[1][3]), [x] "+r"(x), [w] "+r"(weights), \
  [x0] "=&r"(x0), [x1] "=&r"(x1), [w0] "=&r"(w0), [w1] "=&r"(w1) \
  : [skipped_code] "m"(windows.skipped_code), [end] "m"(windows.end) \
  : "cc", "memory"

struct Int16Weights {
  static constexpr int32_t kReadAhead = 0;
  static constexpr int32_t code_bytes(int32_t words) { return words * 56 + (words > 3 ? 4 : 0); }

  // From a sum, of doubled weights.
  static int32_t twice(int32_t sum) { return sum; }

  // A line from flash takes longer than to use it would, so lines are asked for a round ahead, two
  // a round, and for that of the requantization when the weights are done. There is no register for
  // the end, which passes through [w0] for two cycles a round.
  [[gnu::always_inline]] static const uint32_t* multiply(const Windows<Int16Weights>& windows,
                                                         const uint32_t* weights,
                                                         int32_t (&sums)[2][4]) {
    const uint32_t* x = windows.begin;
    uint32_t x0, x1, w0, w1;
    asm volatile(
        "ldr   %[w1], %[skipped_code]       \n\t"
        "ldr   %[w0], [%[w]], #4            \n\t"
        "ldr   %[x0], [%[x]], #4            \n\t"
        "ldr   %[x1], [%[x]], #4            \n\t"
        ".balign 4                          \n\t"
        "add   pc, %[w1]                    \n\t"
        "nop                                \n"
        "1:                                 \n\t"  // what `add` calls pc
        // clang-format off
        SOLDER_SMLAD_WORD SOLDER_SMLAD_WORD SOLDER_SMLAD_WORD SOLDER_SMLAD_WORD
        "pld   [%[w], #92]                  \n\t"
        SOLDER_SMLAD_WORD SOLDER_SMLAD_WORD SOLDER_SMLAD_WORD
        // clang-format on
        "smlad %[a0], %[x0], %[w0], %[a0]   \n\t"
        "ldr   %[w1], [%[w]], #4            \n\t"
        "smlad %[a1], %[x1], %[w0], %[a1]   \n\t"
        "pld   [%[w], #96]                  \n\t"
        "smlad %[b0], %[x0], %[w1], %[b0]   \n\t"
        "ldr   %[x0], [%[x]], #4            \n\t"
        "smlad %[b1], %[x1], %[w1], %[b1]   \n\t"
        "ldr   %[x1], [%[x]], #4            \n\t"
        "smlad %[a2], %[x0], %[w0], %[a2]   \n\t"
        "smlad %[a3], %[x1], %[w0], %[a3]   \n\t"
        "ldr   %[w0], %[end]                \n\t"
        "smlad %[b2], %[x0], %[w1], %[b2]   \n\t"
        "cmp   %[x], %[w0]                  \n\t"
        "smlad %[b3], %[x1], %[w1], %[b3]   \n\t"
        "ldr   %[w0], [%[w]], #4            \n\t"
        "ldr   %[x0], [%[x]], #4            \n\t"
        "ldr   %[x1], [%[x]], #4            \n\t"
        "bne   1b                           \n\t"
        "pld   [%[w], #124]                 \n\t" SOLDER_SMLAD_OPERANDS);
    return weights - 1;
  }
};

#undef SOLDER_SMLAD_WORD

// Half the flash, for a ninth of the speed. [w0] and [w1] are made of one word of weights, which
// takes a cycle more: nine a word.
#define SOLDER_SMLAD_WORD                   \
  "sxtb16 %[w1], %[w0], ror #8        \n\t" \
  "ldr   %[x1], [%[x]], #4            \n\t" \
  "sxtb16 %[w0], %[w0]                \n\t" \
  "smlad %[b0], %[x0], %[w1], %[b0]   \n\t" \
  "smlad %[b1], %[x1], %[w1], %[b1]   \n\t" \
  "smlad %[a0], %[x0], %[w0], %[a0]   \n\t" \
  "ldr   %[x0], [%[x]], #4            \n\t" \
  "smlad %[a1], %[x1], %[w0], %[a1]   \n\t" \
  "ldr   %[x1], [%[x]], #4            \n\t" \
  "smlad %[b2], %[x0], %[w1], %[b2]   \n\t" \
  "smlad %[b3], %[x1], %[w1], %[b3]   \n\t" \
  "smlad %[a2], %[x0], %[w0], %[a2]   \n\t" \
  "ldr   %[x0], [%[x]], #4            \n\t" \
  "smlad %[a3], %[x1], %[w0], %[a3]   \n\t"

struct Int8Weights {
  static constexpr int32_t kReadAhead = 1;
  static constexpr int32_t code_bytes(int32_t words) { return words * 60; }

  static int32_t twice(int32_t sum) { return 2 * sum; }

  [[gnu::always_inline]] static const uint32_t* multiply(const Windows<Int8Weights>& windows,
                                                         const uint32_t* weights,
                                                         int32_t (&sums)[2][4]) {
    const uint32_t* x = windows.begin;
    uint32_t x0, x1, w0, w1;
    asm volatile(
        "ldr   %[w1], %[skipped_code]       \n\t"
        "ldr   %[w0], [%[w]], #4            \n\t"
        "ldr   %[x0], [%[x]], #4            \n\t"
        ".balign 4                          \n\t"
        "add   pc, %[w1]                    \n\t"
        "nop                                \n"
        "1:                                 \n\t" SOLDER_SMLAD_WORD
        "ldr   %[w0], [%[w]], #4            \n\t" SOLDER_SMLAD_WORD
        "ldr   %[w0], [%[w]], #4            \n\t" SOLDER_SMLAD_WORD
        "ldr   %[w0], [%[w]], #4            \n\t" SOLDER_SMLAD_WORD
        "ldr   %[w0], [%[w]], #4            \n\t" SOLDER_SMLAD_WORD
        "ldr   %[w0], [%[w]], #4            \n\t" SOLDER_SMLAD_WORD
        "ldr   %[w0], [%[w]], #4            \n\t" SOLDER_SMLAD_WORD
        "ldr   %[w0], [%[w]], #4            \n\t" SOLDER_SMLAD_WORD
        "ldr   %[w0], %[end]                \n\t"
        "pld   [%[w], #64]                  \n\t"
        "cmp   %[x], %[w0]                  \n\t"
        "ldr   %[w0], [%[w]], #4            \n\t"
        "bne   1b                           \n\t"
        "pld   [%[w], #92]                  \n\t" SOLDER_SMLAD_OPERANDS);
    return weights - 1;
  }
};

#undef SOLDER_SMLAD_WORD
#undef SOLDER_SMLAD_OPERANDS

#else

template <class Weights>
struct Windows {
  const uint32_t* begin;
  int32_t words;

  Windows(const uint32_t* windows, int32_t count) : begin(windows), words(count) {}
};

struct Int16Weights {
  static int32_t twice(int32_t sum) { return sum; }

  static const uint32_t* multiply(const Windows<Int16Weights>& windows, const uint32_t* weights,
                                  int32_t (&sums)[2][4]) {
    const uint32_t* x = windows.begin;
    for (int32_t w = windows.words; w > 0; --w, x += 4, weights += 2)
      for (int32_t c = 0; c < 2; ++c)
        for (int32_t i = 0; i < 4; ++i) sums[c][i] = dsp::smlad(x[i], weights[c], sums[c][i]);
    return weights;
  }
};

struct Int8Weights {
  static int32_t twice(int32_t sum) { return 2 * sum; }

  static const uint32_t* multiply(const Windows<Int8Weights>& windows, const uint32_t* weights,
                                  int32_t (&sums)[2][4]) {
    const uint32_t* x = windows.begin;
    for (int32_t w = windows.words; w > 0; --w, x += 4, ++weights) {
      for (int32_t i = 0; i < 4; ++i) {
        sums[0][i] = dsp::smlad(x[i], dsp::sxtb16(*weights), sums[0][i]);
        sums[1][i] = dsp::smlad(x[i], dsp::sxtb16_ror8(*weights), sums[1][i]);
      }
    }
    return weights;
  }
};

#endif

}  // namespace solder::armv7em
