// Transforms of a Winograd convolution for tiles of 4x4 outputs, 6x6 inputs.
// G = [6 0 0; -4 -4 -4; -4 4 -4; 1 2 4; 1 -2 4; 0 0 12]: the result is 576 times the convolution.
// Inputs are 128 more than they are, in [0, 255], so that two of them in a word are added and
// shifted like one number.
#pragma once

#include "runtime/kernels/armv7em/dsp.h"
#include "runtime/kernels/conv_2d/armv7em_s8_winograd_tile.h"

namespace solder::armv7em {

struct Tile4x4 {
  using Requantization = Winograd4x4Requantization;
  static constexpr int32_t kOutputs = 4, kSize = 6, kPositions = kSize * kSize;
  static constexpr uint32_t kFlippedBits = 0x80808080;

  // Of four channels the first and third, or the others (kOdd), `count` columns that are
  // neighbours, each to kSize words.
  template <bool kOdd>
  static void transform_columns(const TileInput& input, int32_t count, uint32_t* to);
  // Of the columns of a tile the rows, to every second word.
  static void transform_rows(const uint32_t* columns, uint32_t* to);

  // Of one channel, requantized, to every fourth byte. kPool: only the largest of each four. work:
  // memory of kPositions words.
  template <bool kPool>
  static void store_output(const int32_t* products, const Requantization& r, uint32_t* work,
                           int8_t* to);

 private:
  // What the columns of products become.
  using Rows = uint32_t[kOutputs][kSize];

  // The bias is added to a product that is in every output.
  [[gnu::always_inline]] static inline void reduce_columns(const int32_t* products, uint32_t bias,
                                                           Rows& to);
  // With a right shift of kRightShift4x4; kRelu: with below_zero = 0.
  template <bool kRelu>
  [[gnu::always_inline]] static inline void store_rows(const Rows& rows, const Requantization& r,
                                                       int8_t* to);
  static void store_rows_of_any_shift(const Rows& rows, const Requantization& r, int8_t* to);
  // Of each row its sums times `inverse`, in its place: the larger of two and of two.
  [[gnu::always_inline]] static inline void pool_rows(uint32_t inverse, Rows& rows);

  static int8_t requantize(int32_t v, const Requantization& r) {
    const int32_t rounding = r.rounding + (r.below_zero & v >> 31);
    return static_cast<int8_t>(dsp::ssat8(dsp::smmla(v, r.multiplier, rounding) >> r.right_shift));
  }

  // A word is high * 2^16 + low, so that above a negative low half the high one is one short.
  // Adding 2^15 mends that and flips the low half's sign, which is flipped back. Added to the last
  // two of a row, it is in every result.
  static constexpr uint32_t kSign = 0x8000;

