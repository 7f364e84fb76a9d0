#include <cassert>
#include <limits>

#include "runtime/kernels/kernel_list.h"

namespace solder::reference {

namespace {

// output = operation(x, y) over every index. Operations hold copies of their parameters, because
// the compiler must assume that an output lies over the originals.
template <class A, class B, class T, class Operation>
void for_each_pair(const Broadcast& shape, const A* a, const B* b, T* output, Operation operation) {
  constexpr int32_t kLast = kBroadcastRank - 1;
  const int32_t columns = shape.dims[kLast];
  const int32_t step_a = shape.strides_a[kLast], step_b = shape.strides_b[kLast];
  int32_t rows = 1;
  for (int32_t d = 0; d < kLast; ++d) rows *= shape.dims[d];
  for (int32_t row = 0; row < rows; ++row) {
    const A* x = a;
    const B* y = b;
    for (int32_t d = kLast - 1, rest = row; d >= 0; --d) {
      x += rest % shape.dims[d] * shape.strides_a[d];
      y += rest % shape.dims[d] * shape.strides_b[d];
      rest /= shape.dims[d];
    }
    for (int32_t i = 0; i < columns; ++i, x += step_a, y += step_b) *output++ = operation(*x, *y);
  }
}

template <class Operation>
void arithmetic(const ArithmeticF32Params& p, const float* a, const float* b, float* output,
                Operation operation) {
  for_each_pair(p.broadcast, a, b, output, [p, operation](float x, float y) {
    return clamp(operation(x, y), p.activation_min, p.activation_max);
  });
}

// combine(x, y) of inputs that are brought to one scale.
template <class T, class Combine>
void combine_scaled(const AddParams& p, const T* a, const T* b, T* output, Combine combine) {
  assert(p.requantization_a.shift <= 0 && p.requantization_b.shift <= 0);
  for_each_pair(p.broadcast, a, b, output, [p, combine](int32_t x, int32_t y) {
    const int32_t scaled_x = requantize((x + p.offset_a) * (1 << p.left_shift), p.requantization_a);
    const int32_t scaled_y = requantize((y + p.offset_b) * (1 << p.left_shift), p.requantization_b);
    const int32_t value = requantize(combine(scaled_x, scaled_y), p.requantization_output);
    return static_cast<T>(
        clamp(wrapping_add(value, p.output_offset), p.activation_min, p.activation_max));
  });
}

constexpr int32_t square_of_difference(int32_t x, int32_t y) {
  return wrapping_mul(wrapping_sub(x, y), wrapping_sub(x, y));
}

template <class T>
void mul(const MulParams& p, const T* a, const T* b, T* output) {
  for_each_pair(p.broadcast, a, b, output, [p](int32_t x, int32_t y) {
    const int32_t value = requantize((x + p.offset_a) * (y + p.offset_b), p.requantization);
    return static_cast<T>(
        clamp(wrapping_add(value, p.output_offset), p.activation_min, p.activation_max));
  });
}

template <class T>
void prelu(const PreluParams& p, const T* input, const int8_t* alpha, T* output) {
  for_each_pair(p.broadcast, input, alpha, output, [p](int32_t x, int32_t factor) {
    x += p.offset_a;
    const int32_t value =
        x >= 0 ? requantize(x, p.positive) : requantize(x * (factor + p.offset_b), p.negative);
    using Limits = std::numeric_limits<T>;
    return static_cast<T>(
        clamp(wrapping_add(value, p.output_offset), Limits::min(), Limits::max()));
  });
}

template <class T>
void maximum(const Broadcast& shape, const T* a, const T* b, T* output) {
  for_each_pair(shape, a, b, output, [](T x, T y) { return x > y ? x : y; });
}

template <class T>
void minimum(const Broadcast& shape, const T* a, const T* b, T* output) {
  for_each_pair(shape, a, b, output, [](T x, T y) { return x < y ? x : y; });
}

}  // namespace

void add_f32(const ArithmeticF32Params& p, const float* a, const float* b, float* output) {
  arithmetic(p, a, b, output, [](float x, float y) { return x + y; });
}
void sub_f32(const ArithmeticF32Params& p, const float* a, const float* b, float* output) {
  arithmetic(p, a, b, output, [](float x, float y) { return x - y; });
}
void mul_f32(const ArithmeticF32Params& p, const float* a, const float* b, float* output) {
  arithmetic(p, a, b, output, [](float x, float y) { return x * y; });
}
void div_f32(const ArithmeticF32Params& p, const float* a, const float* b, float* output) {
  arithmetic(p, a, b, output, [](float x, float y) { return x / y; });
}
void squared_difference_f32(const Broadcast& shape, const float* a, const float* b, float* output) {
  for_each_pair(shape, a, b, output, [](float x, float y) { return (x - y) * (x - y); });
}
void prelu_f32(const Broadcast& shape, const float* input, const float* alpha, float* output) {
  for_each_pair(shape, input, alpha, output,
                [](float x, float factor) { return x >= 0 ? x : x * factor; });
}

void add_s8(const AddParams& p, const int8_t* a, const int8_t* b, int8_t* output) {
  combine_scaled(p, a, b, output, wrapping_add);
}
void add_s16(const AddParams& p, const int16_t* a, const int16_t* b, int16_t* output) {
  combine_scaled(p, a, b, output, wrapping_add);
}
void sub_s8(const AddParams& p, const int8_t* a, const int8_t* b, int8_t* output) {
  combine_scaled(p, a, b, output, wrapping_sub);
}
void sub_s16(const AddParams& p, const int16_t* a, const int16_t* b, int16_t* output) {
  combine_scaled(p, a, b, output, wrapping_sub);
}
void squared_difference_s8(const AddParams& p, const int8_t* a, const int8_t* b, int8_t* output) {
  combine_scaled(p, a, b, output, square_of_difference);
}
void squared_difference_s16(const AddParams& p, const int16_t* a, const int16_t* b,
                            int16_t* output) {
  combine_scaled(p, a, b, output, square_of_difference);
}

void mul_s8(const MulParams& p, const int8_t* a, const int8_t* b, int8_t* output) {
  mul(p, a, b, output);
}
void mul_s16(const MulParams& p, const int16_t* a, const int16_t* b, int16_t* output) {
  mul(p, a, b, output);
}

void prelu_s8(const PreluParams& p, const int8_t* input, const int8_t* alpha, int8_t* output) {
  prelu(p, input, alpha, output);
}
void prelu_s16(const PreluParams& p, const int16_t* input, const int8_t* alpha, int16_t* output) {
  prelu(p, input, alpha, output);
}

void maximum_f32(const Broadcast& shape, const float* a, const float* b, float* output) {
  maximum(shape, a, b, output);
}
void maximum_s8(const Broadcast& shape, const int8_t* a, const int8_t* b, int8_t* output) {
  maximum(shape, a, b, output);
}
void maximum_s16(const Broadcast& shape, const int16_t* a, const int16_t* b, int16_t* output) {
  maximum(shape, a, b, output);
}
void minimum_f32(const Broadcast& shape, const float* a, const float* b, float* output) {
  minimum(shape, a, b, output);
}
void minimum_s8(const Broadcast& shape, const int8_t* a, const int8_t* b, int8_t* output) {
  minimum(shape, a, b, output);
}
void minimum_s16(const Broadcast& shape, const int16_t* a, const int16_t* b, int16_t* output) {
  minimum(shape, a, b, output);
}

}  // namespace solder::reference
