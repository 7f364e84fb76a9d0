#include <cassert>

#include "runtime/kernels/arithmetic.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::reference {
namespace {

// The input's row or column that reaches an output's through a tap, -1 when there is none.
int32_t input_at(int32_t output, int32_t pad, int32_t tap, int32_t stride, int32_t size) {
  const int32_t at = output + pad - tap;
  if (at < 0 || at % stride != 0 || at / stride >= size) return -1;
  return at / stride;
}

template <class Arithmetic, class Element, class Weight>
void transpose_conv(const Conv2DGeometry& g, const Arithmetic& arithmetic, const Element* input,
                    const Weight* filter, Element* output) {
  using Sum = typename Arithmetic::Sum;
  assert(g.dilation_height == 1 && g.dilation_width == 1);
  const int32_t depth = g.input_channels;
  for (int32_t b = 0; b < g.batches; ++b) {
    for (int32_t out_y = 0; out_y < g.output_height; ++out_y) {
      for (int32_t out_x = 0; out_x < g.output_width; ++out_x) {
        for (int32_t out_c = 0; out_c < g.output_channels; ++out_c) {
          Sum sum = 0;
          for (int32_t ky = 0; ky < g.filter_height; ++ky) {
            const int32_t y = input_at(out_y, g.pad_top, ky, g.stride_height, g.input_height);
            if (y < 0) continue;
            for (int32_t kx = 0; kx < g.filter_width; ++kx) {
              const int32_t x = input_at(out_x, g.pad_left, kx, g.stride_width, g.input_width);
              if (x < 0) continue;
              const Element* pixel = input + (y * g.input_width + x) * depth;
              const Weight* tap =
                  filter + ((out_c * g.filter_height + ky) * g.filter_width + kx) * depth;
              for (int32_t c = 0; c < depth; ++c)
                sum += arithmetic.load(pixel + c) * static_cast<Sum>(tap[c]);
            }
          }
          *output++ = arithmetic.finish(sum, out_c);
        }
      }
    }
    input += g.input_height * g.input_width * depth;
  }
}

}  // namespace

void transpose_conv_f32(const Conv2DF32Params& p, const float* input, const float* filter,
                        const float* bias, float* output) {
  transpose_conv(p.geometry, F32Arithmetic{bias, p.activation_min, p.activation_max}, input, filter,
                 output);
}

void transpose_conv_s8(const Conv2DS8Params& p, const int8_t* input, const int8_t* filter,
                       const int32_t* bias, const Requantization* requantization, int8_t* output) {
  const S8Arithmetic arithmetic = {
      bias, requantization, 1, p.input_offset, p.output_offset, p.activation_min, p.activation_max};
  transpose_conv(p.geometry, arithmetic, input, filter, output);
}

void transpose_conv_s16(const Conv2DS16Params& p, const int16_t* input, const int8_t* filter,
                        const int64_t* bias, const Requantization* requantization,
                        int16_t* output) {
  const S16Arithmetic arithmetic = {bias,       requantization,   1,
                                    p.sum_bits, p.activation_min, p.activation_max};
  transpose_conv(p.geometry, arithmetic, input, filter, output);
}

}  // namespace solder::reference
