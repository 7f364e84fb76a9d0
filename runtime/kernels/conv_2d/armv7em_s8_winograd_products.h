// The products of a Winograd convolution: at each position of the tiles a matrix product over the
// input channels.
#pragma once

#include <cstdint>

#include "runtime/kernels/armv7em/dsp.h"
#include "runtime/kernels/conv_2d/winograd_s8.h"

namespace solder::armv7em {

// A group of four output channels. inputs and products as Layout says; filter: [positions,
// channels, kChannels], int16 pairs.
template <int32_t kPositions>
void multiply_positions(const uint32_t* inputs, const uint32_t* filter, int32_t* products,
                        int32_t pairs, int32_t channels);

#ifdef __ARM_FEATURE_DSP
// clang-format off

// Two tiles times four channels: eight products in eight cycles, six loads beside them. x0, x1: the
// tiles' inputs, w0, w1: weights, taking turns; what is loaded is used two cycles later at the
// earliest. k: which pair of channels of a round, next: the one after it.
#define START(sum, x, w) "smuad %[" sum "], %[" x "], %[" w "]\n"
#define ADD(sum, x, w) "smlad %[" sum "], %[" x "], %[" w "], %[" sum "]\n"
#define WEIGHT(to, k, c) "ldr %[" to "], [%[filter], #(" #k "*4+" #c ")*4]\n"
#define INPUT(x, k, tile) "ldr %[" x "], [%[inputs], #" #k "*%c[step]+4*" #tile "]\n"
#define AHEAD(offset) "pld [%[filter], #" #offset "]\n"
#define FIRST_WEIGHTS(PRODUCT, k, other)         \
  PRODUCT("a0", "x0", "w0") WEIGHT("w1", k, 1)   \
  PRODUCT("b0", "x1", "w0") WEIGHT("w0", k, 2)   \
  PRODUCT("a1", "x0", "w1") other                \
  PRODUCT("b1", "x1", "w1") WEIGHT("w1", k, 3)
#define CHANNEL_PAIR(PRODUCT, k, next, other)    \
  FIRST_WEIGHTS(PRODUCT, k, other)               \
  PRODUCT("a2", "x0", "w0")                      \
  PRODUCT("b2", "x1", "w0") WEIGHT("w0", next, 0) \
  PRODUCT("a3", "x0", "w1") INPUT("x0", next, 0) \
  PRODUCT("b3", "x1", "w1") INPUT("x1", next, 1)

// Pairs 1 to 7 of a round of eight. Weights come from flash meanwhile, those of the next round,
// too. It leaves in the middle (to 5) when the last round has only four.
#define REST_OF_ROUND                                            \
  CHANNEL_PAIR(ADD, 1, 2, AHEAD(96))                             \
  CHANNEL_PAIR(ADD, 2, 3, "")                                    \
  ADD("a0", "x0", "w0") WEIGHT("w1", 3, 1)                       \
  ADD("b0", "x1", "w0") "ldr %[w0], %[last_round]\n"             \
  ADD("a1", "x0", "w1") "cmp %[filter], %[w0]\n"                 \
  ADD("b1", "x1", "w1") WEIGHT("w0", 3, 2)                       \
  AHEAD(128)                                                     \
  ADD("a2", "x0", "w0") WEIGHT("w1", 3, 3)                       \
  ADD("b2", "x1", "w0") WEIGHT("w0", 4, 0)                       \
  ADD("a3", "x0", "w1") INPUT("x0", 4, 0)                        \
  ADD("b3", "x1", "w1") INPUT("x1", 4, 1)                        \
  "bhi 5f\n"                                                     \
  CHANNEL_PAIR(ADD, 4, 5, "")                                    \
  CHANNEL_PAIR(ADD, 5, 6, AHEAD(160))                            \
  CHANNEL_PAIR(ADD, 6, 7, "")                                    \
  FIRST_WEIGHTS(ADD, 7, AHEAD(192))                              \
  ADD("a2", "x0", "w0") "add %[inputs], %[inputs], #8*%c[step]\n" \
  ADD("b2", "x1", "w0") "ldr %[w0], [%[filter], #128]!\n"        \
  ADD("a3", "x0", "w1") INPUT("x0", 0, 0)                        \
  ADD("b3", "x1", "w1") INPUT("x1", 0, 1)

template <int32_t kPositions>
void multiply_positions(const uint32_t* inputs, const uint32_t* filter, int32_t* products,
                        int32_t pairs, int32_t channels) {
  constexpr int32_t kStep = kPositions * 8;  // bytes from one pair of channels to the next
  constexpr int32_t kPairBytes = kPositions * 32;
  const int32_t filter_bytes = channels * 16;
  const int32_t input_bytes = pairs * channels * kStep - 8;
  const int32_t product_bytes = pairs * kPairBytes - 32;
  const uint32_t* const end = filter + kPositions * channels * 4;
  // Of a position: its weights, where a round of them is the last one, its products' end.
  const uint32_t* weights = filter;
  const uint32_t* last_round = filter + channels * 4 - 32;
  int32_t* products_end = products + pairs * kPairBytes / 4;
  uint32_t x0, x1, w0, w1;
  // In the order in which STM stores them.
  register int32_t a0 asm("r6"), a1 asm("r7"), a2 asm("r8"), a3 asm("r9"), b0 asm("r10"),
      b1 asm("r11"), b2 asm("r12"), b3 asm("lr");
  asm volatile(
      "1:\n"  // a position
      WEIGHT("w0", 0, 0)
      INPUT("x0", 0, 0)
      INPUT("x1", 0, 1)
      "2:\n"  // two tiles
      CHANNEL_PAIR(START, 0, 1, "")
      "3:\n"
      REST_OF_ROUND
      "beq 4f\n"
      CHANNEL_PAIR(ADD, 0, 1, "")
      "b 3b\n"
      "5:\n"
      "add %[inputs], %[inputs], #4*%c[step]\n"
      "4:\n"
      "ldr %[w1], %[products]\n"
      "ldr %[filter], %[weights]\n"
      "stm %[w1]!, {%[a0], %[a1], %[a2], %[a3], %[b0], %[b1], %[b2], %[b3]}\n"
      "ldr %[a0], %[products_end]\n"
      "add %[w1], %[w1], %[to_next_pair]\n"
      WEIGHT("w0", 0, 0)
      "cmp %[w1], %[a0]\n"
      "str %[w1], %[products]\n"
      "bne 2b\n"
      "ldr %[a1], %[product_bytes]\n"
      "ldr %[a2], %[filter_bytes]\n"
      "ldr %[a3], %[input_bytes]\n"
      "ldr %[b0], %[last_round]\n"
      "ldr %[b1], %[end]\n"
      "sub %[w1], %[w1], %[a1]\n"
      "str %[w1], %[products]\n"
      "add %[a0], %[a0], #32\n"
      "str %[a0], %[products_end]\n"
      "add %[filter], %[filter], %[a2]\n"
      "str %[filter], %[weights]\n"
      "add %[b0], %[b0], %[a2]\n"
      "str %[b0], %[last_round]\n"
      "sub %[inputs], %[inputs], %[a3]\n"
      "cmp %[filter], %[b1]\n"
      "bne 1b\n"
      : [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2), [a3] "=&r"(a3), [b0] "=&r"(b0),
        [b1] "=&r"(b1), [b2] "=&r"(b2), [b3] "=&r"(b3), [x0] "=&l"(x0), [x1] "=&l"(x1),
        [w0] "=&l"(w0), [w1] "=&l"(w1), [inputs] "+l"(inputs), [filter] "+l"(filter),
        [products] "+m"(products), [products_end] "+m"(products_end), [weights] "+m"(weights),
        [last_round] "+m"(last_round)
      : [filter_bytes] "m"(filter_bytes), [input_bytes] "m"(input_bytes),
        [product_bytes] "m"(product_bytes), [end] "m"(end), [to_next_pair] "n"(kPairBytes - 32),
        [step] "n"(kStep)
      : "cc", "memory");
}

#undef START
#undef ADD
#undef WEIGHT
#undef INPUT
#undef AHEAD
#undef FIRST_WEIGHTS
#undef CHANNEL_PAIR
#undef REST_OF_ROUND

// clang-format on
#else

template <int32_t kPositions>
void multiply_positions(const uint32_t* inputs, const uint32_t* filter, int32_t* products,
                        int32_t pairs, int32_t channels) {
  for (int32_t position = 0; position < kPositions; ++position) {
    for (int32_t tile = 0; tile < 2 * pairs; ++tile) {
      for (int32_t c = 0; c < winograd::kChannels; ++c) {
        int32_t sum = 0;
        for (int32_t k = 0; k < channels; ++k)
          sum =
              dsp::smlad(inputs[((tile / 2 * channels + k) * kPositions + position) * 2 + tile % 2],
                         filter[(position * channels + k) * winograd::kChannels + c], sum);
        products[((tile / 2 * kPositions + position) * 2 + tile % 2) * winograd::kChannels + c] =
            sum;
      }
    }
  }
}

#endif

}  // namespace solder::armv7em
