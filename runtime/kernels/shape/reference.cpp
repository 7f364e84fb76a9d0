#include <cassert>
#include <cstring>

#include "runtime/kernels/kernel_list.h"

namespace solder::reference {

namespace {

constexpr int32_t kInner = kShapeRank - 1;

template <class T>
T* fill(T* output, int32_t count, T value) {
  for (int32_t i = 0; i < count; ++i) *output++ = value;
  return output;
}

template <class T>
void pad(const PadParams& p, const T* input, T* output) {
  const auto value = static_cast<T>(p.value);
  int32_t output_dims[kShapeRank], output_rows = 1;
  for (int32_t d = 0; d < kShapeRank; ++d) {
    output_dims[d] = p.before[d] + p.input_dims[d] + p.after[d];
    if (d != kInner) output_rows *= output_dims[d];
  }
  for (int32_t row = 0; row < output_rows; ++row) {
    // Which row of the input this is, if it is one.
    bool inside = true;
    int32_t input_row = 0;
    for (int32_t d = kInner - 1, rest = row, stride = 1; d >= 0; --d) {
      const int32_t at = rest % output_dims[d] - p.before[d];
      inside = inside && at >= 0 && at < p.input_dims[d];
      input_row += at * stride;
      rest /= output_dims[d];
      stride *= p.input_dims[d];
    }
    if (!inside) {
      output = fill(output, output_dims[kInner], value);
      continue;
    }
    const int32_t length = p.input_dims[kInner];
    output = fill(output, p.before[kInner], value);
    std::memcpy(output, input + input_row * length, static_cast<size_t>(length) * sizeof(T));
    output = fill(output + length, p.after[kInner], value);
  }
}

template <class T>
void strided_copy(const StridedCopyParams& p, const T* input, T* output) {
  const int32_t(&n)[kShapeRank] = p.dims;
  const int32_t(&from)[kShapeRank] = p.input_strides;
  const int32_t(&to)[kShapeRank] = p.output_strides;
  const bool is_contiguous = from[kInner] == 1 && to[kInner] == 1;
  for (int32_t i = 0; i < n[0]; ++i) {
    for (int32_t j = 0; j < n[1]; ++j) {
      for (int32_t k = 0; k < n[2]; ++k) {
        for (int32_t l = 0; l < n[3]; ++l) {
          const T* source =
              input + p.input_start + i * from[0] + j * from[1] + k * from[2] + l * from[3];
          T* target = output + p.output_start + i * to[0] + j * to[1] + k * to[2] + l * to[3];
          if (is_contiguous) {
            std::memcpy(target, source, static_cast<size_t>(n[kInner]) * sizeof(T));
            continue;
          }
          for (int32_t m = 0; m < n[kInner]; ++m) target[m * to[kInner]] = source[m * from[kInner]];
        }
      }
    }
  }
}

}  // namespace

void pad_b8(const PadParams& p, const int8_t* input, int8_t* output) { pad(p, input, output); }

void pad_b16(const PadParams& p, const int16_t* input, int16_t* output) { pad(p, input, output); }

void pad_b32(const PadParams& p, const int32_t* input, int32_t* output) { pad(p, input, output); }

void strided_copy_b8(const StridedCopyParams& p, const int8_t* input, int8_t* output) {
  strided_copy(p, input, output);
}

void strided_copy_b16(const StridedCopyParams& p, const int16_t* input, int16_t* output) {
  strided_copy(p, input, output);
}

void strided_copy_b32(const StridedCopyParams& p, const int32_t* input, int32_t* output) {
  strided_copy(p, input, output);
}

void copy_b8(const CopyParams& p, const int8_t* input, int8_t* output) {
  assert(p.row_bytes >= 0);
  for (int32_t row = 0; row < p.rows; ++row)
    std::memcpy(output + p.output_start + row * p.output_stride,
                input + p.input_start + row * p.input_stride, static_cast<size_t>(p.row_bytes));
}

}  // namespace solder::reference
