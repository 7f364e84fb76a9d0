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
// earliest.
#define START(sum, x, w) "smuad %[" sum "], %[" x "], %[" w "]\n"
#define ADD(sum, x, w) "smlad %[" sum "], %[" x "], %[" w "], %[" sum "]\n"
#define WEIGHT(to, offset) "ldr %[" to "], [%[filter], #" offset "]\n"
#define INPUT(to, offset) "ldr %[" to "], [%[inputs], #" offset "]\n"
#define CHANNEL_PAIR(PRODUCT, weight1, weight2, weight3, next_weight0, next_x0, next_x1, other) \
  PRODUCT("a0", "x0", "w0") weight1                                                             \
  PRODUCT("b0", "x1", "w0") weight2                                                             \
  PRODUCT("a1", "x0", "w1") other                                                               \
  PRODUCT("b1", "x1", "w1") weight3                                                             \
  PRODUCT("a2", "x0", "w0")                                                                     \
  PRODUCT("b2", "x1", "w0") next_weight0                                                        \
  PRODUCT("a3", "x0", "w1") next_x0                                                             \
  PRODUCT("b3", "x1", "w1") next_x1

// The weights of the next four come from flash meanwhile. Sets flags: equal at the last ones.
#define FOUR_CHANNEL_PAIRS(FIRST)                                                               \
  CHANNEL_PAIR(FIRST, WEIGHT("w1", "4"), WEIGHT("w0", "8"), WEIGHT("w1", "12"),                 \
               WEIGHT("w0", "16"), INPUT("x0", "1*%c[step]"), INPUT("x1", "1*%c[step]+4"),      \
               "pld [%[filter], #64]\n")                                                        \
  CHANNEL_PAIR(ADD, WEIGHT("w1", "20"), WEIGHT("w0", "24"), WEIGHT("w1", "28"),                 \
               WEIGHT("w0", "32"), INPUT("x0", "2*%c[step]"), INPUT("x1", "2*%c[step]+4"), "")  \
  CHANNEL_PAIR(ADD, WEIGHT("w1", "36"), WEIGHT("w0", "40"), WEIGHT("w1", "44"),                 \
               WEIGHT("w0", "48"), INPUT("x0", "3*%c[step]"), INPUT("x1", "3*%c[step]+4"),      \
               "pld [%[filter], #96]\n")                                                        \
  ADD("a0", "x0", "w0") WEIGHT("w1", "52")                                                      \
  ADD("b0", "x1", "w0") "ldr %[w0], %[last_filter]\n"                                           \
  ADD("a1", "x0", "w1") "cmp %[filter], %[w0]\n"                                                \
  ADD("b1", "x1", "w1") WEIGHT("w0", "56")                                                      \
  "add %[inputs], %[inputs], #4*%c[step]\n"                                                     \
  "add %[filter], %[filter], #64\n"                                                             \
  ADD("a2", "x0", "w0") WEIGHT("w1", "-4")                                                      \
  ADD("b2", "x1", "w0") WEIGHT("w0", "0")                                                       \
  ADD("a3", "x0", "w1") "ldr %[x0], [%[inputs]]\n"                                              \
  ADD("b3", "x1", "w1") "ldr %[x1], [%[inputs], #4]\n"

template <int32_t kPositions>
void multiply_positions(const uint32_t* inputs, const uint32_t* filter, int32_t* products,
                        int32_t pairs, int32_t channels) {
  constexpr int32_t kStep = kPositions * 8;  // bytes from one pair of channels to the next
  const int32_t filter_bytes = channels * 16;
  const int32_t input_bytes = pairs * channels * kStep - 8;
  const int32_t product_bytes = pairs * kPositions * 32 - 32;
  const uint32_t* last_filter = filter + channels * 4 - 16;
  int32_t pairs_left = pairs, positions_left = kPositions;
  int32_t a0, a1, a2, a3, b0, b1, b2, b3;
  uint32_t x0, x1, w0, w1;
  asm volatile(
      "1:\n"
      WEIGHT("w0", "0")
      "ldr %[x0], [%[inputs]]\n"
      "ldr %[x1], [%[inputs], #4]\n"
      "2:\n"
      FOUR_CHANNEL_PAIRS(START)
      "beq 4f\n"
      "3:\n"
      FOUR_CHANNEL_PAIRS(ADD)
      "bne 3b\n"
      "4:\n"  // of two tiles
      "ldr %[w0], %[products]\n"
      "ldr %[w1], %[pairs_left]\n"
      "subs %[w1], %[w1], #1\n"
      "strd %[a0], %[a1], [%[w0]]\n"
      "strd %[a2], %[a3], [%[w0], #8]\n"
      "strd %[b0], %[b1], [%[w0], #16]\n"
      "strd %[b2], %[b3], [%[w0], #24]\n"
      "ldr %[a0], %[filter_bytes]\n"
      "add %[w0], %[w0], %[product_step]\n"
      "str %[w1], %[pairs_left]\n"
      "sub %[filter], %[filter], %[a0]\n"
      "str %[w0], %[products]\n"
      "mov %[a1], %[w0]\n"
      WEIGHT("w0", "0")
      "bne 2b\n"
      // of a position
      "ldr %[w1], %[input_bytes]\n"
      "ldr %[b0], %[product_bytes]\n"
      "ldr %[b1], %[last_filter]\n"
      "ldr %[w0], %[positions_left]\n"
      "ldr %[b2], %[pairs]\n"
      "sub %[inputs], %[inputs], %[w1]\n"
      "sub %[a1], %[a1], %[b0]\n"
      "str %[a1], %[products]\n"
      "add %[b1], %[b1], %[a0]\n"
      "str %[b1], %[last_filter]\n"
      "add %[filter], %[filter], %[a0]\n"
      "str %[b2], %[pairs_left]\n"
      "subs %[w0], %[w0], #1\n"
      "str %[w0], %[positions_left]\n"
      "bne 1b\n"
      : [a0] "=&r"(a0), [a1] "=&r"(a1), [a2] "=&r"(a2), [a3] "=&r"(a3), [b0] "=&r"(b0),
        [b1] "=&r"(b1), [b2] "=&r"(b2), [b3] "=&r"(b3), [x0] "=&l"(x0), [x1] "=&l"(x1),
        [w0] "=&l"(w0), [w1] "=&l"(w1), [inputs] "+l"(inputs), [filter] "+l"(filter),
        [products] "+m"(products), [last_filter] "+m"(last_filter), [pairs_left] "+m"(pairs_left),
        [positions_left] "+m"(positions_left)
      : [filter_bytes] "m"(filter_bytes), [input_bytes] "m"(input_bytes),
        [product_bytes] "m"(product_bytes), [pairs] "m"(pairs), [product_step] "n"(kPositions * 32),
        [step] "n"(kStep)
      : "cc", "memory");
}

#undef START
#undef ADD
#undef WEIGHT
#undef INPUT
#undef CHANNEL_PAIR
#undef FOUR_CHANNEL_PAIRS

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
