#include "runtime/kernels/generic_arithmetic.h"
#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/window.h"

namespace solder::generic {

namespace {

// kChannels neighbouring output channels of one pixel, each of its own input channel (kInputs ==
// kChannels) or all of the same one (kInputs == 1).
template <int32_t kChannels, int32_t kInputs, class Arithmetic, class Element>
inline void convolve_block(const DepthwiseConv2DGeometry& g, const Arithmetic& arithmetic,
                           const Element* input, const Element* filter, TapRange rows,
                           TapRange columns, int32_t channel, Element* output) {
  using Sum = typename Arithmetic::Sum;
  const int32_t output_channels = g.input_channels * g.depth_multiplier;
  Sum sums[kChannels] = {};
  for (int32_t ky = rows.begin; ky < rows.end; ++ky) {
    const Element* in =
        input + (ky * g.dilation_height * g.input_width + columns.begin * g.dilation_width) *
                    g.input_channels;
    const Element* taps = filter + (ky * g.filter_width + columns.begin) * output_channels;
    for (int32_t kx = columns.begin; kx < columns.end; ++kx) {
      SOLDER_UNROLL
      for (int32_t c = 0; c < kChannels; ++c)
        sums[c] += arithmetic.load(in + c % kInputs) * static_cast<Sum>(taps[c]);
      in += g.dilation_width * g.input_channels;
      taps += output_channels;
    }
  }
  SOLDER_UNROLL
  for (int32_t c = 0; c < kChannels; ++c) output[c] = arithmetic.finish(sums[c], channel + c);
}

template <class Arithmetic, class Element>
void convolve(const DepthwiseConv2DGeometry& g, const Arithmetic& arithmetic, const Element* input,
              const Element* filter, Element* output) {
  const int32_t output_channels = g.input_channels * g.depth_multiplier;
  for (int32_t b = 0; b < g.batches; ++b) {
    for (int32_t out_y = 0; out_y < g.output_height; ++out_y) {
      const int32_t y = out_y * g.stride_height - g.pad_top;
      const TapRange rows = taps_inside(y, g.dilation_height, g.filter_height, g.input_height);
      for (int32_t out_x = 0; out_x < g.output_width; ++out_x) {
        const int32_t x = out_x * g.stride_width - g.pad_left;
        const TapRange columns = taps_inside(x, g.dilation_width, g.filter_width, g.input_width);
        const Element* window =
            input + ((b * g.input_height + y) * g.input_width + x) * g.input_channels;
        int32_t c = 0;
        if (g.depth_multiplier == 1) {
          for (; c + 4 <= output_channels; c += 4)
            convolve_block<4, 4>(g, arithmetic, window + c, filter + c, rows, columns, c,
                                 output + c);
        }
        for (; c < output_channels; ++c)
          convolve_block<1, 1>(g, arithmetic, window + c / g.depth_multiplier, filter + c, rows,
                               columns, c, output + c);
        output += output_channels;
      }
    }
  }
}

}  // namespace

void depthwise_conv_2d_f32(const DepthwiseConv2DF32Params& p, const float* input,
                           const float* filter, const float* bias, float* output) {
  const F32Arithmetic arithmetic = {bias, p.activation_min, p.activation_max};
  convolve(p.geometry, arithmetic, input, filter, output);
}

void depthwise_conv_2d_s8(const DepthwiseConv2DS8Params& p, const int8_t* input,
                          const int8_t* filter, const int32_t* bias,
                          const Requantization* requantization, int8_t* output) {
  const S8Arithmetic arithmetic = {
      bias, requantization, 1, p.input_offset, p.output_offset, p.activation_min, p.activation_max};
  convolve(p.geometry, arithmetic, input, filter, output);
}

}  // namespace solder::generic
