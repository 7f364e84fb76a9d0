#include <cassert>

#include "runtime/kernels/kernel_list.h"

namespace solder::reference {

namespace {

// Calls mean(sum) for every output, sum being that of `count` inputs in the order in which they
// lie; `add` adds an input to a sum.
template <class T, class Sum, class Add, class Mean>
void for_each_sum(const int32_t (&dims)[kReduceRank], const int32_t (&reduced)[kReduceRank],
                  const T* input, T* output, Sum zero, Add add, Mean mean) {
  int32_t stride[kReduceRank], inner[kReduceRank], outputs = 1, elements = 1;
  for (int32_t d = kReduceRank - 1; d >= 0; --d) {
    stride[d] = elements;
    elements *= dims[d];
    inner[d] = reduced[d] != 0 ? dims[d] : 1;
    outputs *= reduced[d] != 0 ? 1 : dims[d];
  }
  for (int32_t out = 0; out < outputs; ++out) {
    const T* first = input;
    for (int32_t d = kReduceRank - 1, rest = out; d >= 0; --d) {
      if (reduced[d] != 0) continue;
      first += rest % dims[d] * stride[d];
      rest /= dims[d];
    }
    Sum sum = zero;
    for (int32_t i = 0; i < inner[0]; ++i) {
      for (int32_t j = 0; j < inner[1]; ++j) {
        for (int32_t k = 0; k < inner[2]; ++k) {
          for (int32_t l = 0; l < inner[3]; ++l) {
            for (int32_t m = 0; m < inner[4]; ++m) {
              sum = add(sum, first[i * stride[0] + j * stride[1] + k * stride[2] + l * stride[3] +
                                   m * stride[4]]);
            }
          }
        }
      }
    }
    output[out] = mean(sum);
  }
}

}  // namespace

void mean_f32(const MeanF32Params& p, const float* input, float* output) {
  assert(p.count > 0);
  for_each_sum(
      p.dims, p.reduced, input, output, 0.0F, [](float sum, float x) { return sum + x; },
      [&](float sum) { return sum / static_cast<float>(p.count); });
}

void mean_s8(const MeanS8Params& p, const int8_t* input, int8_t* output) {
  const int32_t zero = wrapping_mul(p.count, p.input_zero_point);
  for_each_sum(
      p.dims, p.reduced, input, output, int32_t{0}, [](int32_t sum, int8_t x) { return sum + x; },
      [&](int32_t sum) {
        const int32_t mean = requantize(wrapping_sub(sum, zero), p.requantization);
        return static_cast<int8_t>(
            clamp(wrapping_add(mean, p.output_zero_point), INT8_MIN, INT8_MAX));
      });
}

}  // namespace solder::reference
