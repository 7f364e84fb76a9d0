// Transforms of a Winograd convolution for tiles of 2x2 outputs, 4x4 inputs.
// G = [2 0 0; 1 1 1; 1 -1 1; 0 0 2]: the result is four times the convolution. Inputs are as they
// are.
#pragma once

#include "runtime/kernels/armv7em/requantize.h"
#include "runtime/kernels/conv_2d/armv7em_s8_winograd_tile.h"

namespace solder::armv7em {

struct Tile2x2 {
  using Requantization = PackedRequantization;
  static constexpr int32_t kOutputs = 2, kSize = 4, kPositions = kSize * kSize;
  static constexpr uint32_t kFlippedBits = 0;  // of the inputs

  // Of four channels the first and third, or the others (kOdd), `count` columns that are
  // neighbours, each to kSize words.
  template <bool kOdd>
  static void transform_columns(const TileInput& input, int32_t count, uint32_t* to);
  // Of the columns of a tile the rows, to every second word.
  static void transform_rows(const uint32_t* columns, uint32_t* to);

  // Of one channel: twice the convolution and bias, requantized, to every fourth byte. kPool: only
  // the largest.
  template <bool kPool>
  static void store_output(const int32_t* products, const PackedRequantization& r, uint32_t* work,
                           int8_t* to);
};

#ifdef __ARM_FEATURE_DSP
// clang-format off

#define EVEN(d) "sxtb16 %[" d "], %[" d "]\n"
#define ODD(d) "sxtb16 %[" d "], %[" d "], ror #8\n"
#define KEPT(to, x) "ldr %[" to "], [%[columns], #" #x "*16]\n"
#define STORE(from, x) "str %[" from "], [%[to], #" #x "*8]\n"

// In the order in which STM stores the results: t0, t1, d2, d1.
#define REGISTERS \
  register uint32_t t0 asm("r0"), t1 asm("r1"), d2 asm("r2"), d1 asm("r3"); \
  uint32_t d0, d3

// d0 - d2, d1 + d2, d2 - d1, d1 - d3 of two int16 at a time.
#define TRANSFORM                  \
  "ssub16 %[t0], %[d0], %[d2]\n"   \
  "sadd16 %[t1], %[d1], %[d2]\n"   \
  "ssub16 %[d2], %[d2], %[d1]\n"   \
  "ssub16 %[d1], %[d1], %[d3]\n"

// Rows 0 and 2 from `top` on, 1 and 3 from `bottom` on.
#define COLUMNS(EXTRACT)                                   \
  "1:\n"                                                   \
  "ldr %[d0], [%[top]]\n"                                  \
  "ldr %[d2], [%[top], %[row], lsl #1]\n"                  \
  EXTRACT("d0") "ldr %[d1], [%[bottom]]\n"                 \
  EXTRACT("d2") "ldr %[d3], [%[bottom], %[row], lsl #1]\n" \
  EXTRACT("d1") "add %[top], %[top], %[pixel]\n"           \
  EXTRACT("d3") "add %[bottom], %[bottom], %[pixel]\n"     \
  "subs %[count], %[count], #1\n"                          \
  TRANSFORM                                                \
  "stm %[to]!, {%[t0], %[t1], %[d2], %[d1]}\n"             \
  "bne 1b\n"

template <bool kOdd>
[[gnu::noinline]] void Tile2x2::transform_columns(const TileInput& input, int32_t count,
                                                  uint32_t* to) {
  const uint32_t* top = input.from;
  const uint32_t* bottom = top + input.row;
  REGISTERS;
#define OPERANDS                                                                               \
      : [d0] "=&r"(d0), [d1] "=&r"(d1), [d2] "=&r"(d2), [d3] "=&r"(d3), [t0] "=&r"(t0),        \
        [t1] "=&r"(t1), [top] "+r"(top), [bottom] "+r"(bottom), [count] "+r"(count),           \
        [to] "+r"(to)                                                                          \
      : [row] "r"(4 * input.row), [pixel] "r"(4 * input.pixel)                                 \
      : "cc", "memory"
  if constexpr (kOdd)
    asm volatile(COLUMNS(ODD) OPERANDS);
  else
    asm volatile(COLUMNS(EVEN) OPERANDS);
#undef OPERANDS
}

// Loads of the next row beside the last stores of one; what the last row loads is there, too.
inline void Tile2x2::transform_rows(const uint32_t* columns, uint32_t* to) {
  REGISTERS;
  int32_t left = kSize;
  asm volatile(
      KEPT("d2", 2) KEPT("d3", 3)
      "1:\n"
      KEPT("d1", 1) "subs %[left], %[left], #1\n"
      "ldr %[d0], [%[columns]], #4\n"
      "sadd16 %[t1], %[d1], %[d2]\n"
      "ssub16 %[t0], %[d0], %[d2]\n" STORE("t1", 1)
      "ssub16 %[d2], %[d2], %[d1]\n"
      "ssub16 %[d1], %[d1], %[d3]\n" STORE("d2", 2)
      STORE("d1", 3) KEPT("d2", 2)
      "str %[t0], [%[to]], #32\n" KEPT("d3", 3)
      "bne 1b\n"
      : [d0] "=&r"(d0), [d1] "=&r"(d1), [d2] "=&r"(d2), [d3] "=&r"(d3), [t0] "=&r"(t0),
        [t1] "=&r"(t1), [columns] "+r"(columns), [to] "+r"(to), [left] "+r"(left)
      :
      : "cc", "memory");
}

#undef EVEN
#undef ODD
#undef KEPT
#undef STORE
#undef REGISTERS
#undef TRANSFORM
#undef COLUMNS

#define LOAD(to, y, x) "ldr %[" to "], [%[products], #(" #y "*4+" #x ")*32]\n"
#define ADD(to, a, b) "add %[" to "], %[" a "], %[" b "]\n"
#define SUB(to, a, b) "sub %[" to "], %[" a "], %[" b "]\n"
// Of a column of products, in u, v, c and d, u = u + v + c and v = v - c - d; and loads of the next
// column beside that.
#define COLUMN(u, v, NEXT, next_u, next_v, next) \
  ADD(u, u, v) NEXT(next_v, 1, next)             \
  SUB(v, v, "c") NEXT(next_u, 0, next)           \
  ADD(u, u, "c") NEXT("c", 2, next)              \
  SUB(v, v, "d") NEXT("d", 3, next)
#define NOTHING(to, y, x)
// The bias comes with a product that is in all four outputs.
#define COLUMNS                                                                 \
  LOAD("v0", 1, 0) LOAD("u0", 0, 0) LOAD("c", 2, 0) LOAD("d", 3, 0)             \
  COLUMN("u0", "v0", LOAD, "u1", "v1", 1) "add %[v1], %[v1], %[bias], lsl #1\n" \
  COLUMN("u1", "v1", LOAD, "u2", "v2", 2)                                       \
  COLUMN("u2", "v2", LOAD, "u3", "v3", 3)                                       \
  COLUMN("u3", "v3", NOTHING, "", "", 4)
// Two rows to four outputs, in u0, u1, v0 and v1.
#define ROWS                                  \
  ADD("u0", "u0", "u1") SUB("u1", "u1", "u2") \
  ADD("v0", "v0", "v1") SUB("v1", "v1", "v2") \
  ADD("u0", "u0", "u2") SUB("u1", "u1", "u3") \
  ADD("v0", "v0", "v2") SUB("v1", "v1", "v3")
#define CONSTANTS          \
  "ldr %[c], [%[r], #8]\n" \
  "ldr %[d], [%[r], #4]\n" \
  "ldr %[bias], [%[r], #12]\n"
#define LARGER(a, b, t)                         \
  SUB(t, a, b)                                  \
  "bic %[" t "], %[" t "], %[" t "], asr #31\n" \
  ADD(b, b, t)

template <bool kPool>
inline void Tile2x2::store_output(const int32_t* products, const PackedRequantization& r,
                                  uint32_t* /*work*/, int8_t* to) {
  uint32_t u0, u1, u2, u3, v0, v1, v2, v3, c, d;
  int32_t bias = r.bias;
#define OPERANDS                                                                               \
      : [u0] "=&r"(u0), [u1] "=&r"(u1), [u2] "=&r"(u2), [u3] "=&r"(u3), [v0] "=&r"(v0),        \
        [v1] "=&r"(v1), [v2] "=&r"(v2), [v3] "=&r"(v3), [c] "=&r"(c), [d] "=&r"(d),            \
        [bias] "+r"(bias)                                                                      \
      : [products] "r"(products), [r] "r"(&r), [to] "r"(to)                                    \
      : "memory"
  if constexpr (kPool) {
    asm volatile(
        COLUMNS
        ROWS
        SUB("u2", "u0", "u1")
        CONSTANTS
        SUB("v2", "v0", "v1")
        "bic %[u2], %[u2], %[u2], asr #31\n"
        "bic %[v2], %[v2], %[v2], asr #31\n"
        ADD("u1", "u1", "u2")
        ADD("v1", "v1", "v2")
        LARGER("u1", "v1", "u2")
        "asr %[v1], %[v1], #1\n"
        "add %[c], %[c], %[v1], asr #31\n"
        "smmlar %[v1], %[v1], %[d], %[c]\n"
        "asr %[v1], %[v1], %[bias]\n"
        "ssat %[v1], #8, %[v1]\n"
        "strb %[v1], [%[to]]\n"
        OPERANDS);
  } else {
    asm volatile(
        COLUMNS
        ROWS
        CONSTANTS
        "asr %[u0], %[u0], #1\n"
        "asr %[u1], %[u1], #1\n"
        "asr %[v0], %[v0], #1\n"
        "asr %[v1], %[v1], #1\n"
        "add %[u2], %[c], %[u0], asr #31\n"
        "smmlar %[u0], %[u0], %[d], %[u2]\n"
        "add %[u3], %[c], %[u1], asr #31\n"
        "smmlar %[u1], %[u1], %[d], %[u3]\n"
        "add %[u2], %[c], %[v0], asr #31\n"
        "smmlar %[v0], %[v0], %[d], %[u2]\n"
        "add %[u3], %[c], %[v1], asr #31\n"
        "smmlar %[v1], %[v1], %[d], %[u3]\n"
        "asr %[u0], %[u0], %[bias]\n"
        "ssat %[u0], #8, %[u0]\n"
        "asr %[u1], %[u1], %[bias]\n"
        "ssat %[u1], #8, %[u1]\n"
        "strb %[u0], [%[to]]\n"
        "asr %[v0], %[v0], %[bias]\n"
        "strb %[u1], [%[to], #4]\n"
        "ssat %[v0], #8, %[v0]\n"
        "asr %[v1], %[v1], %[bias]\n"
        "ssat %[v1], #8, %[v1]\n"
        "strb %[v0], [%[to], #8]\n"
        "strb %[v1], [%[to], #12]\n"
        OPERANDS);
  }
#undef OPERANDS
}

#undef LOAD
#undef ADD
#undef SUB
#undef COLUMN
#undef NOTHING
#undef COLUMNS
#undef ROWS
#undef CONSTANTS
#undef LARGER

// clang-format on
#else

namespace winograd_2x2 {

// Two int16 at a time.
inline void transform(const uint32_t (&d)[4], uint32_t (&v)[4]) {
  v[0] = dsp::ssub16(d[0], d[2]);
  v[1] = dsp::sadd16(d[1], d[2]);
  v[2] = dsp::ssub16(d[2], d[1]);
  v[3] = dsp::ssub16(d[1], d[3]);
}

}  // namespace winograd_2x2

template <bool kOdd>
void Tile2x2::transform_columns(const TileInput& input, int32_t count, uint32_t* to) {
  for (int32_t x = 0; x < count; ++x, to += kSize) {
    uint32_t d[kSize], v[kSize];
    for (int32_t y = 0; y < kSize; ++y)
      d[y] = kOdd ? dsp::sxtb16_ror8(input.at(y, x)) : dsp::sxtb16(input.at(y, x));
    winograd_2x2::transform(d, v);
    for (int32_t y = 0; y < kSize; ++y) to[y] = v[y];
  }
}

inline void Tile2x2::transform_rows(const uint32_t* columns, uint32_t* to) {
  for (int32_t y = 0; y < kSize; ++y) {
    const uint32_t d[] = {columns[y], columns[kSize + y], columns[2 * kSize + y],
                          columns[3 * kSize + y]};
    uint32_t v[kSize];
    winograd_2x2::transform(d, v);
    for (int32_t x = 0; x < kSize; ++x) to[2 * (y * kSize + x)] = v[x];
  }
}

template <bool kPool>
void Tile2x2::store_output(const int32_t* products, const PackedRequantization& r,
                           uint32_t* /*work*/, int8_t* to) {
  uint32_t top[kSize], bottom[kSize];
  for (int32_t x = 0; x < kSize; ++x) {
    const auto at = [&](int32_t y) {
      return static_cast<uint32_t>(products[(y * kSize + x) * 2 * winograd::kChannels]);
    };
    top[x] = at(0) + at(1) + at(2);
    bottom[x] = at(1) - at(2) - at(3);
  }
  const auto half = [&](uint32_t sum) {
    return static_cast<int32_t>(sum + 2 * static_cast<uint32_t>(r.bias)) >> 1;
  };
  const int32_t twice[] = {half(top[0] + top[1] + top[2]), half(top[1] - top[2] - top[3]),
                           half(bottom[0] + bottom[1] + bottom[2]),
                           half(bottom[1] - bottom[2] - bottom[3])};
  if constexpr (kPool) {
    *to = static_cast<int8_t>(requantize(largest(twice), r));
  } else {
    for (int32_t i = 0; i < 4; ++i)
      to[i * winograd::kChannels] = static_cast<int8_t>(requantize(twice[i], r));
  }
}

#endif

}  // namespace solder::armv7em
