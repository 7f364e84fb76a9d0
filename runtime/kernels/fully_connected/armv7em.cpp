#include "runtime/kernels/armv7em/requantize.h"
#include "runtime/kernels/generic_arithmetic.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::armv7em {
namespace {

#ifdef __ARM_FEATURE_DSP

// Four products of one output channel, and the weights of the next; three cycles on a Cortex-M7,
// for of two SXTB16 none can be the younger instruction of a cycle.
// clang-format off
#define SOLDER_CHANNEL(sum)                         \
  "sxtb16 %[t1], %[t0]                        \n\t" \
  "sxtb16 %[t0], %[t0], ror #8                \n\t" \
  "smlad  %[" #sum "], %[xe], %[t1], %[" #sum "]  \n\t" \
  "smlad  %[" #sum "], %[xo], %[t0], %[" #sum "]  \n\t"
// Of eight channels, a cache line of weights. Two lines ahead are asked for, since a line from
// flash takes about as long as the products of one. 176 bytes of code.
#define SOLDER_FOUR_INPUTS                           \
  SOLDER_CHANNEL(a0) "ldr %[t0], [%[w]], #4    \n\t" \
  SOLDER_CHANNEL(a1) "ldr %[t0], [%[w]], #4    \n\t" \
  SOLDER_CHANNEL(a2) "ldr %[t0], [%[w]], #4    \n\t" \
  SOLDER_CHANNEL(a3) "ldr %[t0], [%[w]], #4    \n\t" \
  SOLDER_CHANNEL(a4) "ldr %[t0], [%[w]], #4    \n\t" \
  SOLDER_CHANNEL(a5) "ldr %[t0], [%[w]], #4    \n\t" \
  SOLDER_CHANNEL(a6) "ldr %[t0], [%[w]], #4    \n\t" \
  SOLDER_CHANNEL(a7) "ldr %[xo], [%[x]], #4    \n\t" \
                     "ldr %[t0], [%[w]], #4    \n\t" \
                     "sxtb16 %[xe], %[xo]      \n\t" \
                     "pld [%[w], #64]          \n\t" \
                     "sxtb16 %[xo], %[xo], ror #8 \n\t"
// clang-format on

// Adds the products of `fours` times four inputs.
void multiply(const int8_t* input, const uint32_t* weights, int32_t fours, int32_t (&sums)[8]) {
  const uint32_t* const end = weights + 8 * fours + 1;  // one is read ahead
  const int32_t skipped_code = (-fours & 3) * 176;
  uint32_t xe, xo, t0, t1;
  asm volatile(
      "ldr    %[t1], %[skipped_code]     \n\t"
      "ldr    %[xo], [%[x]], #4          \n\t"
      "ldr    %[t0], [%[w]], #4          \n\t"
      "sxtb16 %[xe], %[xo]               \n\t"
      "sxtb16 %[xo], %[xo], ror #8       \n\t"
      ".balign 4                         \n\t"
      "add    pc, %[t1]                  \n\t"
      "nop                               \n"
      "1:                                \n\t"  // what `add` calls pc
      // clang-format off
      SOLDER_FOUR_INPUTS SOLDER_FOUR_INPUTS SOLDER_FOUR_INPUTS SOLDER_FOUR_INPUTS
      // clang-format on
      "ldr    %[t1], %[end]              \n\t"
      "cmp    %[w], %[t1]                \n\t"
      "bne    1b                         \n\t"
      : [a0] "+r"(sums[0]), [a1] "+r"(sums[1]), [a2] "+r"(sums[2]), [a3] "+r"(sums[3]),
        [a4] "+r"(sums[4]), [a5] "+r"(sums[5]), [a6] "+r"(sums[6]), [a7] "+r"(sums[7]),
        [x] "+r"(input), [w] "+r"(weights), [xe] "=&r"(xe), [xo] "=&r"(xo), [t0] "=&r"(t0),
        [t1] "=&r"(t1)
      : [skipped_code] "m"(skipped_code), [end] "m"(end)
      : "cc", "memory");
}

#undef SOLDER_CHANNEL
#undef SOLDER_FOUR_INPUTS

#endif

// Two bytes of a word of inputs or weights at a time: 0 and 2, then 1 and 3.
template <int32_t kChannels>
void multiply(const int8_t* input, const uint32_t* weights, int32_t fours,
              int32_t (&sums)[kChannels]) {
  for (; fours > 0; --fours, input += 4) {
    const uint32_t x = dsp::load(input);
    const uint32_t even = dsp::sxtb16(x), odd = dsp::sxtb16_ror8(x);
    for (int32_t& sum : sums) {
      sum = dsp::smlad(even, dsp::sxtb16(*weights), sum);
      sum = dsp::smlad(odd, dsp::sxtb16_ror8(*weights++), sum);
    }
  }
}

// `count` of kChannels outputs; returns the next filter.
template <int32_t kChannels>
inline const uint32_t* compute(const int8_t* input, const uint32_t* filter, int32_t fours,
                               int32_t count, int8_t* output) {
  const auto* requantization = reinterpret_cast<const PackedRequantization*>(filter);
  filter = reinterpret_cast<const uint32_t*>(requantization + kChannels);
  int32_t sums[kChannels];
  SOLDER_UNROLL
  for (int32_t c = 0; c < kChannels; ++c) sums[c] = requantization[c].bias;
  multiply(input, filter, fours, sums);
  SOLDER_UNROLL
  for (int32_t c = 0; c < count; ++c)
    output[c] = static_cast<int8_t>(requantize(2 * sums[c], requantization[c]));
  return filter + kChannels * fours;
}

}  // namespace

void fully_connected_s8_smlad(const FullyConnectedS8SmladParams& p, const int8_t* input,
                              const uint32_t* filter, int8_t* output) {
  const int32_t fours = (p.input_depth + 3) / 4;
  for (int32_t b = 0; b < p.batches; ++b) {
    const uint32_t* weights = filter;
    int32_t c = 0;
    for (; c + 8 <= p.output_depth; c += 8)
      weights = compute<8>(input, weights, fours, 8, output + c);
    for (; c < p.output_depth; c += 4) {
      const int32_t left = p.output_depth - c;
      weights = compute<4>(input, weights, fours, left < 4 ? left : 4, output + c);
    }
    clamp_all(output, p.output_depth, p.activation_min, p.activation_max);
    input += p.input_depth;
    output += p.output_depth;
  }
}

}  // namespace solder::armv7em
