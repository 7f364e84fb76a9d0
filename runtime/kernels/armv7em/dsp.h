// The DSP instructions of Armv7E-M, by Arm's names; emulated where the processor has none, so that
// kernels written with them run and are tested anywhere.
#pragma once

#include <cstdint>
#include <cstring>

#ifdef __ARM_FEATURE_DSP
#include <arm_acle.h>
#endif

namespace solder::dsp {

// Four bytes or two halfwords, little-endian. Any alignment, though a word's is faster.
inline uint32_t load(const void* from) {
  uint32_t word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}
inline void store(void* to, uint32_t word) { std::memcpy(to, &word, sizeof(word)); }

// Two halfwords.
inline uint32_t pair(int32_t low, int32_t high) {
  return static_cast<uint16_t>(low) | static_cast<uint32_t>(high) << 16;
}

#ifdef __ARM_FEATURE_DSP

inline int32_t smlad(uint32_t a, uint32_t b, int32_t sum) {
  return __smlad(static_cast<int16x2_t>(a), static_cast<int16x2_t>(b), sum);
}
inline uint32_t sxtb16(uint32_t a) {
  uint32_t result;
  asm("sxtb16 %0, %1" : "=r"(result) : "r"(a));
  return result;
}
inline uint32_t sxtb16_ror8(uint32_t a) {
  uint32_t result;
  asm("sxtb16 %0, %1, ror #8" : "=r"(result) : "r"(a));
  return result;
}
inline uint32_t uxtb16(uint32_t a) {
  uint32_t result;
  asm("uxtb16 %0, %1" : "=r"(result) : "r"(a));
  return result;
}
inline uint32_t uxtb16_ror8(uint32_t a) {
  uint32_t result;
  asm("uxtb16 %0, %1, ror #8" : "=r"(result) : "r"(a));
  return result;
}
inline uint32_t sadd16(uint32_t a, uint32_t b) {
  return static_cast<uint32_t>(__sadd16(static_cast<int16x2_t>(a), static_cast<int16x2_t>(b)));
}
inline uint32_t ssub16(uint32_t a, uint32_t b) {
  return static_cast<uint32_t>(__ssub16(static_cast<int16x2_t>(a), static_cast<int16x2_t>(b)));
}
inline int32_t smmlar(int32_t a, int32_t b, int32_t sum) {
  int32_t result;
  asm("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}
inline int32_t smmla(int32_t a, int32_t b, int32_t sum) {
  int32_t result;
  asm("smmla %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}
inline int32_t ssat8(int32_t a) { return __ssat(a, 8); }
inline uint32_t pkhbt16(uint32_t a, uint32_t b) {
  uint32_t result;
  asm("pkhbt %0, %1, %2, lsl #16" : "=r"(result) : "r"(a), "r"(b));
  return result;
}
inline uint32_t pkhtb16(uint32_t a, uint32_t b) {
  uint32_t result;
  asm("pkhtb %0, %1, %2, asr #16" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

#else

inline int32_t low(uint32_t a) { return static_cast<int16_t>(a); }
inline int32_t high(uint32_t a) { return static_cast<int16_t>(a >> 16); }

// sum + a.low * b.low + a.high * b.high, wrapping.
inline int32_t smlad(uint32_t a, uint32_t b, int32_t sum) {
  const auto products =
      static_cast<uint32_t>(low(a) * low(b)) + static_cast<uint32_t>(high(a) * high(b));
  return static_cast<int32_t>(static_cast<uint32_t>(sum) + products);
}
// Bytes 0 and 2, sign-extended.
inline uint32_t sxtb16(uint32_t a) {
  return pair(static_cast<int8_t>(a), static_cast<int8_t>(a >> 16));
}
// Bytes 1 and 3.
inline uint32_t sxtb16_ror8(uint32_t a) {
  return pair(static_cast<int8_t>(a >> 8), static_cast<int8_t>(a >> 24));
}
// The same, of unsigned bytes.
inline uint32_t uxtb16(uint32_t a) { return a & 0x00FF00FF; }
inline uint32_t uxtb16_ror8(uint32_t a) { return a >> 8 & 0x00FF00FF; }
// Halves by halves, wrapping.
inline uint32_t sadd16(uint32_t a, uint32_t b) { return pair(low(a) + low(b), high(a) + high(b)); }
inline uint32_t ssub16(uint32_t a, uint32_t b) { return pair(low(a) - low(b), high(a) - high(b)); }
// sum + round(a * b / 2^32), halves upwards, wrapping.
inline int32_t smmlar(int32_t a, int32_t b, int32_t sum) {
  const uint64_t product = static_cast<uint64_t>(static_cast<int64_t>(a) * b) + (uint64_t{1} << 31);
  return static_cast<int32_t>(static_cast<uint32_t>(sum) + static_cast<uint32_t>(product >> 32));
}
// sum + floor(a * b / 2^32), wrapping.
inline int32_t smmla(int32_t a, int32_t b, int32_t sum) {
  const auto product = static_cast<uint64_t>(static_cast<int64_t>(a) * b);
  return static_cast<int32_t>(static_cast<uint32_t>(sum) + static_cast<uint32_t>(product >> 32));
}
inline int32_t ssat8(int32_t a) { return a < -128 ? -128 : a > 127 ? 127 : a; }
// The low halfwords of a and b, and the high ones of b and a.
inline uint32_t pkhbt16(uint32_t a, uint32_t b) { return pair(low(a), low(b)); }
inline uint32_t pkhtb16(uint32_t a, uint32_t b) { return pair(high(b), high(a)); }
// sum + a.low * b.high, and sum + a.high * b.low; wrapping.
inline int32_t smlabt(uint32_t a, uint32_t b, int32_t sum) {
  return static_cast<int32_t>(static_cast<uint32_t>(sum) + static_cast<uint32_t>(low(a) * high(b)));
}
inline int32_t smlatb(uint32_t a, uint32_t b, int32_t sum) { return smlabt(b, a, sum); }

#endif

}  // namespace solder::dsp
