#include <cassert>

#include "runtime/kernels/generic_arithmetic.h"
#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/window.h"

namespace solder::generic {

namespace {

// Outputs of kPixels neighbouring pixels in the channels of a block: the taps in `rows` and
// `columns` of their windows, the first of which starts at `input`.
template <int32_t kPixels, class Arithmetic, class Element>
[[gnu::noinline]] void convolve_window(const Conv2DGeometry& g, const Arithmetic& arithmetic,
                                       const ChannelBlock& block, const Element* input,
                                       const Element* filter, TapRange rows, TapRange columns,
                                       Element* output) {
  // Where the taps of a row are adjacent in input and filter alike, they are one run.
  const bool adjacent = g.dilation_width == 1 && g.filter_channels == g.input_channels;
  const int32_t runs = adjacent ? 1 : columns.count();
  const int32_t run = adjacent ? columns.count() * g.filter_channels : g.filter_channels;
  const int32_t filter_row = g.filter_width * g.filter_channels;

  typename Arithmetic::Sum sums[kPixels][kChannelBlock] = {};
  for (int32_t ky = rows.begin; ky < rows.end; ++ky) {
    const Element* in =
        input + (ky * g.dilation_height * g.input_width + columns.begin * g.dilation_width) *
                    g.input_channels;
    const Element* taps = filter + ky * filter_row + columns.begin * g.filter_channels;
    for (int32_t i = 0; i < runs; ++i) {
      add_products(arithmetic, in, g.stride_width * g.input_channels, taps, block, run, sums);
      in += g.dilation_width * g.input_channels;
      taps += g.filter_channels;
    }
  }
  for (int32_t p = 0; p < kPixels; ++p)
    block.store(arithmetic, sums[p], output + p * g.output_channels);
}

// The channels of a block in the whole output; `input` starts at the channels of their group.
template <int32_t kPixels, class Arithmetic, class Element>
void convolve_channels(const Conv2DGeometry& g, const Arithmetic& arithmetic,
                       const ChannelBlock& block, const Element* input, const Element* filter,
                       Element* output) {
  for (int32_t b = 0; b < g.batches; ++b) {
    for (int32_t out_y = 0; out_y < g.output_height; ++out_y) {
      const int32_t y = out_y * g.stride_height - g.pad_top;
      const TapRange rows = taps_inside(y, g.dilation_height, g.filter_height, g.input_height);
      const auto columns_of = [&](int32_t out_x) {
        return taps_inside(out_x * g.stride_width - g.pad_left, g.dilation_width, g.filter_width,
                           g.input_width);
      };
      for (int32_t out_x = 0; out_x < g.output_width;) {
        const int32_t x = out_x * g.stride_width - g.pad_left;
        const Element* window =
            input + ((b * g.input_height + y) * g.input_width + x) * g.input_channels;
        const TapRange columns = columns_of(out_x);
        int32_t pixels = 1;
        if (kPixels > 1 && out_x + kPixels <= g.output_width &&
            columns == columns_of(out_x + kPixels - 1)) {
          pixels = kPixels;
          convolve_window<kPixels>(g, arithmetic, block, window, filter, rows, columns, output);
        } else {
          convolve_window<1>(g, arithmetic, block, window, filter, rows, columns, output);
        }
        out_x += pixels;
        output += pixels * g.output_channels;
      }
    }
  }
}

template <int32_t kPixels, class Arithmetic, class Element>
void convolve(const Conv2DGeometry& g, const Arithmetic& arithmetic, const Element* input,
              const Element* filter, Element* output) {
  assert(g.input_channels % g.filter_channels == 0);
  const int32_t groups = g.input_channels / g.filter_channels;
  assert(g.output_channels % groups == 0);
  const int32_t channels_per_group = g.output_channels / groups;
  const int32_t filter_size = g.filter_height * g.filter_width * g.filter_channels;

  for (int32_t group = 0; group < groups; ++group) {
    const int32_t end = (group + 1) * channels_per_group;
    for (int32_t first = group * channels_per_group; first < end; first += kChannelBlock) {
      const ChannelBlock block(first, end, filter_size);
      convolve_channels<kPixels>(g, arithmetic, block, input + group * g.filter_channels, filter,
                                 output);
    }
  }
}

}  // namespace

void conv_2d_f32(const Conv2DF32Params& p, const float* input, const float* filter,
                 const float* bias, float* output) {
  const F32Arithmetic arithmetic = {bias, p.activation_min, p.activation_max};
  convolve<2>(p.geometry, arithmetic, input, filter, output);
}

void conv_2d_s8(const Conv2DS8Params& p, const int8_t* input, const int8_t* filter,
                const int32_t* bias, const Requantization* requantization, int8_t* output) {
  const S8Arithmetic arithmetic = {
      bias, requantization, 1, p.input_offset, p.output_offset, p.activation_min, p.activation_max};
  convolve<1>(p.geometry, arithmetic, input, filter, output);
}

}  // namespace solder::generic
