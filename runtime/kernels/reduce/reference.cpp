#include <cassert>
#include <limits>

#include "runtime/kernels/kernel_list.h"

namespace solder::reference {

namespace {

// output = finish(all) for every output, `all` being what `combine` makes of `start` and its
// `count` inputs in the order in which they lie.
template <class T, class All, class Combine, class Finish>
void reduce(const ReduceParams& p, const T* input, T* output, All start, Combine combine,
            Finish finish) {
  const int32_t(&dims)[kReduceRank] = p.dims;
  const int32_t(&reduced)[kReduceRank] = p.reduced;
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
    All all = start;
    for (int32_t i = 0; i < inner[0]; ++i) {
      for (int32_t j = 0; j < inner[1]; ++j) {
        for (int32_t k = 0; k < inner[2]; ++k) {
          for (int32_t l = 0; l < inner[3]; ++l) {
            for (int32_t m = 0; m < inner[4]; ++m) {
              all = combine(all, first[i * stride[0] + j * stride[1] + k * stride[2] +
                                       l * stride[3] + m * stride[4]]);
            }
          }
        }
      }
    }
    output[out] = finish(all);
  }
}

template <class T>
void reduce_max(const ReduceParams& p, const T* input, T* output) {
  reduce(
      p, input, output, std::numeric_limits<T>::lowest(), [](T a, T b) { return b > a ? b : a; },
      [](T max) { return max; });
}

template <class T>
void reduce_min(const ReduceParams& p, const T* input, T* output) {
  reduce(
      p, input, output, std::numeric_limits<T>::max(), [](T a, T b) { return b < a ? b : a; },
      [](T min) { return min; });
}

template <class T>
void sum(const SumParams& p, const T* input, T* output) {
  const int32_t zero = wrapping_mul(p.reduction.count, p.input_zero_point);
  reduce(
      p.reduction, input, output, int32_t{0}, [](int32_t sum, T x) { return sum + x; },
      [&](int32_t sum) {
        const int32_t value = requantize(wrapping_sub(sum, zero), p.requantization);
        using Limits = std::numeric_limits<T>;
        return static_cast<T>(
            clamp(wrapping_add(value, p.output_zero_point), Limits::min(), Limits::max()));
      });
}

constexpr float add(float sum, float x) { return sum + x; }

}  // namespace

void sum_f32(const ReduceParams& p, const float* input, float* output) {
  reduce(p, input, output, 0.0F, add, [](float sum) { return sum; });
}
void mean_f32(const ReduceParams& p, const float* input, float* output) {
  assert(p.count > 0);
  reduce(p, input, output, 0.0F, add, [&](float sum) { return sum / static_cast<float>(p.count); });
}
void sum_s8(const SumParams& p, const int8_t* input, int8_t* output) { sum(p, input, output); }
void sum_s16(const SumParams& p, const int16_t* input, int16_t* output) { sum(p, input, output); }

void reduce_max_f32(const ReduceParams& p, const float* input, float* output) {
  reduce_max(p, input, output);
}
void reduce_max_s8(const ReduceParams& p, const int8_t* input, int8_t* output) {
  reduce_max(p, input, output);
}
void reduce_max_s16(const ReduceParams& p, const int16_t* input, int16_t* output) {
  reduce_max(p, input, output);
}
void reduce_min_f32(const ReduceParams& p, const float* input, float* output) {
  reduce_min(p, input, output);
}
void reduce_min_s8(const ReduceParams& p, const int8_t* input, int8_t* output) {
  reduce_min(p, input, output);
}
void reduce_min_s16(const ReduceParams& p, const int16_t* input, int16_t* output) {
  reduce_min(p, input, output);
}

}  // namespace solder::reference