  static void transform(const uint32_t (&d)[kSize], uint32_t (&v)[kSize]) {
    const uint32_t a = d[4] - d[2], b = d[3] - d[1];
    const uint32_t p = d[4] - (d[2] << 2), q = d[3] - (d[1] << 2);
    v[0] = a + ((d[0] - d[2]) << 2);
    v[1] = p + q;
    v[2] = p - q;
    v[3] = a + (b << 1);
    v[4] = a - (b << 1);
    v[5] = d[5] - d[3] - (b << 2);
  }
  static void reduce(const uint32_t (&m)[kSize], uint32_t (&y)[kOutputs]) {
    const uint32_t s = m[1] + m[2], d = m[1] - m[2], p = m[3] + m[4], q = m[3] - m[4];
    y[0] = m[0] + s + p;
    y[1] = d + (q << 1);
    y[2] = s + (p << 2);
    y[3] = d + (q << 3) + (m[5] << 1);
  }
};

inline void Tile4x4::store_rows_of_any_shift(const Rows& rows, const Requantization& r,
                                             int8_t* to) {
  for (const auto& row : rows) {
    uint32_t sums[kOutputs];
    reduce(row, sums);
    for (const uint32_t sum : sums) {
      *to = requantize(static_cast<int32_t>(sum * static_cast<uint32_t>(r.inverse)), r);
      to += winograd::kChannels;
    }
  }
}

template <bool kPool>
[[gnu::noinline]] void Tile4x4::store_output(const int32_t* products, const Requantization& r,
                                             uint32_t* work, int8_t* to) {
  Rows& rows = *reinterpret_cast<Rows*>(work);
  reduce_columns(products, static_cast<uint32_t>(r.bias), rows);
  if constexpr (!kPool) {
    if (r.right_shift != winograd::kRightShift4x4) return store_rows_of_any_shift(rows, r, to);
    return r.below_zero == 0 ? store_rows<true>(rows, r, to) : store_rows<false>(rows, r, to);
  }
  pool_rows(static_cast<uint32_t>(r.inverse), rows);
  const auto larger = [&](int32_t y, int32_t x) {
    const auto above = static_cast<int32_t>(rows[y][x]),
               below = static_cast<int32_t>(rows[y + 1][x]);
    const int32_t more = above - below;
    return requantize(below + (more & ~(more >> 31)), r);
  };
  // Values first, for a store of bytes might change all else.
  const int8_t values[] = {larger(0, 0), larger(0, 1), larger(2, 0), larger(2, 1)};
  for (int32_t i = 0; i < 4; ++i) to[i * winograd::kChannels] = values[i];
}

#ifdef __ARM_FEATURE_DSP
// clang-format off

// A load or store beside every addition.
#define LOAD(to, y, x) "ldr %[" to "], [%[products], #(" #y "*6+" #x ")*32]\n"
#define KEEP(from, y, x) "str %[" from "], [%[rows], #(" #y "*6+" #x ")*4]\n"
#define ADD(to, a, b) "add %[" to "], %[" a "], %[" b "]\n"
#define SUB(to, a, b) "sub %[" to "], %[" a "], %[" b "]\n"
#define ADD_SHIFTED(to, a, b, shift) "add %[" to "], %[" a "], %[" b "], lsl #" #shift "\n"

// Column x of the products, which is in m0 to m5, and loads of the next one: its first three to n0
// to n2, the rest to m2, m4 and m0.
#define COLUMN(x, m0, m1, m2, m3, m4, m5, s, p, n0, n1, n2, NEXT, next) \
  ADD(s, m1, m2) NEXT(n1, 1, next)                                      \
  SUB(m1, m1, m2) NEXT(n2, 2, next)                                     \
  ADD(p, m3, m4) NEXT(m2, 3, next)                                      \
  SUB(m3, m3, m4) NEXT(m4, 4, next)                                     \
  ADD(m0, m0, s) NEXT(n0, 0, next)                                      \
  ADD(m0, m0, p) KEEP(m0, 0, x)                                         \
  ADD_SHIFTED(s, s, p, 2) KEEP(s, 2, x)                                 \
  ADD_SHIFTED(p, m1, m3, 1) KEEP(p, 1, x)                               \
  ADD_SHIFTED(m1, m1, m3, 3) NEXT(m0, 5, next)                          \
  ADD_SHIFTED(m1, m1, m5, 1) KEEP(m1, 3, x)
#define NOTHING(to, y, x)

#define KEPT(to, y, x) "ldr %[" to "], [%[rows], #(" #y "*6+" #x ")*4]\n"
#define SCALE(y) "mul %[" y "], %[" y "], %[inverse]\n"
#define SIGN(to, y) "and %[" to "], %[below_zero], %[" y "], asr #31\n"
#define MULTIPLY(y, rounding) "smmla %[" y "], %[" y "], %[multiplier], %[" rounding "]\n"
#define SATURATE(y) "ssat %[" y "], #8, %[" y "], asr #%c[shift]\n"
#define STORE(from, y, x) "strb %[" from "], [%[to], #(" #y "*4+" #x ")*4]\n"

// Row y of what the columns left to v, in m0, p, s and m1. m1 and m2 are loaded; m1 and m5 change
// places for the next row.
#define ROW(y, m1, m5)                           \
  ADD("s", m1, "m2") KEPT("m3", y, 3)            \
  SUB(m1, m1, "m2") KEPT("m4", y, 4)             \
  KEPT("m0", y, 0)                               \
  ADD("p", "m3", "m4") KEPT(m5, y, 5)            \
  SUB("m3", "m3", "m4") ADD("m0", "m0", "s")     \
  ADD("m0", "m0", "p")                           \
  ADD_SHIFTED("s", "s", "p", 2) SCALE("m0")      \
  ADD_SHIFTED("p", m1, "m3", 1) SCALE("s")       \
  ADD_SHIFTED(m1, m1, "m3", 3) SCALE("p")        \
  ADD_SHIFTED(m1, m1, m5, 1)

// The rest of a row, and the first loads of the next.
#define STORE_RELU_ROW(y, m1, m5, NEXT, next)    \
  MULTIPLY("m0", "rounding") SCALE(m1)           \
  MULTIPLY("s", "rounding")                      \
  MULTIPLY("p", "rounding") SATURATE("m0")       \
  MULTIPLY(m1, "rounding") SATURATE("s")         \
  SATURATE("p") STORE("m0", y, 0)                \
  SATURATE(m1) STORE("s", y, 2)                  \
  STORE("p", y, 1) NEXT(m5, next, 1)             \
  STORE(m1, y, 3) NEXT("m2", next, 2)
#define STORE_ROW(y, m1, m5, NEXT, next)         \
  SIGN("m3", "m0") SCALE(m1)                     \
  SIGN("m4", "s") ADD("m3", "m3", "rounding")    \
  MULTIPLY("m0", "m3") ADD("m4", "m4", "rounding") \
  MULTIPLY("s", "m4") SIGN("m3", "p")            \
  SIGN("m4", m1) ADD("m3", "m3", "rounding")     \
  MULTIPLY("p", "m3") ADD("m4", "m4", "rounding") \
  MULTIPLY(m1, "m4") SATURATE("m0")              \
  SATURATE("s") STORE("m0", y, 0)                \
  SATURATE("p") STORE("s", y, 2)                 \
  SATURATE(m1) NEXT(m5, next, 1)                 \
  STORE("p", y, 1) NEXT("m2", next, 2)           \
  STORE(m1, y, 3)
#define POOL_ROW(y, m1, m5, NEXT, next)          \
  SCALE(m1) NEXT(m5, next, 1)                    \
  SUB("m3", "m0", "p") NEXT("m2", next, 2)       \
  "bic %[m3], %[m3], %[m3], asr #31\n"           \
  SUB("m4", "s", m1) ADD("p", "p", "m3")         \
  "bic %[m4], %[m4], %[m4], asr #31\n"           \
  KEEP("p", y, 0) ADD(m1, m1, "m4") KEEP(m1, y, 1)

inline void Tile4x4::reduce_columns(const int32_t* products, uint32_t bias,
                                                          Rows& to) {
  uint32_t r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10;
  asm volatile(
      LOAD("r1", 1, 0) LOAD("r2", 2, 0) LOAD("r3", 3, 0) LOAD("r4", 4, 0) LOAD("r0", 0, 0)
      LOAD("r5", 5, 0)
      COLUMN(0, "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", LOAD, 1)
      ADD("r9", "r9", "bias")
      COLUMN(1, "r8", "r9", "r10", "r2", "r4", "r0", "r1", "r3", "r5", "r6", "r7", LOAD, 2)
      COLUMN(2, "r5", "r6", "r7", "r10", "r4", "r8", "r9", "r2", "r0", "r1", "r3", LOAD, 3)
      COLUMN(3, "r0", "r1", "r3", "r7", "r4", "r5", "r6", "r10", "r8", "r9", "r2", LOAD, 4)
      COLUMN(4, "r8", "r9", "r2", "r3", "r4", "r0", "r1", "r7", "r5", "r6", "r10", LOAD, 5)
      COLUMN(5, "r5", "r6", "r10", "r2", "r4", "r8", "r9", "r3", "", "", "", NOTHING, 6)
      : [r0] "=&r"(r0), [r1] "=&r"(r1), [r2] "=&r"(r2), [r3] "=&r"(r3), [r4] "=&r"(r4),
        [r5] "=&r"(r5), [r6] "=&r"(r6), [r7] "=&r"(r7), [r8] "=&r"(r8), [r9] "=&r"(r9),
        [r10] "=&r"(r10)
      : [products] "r"(products), [bias] "r"(bias), [rows] "r"(&to)
      : "memory");
}

template <bool kRelu>
inline void Tile4x4::store_rows(const Rows& rows, const Requantization& r,
                                                       int8_t* to) {
  uint32_t m0, r1, m2, m3, m4, r2, s, p;
#define STORE_ROWS(REST)                             \
      KEPT("r1", 0, 1) KEPT("m2", 0, 2)              \
      ROW(0, "r1", "r2") REST(0, "r1", "r2", KEPT, 1) \
      ROW(1, "r2", "r1") REST(1, "r2", "r1", KEPT, 2) \
      ROW(2, "r1", "r2") REST(2, "r1", "r2", KEPT, 3) \
      ROW(3, "r2", "r1") REST(3, "r2", "r1", NOTHING, 4)
#define OPERANDS                                                                               \
      : [m0] "=&r"(m0), [r1] "=&r"(r1), [m2] "=&r"(m2), [m3] "=&r"(m3), [m4] "=&r"(m4),        \
        [r2] "=&r"(r2), [s] "=&r"(s), [p] "=&r"(p)                                             \
      : [rows] "r"(&rows), [inverse] "r"(r.inverse), [multiplier] "r"(r.multiplier),           \
        [rounding] "r"(r.rounding), [shift] "n"(winograd::kRightShift4x4), [to] "r"(to)
  if constexpr (kRelu)
    asm volatile(STORE_ROWS(STORE_RELU_ROW) OPERANDS : "memory");
  else
    asm volatile(STORE_ROWS(STORE_ROW) OPERANDS, [below_zero] "r"(r.below_zero) : "memory");
#undef STORE_ROWS
#undef OPERANDS
}

inline void Tile4x4::pool_rows(uint32_t inverse, Rows& rows) {
  uint32_t m0, r1, m2, m3, m4, r2, s, p;
  asm volatile(
      KEPT("r1", 0, 1) KEPT("m2", 0, 2)
      ROW(0, "r1", "r2") POOL_ROW(0, "r1", "r2", KEPT, 1)
      ROW(1, "r2", "r1") POOL_ROW(1, "r2", "r1", KEPT, 2)
      ROW(2, "r1", "r2") POOL_ROW(2, "r1", "r2", KEPT, 3)
      ROW(3, "r2", "r1") POOL_ROW(3, "r2", "r1", NOTHING, 4)
      : [m0] "=&r"(m0), [r1] "=&r"(r1), [m2] "=&r"(m2), [m3] "=&r"(m3), [m4] "=&r"(m4),
        [r2] "=&r"(r2), [s] "=&r"(s), [p] "=&r"(p)
      : [rows] "r"(&rows), [inverse] "r"(inverse)
      : "memory");
}

#undef LOAD
#undef KEEP
#undef COLUMN
#undef NOTHING
#undef KEPT
#undef SCALE
#undef SIGN
#undef MULTIPLY
#undef SATURATE
#undef STORE
#undef ROW
#undef STORE_RELU_ROW
#undef STORE_ROW
#undef POOL_ROW

#define SUB_SHIFTED(to, a, b, shift) "sub %[" to "], %[" a "], %[" b "], lsl #" #shift "\n"
#define EVEN(d) "uxtb16 %[" d "], %[" d "]\n"
#define ODD(d) "uxtb16 %[" d "], %[" d "], ror #8\n"
#define MEND(d) "add %[" d "], %[" d "], #0x8000\n"
#define FLIP(v) "eor %[" v "], %[" v "], #0x8000\n"
#define KEPT(to, x) "ldr %[" to "], [%[columns], #" #x "*24]\n"
#define STORE(from, x) "str %[" from "], [%[to], #" #x "*8]\n"

// Registers of what transform() does in place, in the order in which STM stores its results: d0,
// d3, d4, d1, t and d5.
#define REGISTERS                                                                                \
  register uint32_t d0 asm("r0"), d3 asm("r1"), d4 asm("r2"), d1 asm("r3"), t asm("r4"),         \
      d5 asm("r5");                                                                              \
  uint32_t d2

// The upper three rows from `top` on, the others from `bottom` on.
#define COLUMNS(EXTRACT)                               \
  "1:\n"                                               \
  "ldr %[d2], [%[top], %[row], lsl #1]\n"              \
  "ldr %[d4], [%[bottom], %[row]]\n"                   \
  EXTRACT("d2") "ldr %[d0], [%[top]]\n"                \
  EXTRACT("d4") "ldr %[d3], [%[bottom]]\n"             \
  EXTRACT("d0") "ldr %[d1], [%[top], %[row]]\n"        \
  EXTRACT("d3") "ldr %[d5], [%[bottom], %[row], lsl #1]\n" \
  EXTRACT("d1") SUB("t", "d4", "d2")                   \
  EXTRACT("d5") SUB("d0", "d0", "d2")                  \
  SUB_SHIFTED("d4", "d4", "d2", 2)                     \
  "add %[top], %[top], %[pixel]\n"                     \
  SUB("d2", "d3", "d1")                                \
  "add %[bottom], %[bottom], %[pixel]\n"               \
  SUB_SHIFTED("d1", "d3", "d1", 2)                     \
  SUB("d5", "d5", "d3")                                \
  ADD_SHIFTED("d0", "t", "d0", 2)                      \
  ADD("d3", "d4", "d1")                                \
  SUB("d4", "d4", "d1")                                \
  ADD_SHIFTED("d1", "t", "d2", 1)                      \
  "subs %[count], %[count], #1\n"                      \
  SUB_SHIFTED("t", "t", "d2", 1)                       \
  SUB_SHIFTED("d5", "d5", "d2", 2)                     \
  "stm %[to]!, {%[d0], %[d3], %[d4], %[d1], %[t], %[d5]}\n" \
  "bne 1b\n"

template <bool kOdd>
[[gnu::noinline]] void Tile4x4::transform_columns(const TileInput& input, int32_t count,
                                                  uint32_t* to) {
  const uint32_t* top = input.from;
  const uint32_t* bottom = top + 3 * input.row;
  REGISTERS;
#define OPERANDS                                                                               \
      : [d0] "=&r"(d0), [d1] "=&r"(d1), [d2] "=&r"(d2), [d3] "=&r"(d3), [d4] "=&r"(d4),        \
        [d5] "=&r"(d5), [t] "=&r"(t), [top] "+r"(top), [bottom] "+r"(bottom),                  \
        [count] "+r"(count), [to] "+r"(to)                                                     \
      : [row] "r"(4 * input.row), [pixel] "r"(4 * input.pixel)                                 \
      : "cc", "memory"
  if constexpr (kOdd)
    asm volatile(COLUMNS(ODD) OPERANDS);
  else
    asm volatile(COLUMNS(EVEN) OPERANDS);
#undef OPERANDS
}

// Loads of the next row beside the last stores of one; what the last row loads is there, too.
inline void Tile4x4::transform_rows(const uint32_t* columns, uint32_t* to) {
  REGISTERS;
  int32_t left = kSize;
  asm volatile(
      KEPT("d4", 4) KEPT("d2", 2)
      "1:\n"
      MEND("d4") KEPT("d3", 3)
      SUB("t", "d4", "d2") KEPT("d1", 1)
      SUB_SHIFTED("d4", "d4", "d2", 2) KEPT("d5", 5)
      "subs %[left], %[left], #1\n" "ldr %[d0], [%[columns]], #4\n"
      MEND("d5") SUB("d0", "d0", "d2")
      SUB("d2", "d3", "d1")
      SUB("d5", "d5", "d3")
      SUB_SHIFTED("d1", "d3", "d1", 2)
      ADD_SHIFTED("d0", "t", "d0", 2)
      SUB_SHIFTED("d5", "d5", "d2", 2)
      ADD("d3", "d4", "d1") FLIP("d0")
      SUB("d4", "d4", "d1") FLIP("d5")
      ADD_SHIFTED("d1", "t", "d2", 1) STORE("d5", 5)
      FLIP("d3")
      SUB_SHIFTED("t", "t", "d2", 1) STORE("d3", 1)
      FLIP("d4")
      FLIP("d1") STORE("d4", 2)
      FLIP("t") STORE("d1", 3)
      STORE("t", 4) KEPT("d4", 4)
      "str %[d0], [%[to]], #48\n" KEPT("d2", 2)
      "bne 1b\n"
      : [d0] "=&r"(d0), [d1] "=&r"(d1), [d2] "=&r"(d2), [d3] "=&r"(d3), [d4] "=&r"(d4),
        [d5] "=&r"(d5), [t] "=&r"(t), [columns] "+r"(columns), [to] "+r"(to), [left] "+r"(left)
      :
      : "cc", "memory");
}

#undef ADD
#undef SUB
#undef ADD_SHIFTED
#undef SUB_SHIFTED
#undef EVEN
#undef ODD
#undef MEND
#undef FLIP
#undef KEPT
#undef STORE
#undef REGISTERS
#undef COLUMNS

// clang-format on
#else

inline void Tile4x4::reduce_columns(const int32_t* products, uint32_t bias, Rows& to) {
  for (int32_t x = 0; x < kSize; ++x) {
    uint32_t m[kSize], y[kOutputs];
    for (int32_t i = 0; i < kSize; ++i)
      m[i] = static_cast<uint32_t>(products[(i * kSize + x) * 2 * winograd::kChannels]);
    if (x == 1) m[1] += bias;
    reduce(m, y);
    for (int32_t i = 0; i < kOutputs; ++i) to[i][x] = y[i];
  }
}

template <bool kRelu>
void Tile4x4::store_rows(const Rows& rows, const Requantization& r, int8_t* to) {
  store_rows_of_any_shift(rows, r, to);
}

inline void Tile4x4::pool_rows(uint32_t inverse, Rows& rows) {
  for (auto& row : rows) {
    uint32_t sums[kOutputs];
    reduce(row, sums);
    for (int32_t i = 0; i < 2; ++i) {
      const auto a = static_cast<int32_t>(sums[2 * i] * inverse);
      const auto b = static_cast<int32_t>(sums[2 * i + 1] * inverse);
      row[i] = static_cast<uint32_t>(a > b ? a : b);
    }
  }
}

template <bool kOdd>
void Tile4x4::transform_columns(const TileInput& input, int32_t count, uint32_t* to) {
  for (int32_t x = 0; x < count; ++x, to += kSize) {
    uint32_t d[kSize], v[kSize];
    for (int32_t y = 0; y < kSize; ++y)
      d[y] = kOdd ? dsp::uxtb16_ror8(input.at(y, x)) : dsp::uxtb16(input.at(y, x));
    transform(d, v);
    for (int32_t y = 0; y < kSize; ++y) to[y] = v[y];
  }
}

inline void Tile4x4::transform_rows(const uint32_t* columns, uint32_t* to) {
  for (int32_t y = 0; y < kSize; ++y) {
    uint32_t d[kSize], v[kSize];
    for (int32_t x = 0; x < kSize; ++x) d[x] = columns[x * kSize + y] + (x >= 4 ? kSign : 0);
    transform(d, v);
    for (int32_t x = 0; x < kSize; ++x) to[2 * (y * kSize + x)] = v[x] ^ kSign;
  }
}

#endif

}  // namespace solder::armv7em
