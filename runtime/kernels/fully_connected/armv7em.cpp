#include "runtime/base/fixed_point.h"
#include "runtime/kernels/armv7em/requantize.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::armv7em {
namespace {

// Two bytes of a word of inputs or weights at a time: 0 and 2, then 1 and 3.
inline void add_products(uint32_t even, uint32_t odd, uint32_t weights, int32_t& sum) {
  sum = dsp::smlad(even, dsp::sxtb16(weights), sum);
  sum = dsp::smlad(odd, dsp::sxtb16_ror8(weights), sum);
}

}  // namespace

// filter: for every four output channels, for every four inputs, a word of int8 weights for each
// channel. Channels and inputs are filled up to fours with zeros; so up to three bytes behind the
// input are read, and count for nothing.
void fully_connected_s8_smlad(const FullyConnectedS8SmladParams& p, const int8_t* input,
                              const uint32_t* filter, const PackedRequantization* requantization,
                              int8_t* output) {
  for (int32_t b = 0; b < p.batches; ++b) {
    const uint32_t* weights = filter;
    for (int32_t first = 0; first < p.output_depth; first += 4) {
      int32_t sums[4] = {};
      for (int32_t i = 0; i < p.input_depth; i += 4, weights += 4) {
        const uint32_t x = dsp::load(input + i);
        const uint32_t even = dsp::sxtb16(x), odd = dsp::sxtb16_ror8(x);
        add_products(even, odd, weights[0], sums[0]);
        add_products(even, odd, weights[1], sums[1]);
        add_products(even, odd, weights[2], sums[2]);
        add_products(even, odd, weights[3], sums[3]);
      }
      const int32_t count = p.output_depth - first < 4 ? p.output_depth - first : 4;
      for (int32_t c = 0; c < count; ++c) {
        const PackedRequantization& r = requantization[first + c];
        const int32_t value = requantize(2 * sums[c] + r.bias, r);
        output[first + c] = static_cast<int8_t>(clamp(value, p.activation_min, p.activation_max));
      }
    }
    input += p.input_depth;
    output += p.output_depth;
  }
}

}  // namespace solder::armv7em
