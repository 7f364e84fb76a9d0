// The reference loop of CONV_2D and DEPTHWISE_CONV_2D.
#pragma once

#include <cassert>

#include "runtime/kernels/arithmetic.h"
#include "runtime/kernels/conv_2d/conv_2d.h"

namespace solder::reference {

// How far apart the filter's elements are: of neighbouring output channels, and of neighbouring
// taps.
struct FilterLayout {
  int32_t channel_step, tap_step;
};

template <class Arithmetic, class Element, class Weight>
void convolve(const Conv2DGeometry& g, const FilterLayout& layout, const Arithmetic& arithmetic,
              const Element* input, const Weight* filter, Element* output) {
  using Sum = typename Arithmetic::Sum;
  assert(g.input_channels % g.filter_channels == 0);
  const int32_t groups = g.input_channels / g.filter_channels;
  assert(g.output_channels % groups == 0);
  const int32_t channels_per_group = g.output_channels / groups;

  for (int32_t b = 0; b < g.batches; ++b) {
    for (int32_t out_y = 0; out_y < g.output_height; ++out_y) {
      for (int32_t out_x = 0; out_x < g.output_width; ++out_x) {
        for (int32_t out_c = 0; out_c < g.output_channels; ++out_c) {
          const int32_t first_c = out_c / channels_per_group * g.filter_channels;
          Sum sum = 0;
          for (int32_t ky = 0; ky < g.filter_height; ++ky) {
            const int32_t y = out_y * g.stride_height - g.pad_top + ky * g.dilation_height;
            for (int32_t kx = 0; kx < g.filter_width; ++kx) {
              const int32_t x = out_x * g.stride_width - g.pad_left + kx * g.dilation_width;
              if (y < 0 || y >= g.input_height || x < 0 || x >= g.input_width) continue;
              const Element* pixel =
                  input + ((b * g.input_height + y) * g.input_width + x) * g.input_channels;
              const Weight* tap = filter + out_c * layout.channel_step +
                                  (ky * g.filter_width + kx) * layout.tap_step;
              for (int32_t c = 0; c < g.filter_channels; ++c)
                sum += arithmetic.load(pixel + first_c + c) * arithmetic.weight(tap[c]);
            }
          }
          *output++ = arithmetic.finish(sum, out_c);
        }
      }
    }
  }
}

}  // namespace solder::reference
