#include <algorithm>
#include <cassert>

#include "runtime/kernels/generic_arithmetic.h"
#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/window.h"

namespace solder::generic {

namespace {

// So much of the filter is used on the whole input before the next part, to stay in a small cache.
constexpr int32_t kFilterBytesAtOnce = 2048;

// Integer windows of at most so many elements are copied into one piece first.
constexpr int32_t kMaxGathered = 64;

// The taps of a window that lie inside the input, as runs of elements that are neighbours in input
// and filter alike: a row is a single run unless dilation or groups leave gaps.
struct Window {
  int32_t input_offset, filter_offset;
  int32_t rows, runs, run;
  int32_t input_row_step, input_run_step, filter_row_step;
};

[[gnu::noinline]] Window window_at(const Conv2DGeometry& g, int32_t batch, int32_t y, int32_t x) {
  const TapRange rows = taps_inside(y, g.dilation_height, g.filter_height, g.input_height);
  const TapRange columns = taps_inside(x, g.dilation_width, g.filter_width, g.input_width);
  const int32_t top = batch * g.input_height + y + rows.begin * g.dilation_height;
  const int32_t left = x + columns.begin * g.dilation_width;
  const bool adjacent = g.dilation_width == 1 && g.filter_channels == g.input_channels;
  return {
      .input_offset = (top * g.input_width + left) * g.input_channels,
      .filter_offset = (rows.begin * g.filter_width + columns.begin) * g.filter_channels,
      .rows = rows.count(),
      .runs = adjacent ? 1 : columns.count(),
      .run = adjacent ? columns.count() * g.filter_channels : g.filter_channels,
      .input_row_step = g.dilation_height * g.input_width * g.input_channels,
      .input_run_step = g.dilation_width * g.input_channels,
      .filter_row_step = g.filter_width * g.filter_channels,
  };
}

// The channels from `first` to before `end` of kPixels outputs, whose inputs lie `input_step`
// apart.
template <int32_t kPixels, class Arithmetic, class Element, class Weight>
[[gnu::noinline]] void convolve_window(const Arithmetic& arithmetic, int32_t first, int32_t end,
                                       const Window& w, const Element* input, int32_t input_step,
                                       const Weight* filter, int32_t filter_size, Element* output,
                                       int32_t output_step) {
  for (; first < end; first += kChannelBlock) {
    const ChannelBlock block(first, end, filter_size);
    BlockSums<kPixels, Arithmetic> sums = {};
    for (int32_t row = 0; row < w.rows; ++row) {
      const Element* in = input + w.input_offset + row * w.input_row_step;
      const Weight* taps = filter + w.filter_offset + row * w.filter_row_step;
      for (int32_t i = 0; i < w.runs; ++i) {
        add_products<kPixels>(arithmetic, block, in + i * w.input_run_step, input_step,
                              taps + i * w.run, w.run, sums);
      }
    }
    store<kPixels>(arithmetic, block, sums, output, output_step);
  }
}

// One pixel of integers: a window that is a single run, or small enough to be made one, takes the
// shorter way.
template <class Arithmetic, class Element, class Weight>
void convolve_pixel(const Arithmetic& arithmetic, int32_t first, int32_t end, const Window& w,
                    const Element* input, const Weight* filter, int32_t filter_size,
                    Element* output) {
  if (w.run == filter_size) {
    multiply(arithmetic, first, end, input + w.input_offset, filter, filter_size, 0, output);
  } else if (filter_size <= kMaxGathered) {
    Element gathered[kMaxGathered];
    if (w.rows * w.runs * w.run < filter_size)
      std::fill_n(gathered, filter_size, arithmetic.padding());
    for (int32_t row = 0; row < w.rows; ++row) {
      const Element* from = input + w.input_offset + row * w.input_row_step;
      Element* to = gathered + w.filter_offset + row * w.filter_row_step;
      for (int32_t i = 0; i < w.runs; ++i) {
        for (int32_t k = 0; k < w.run; ++k) *to++ = from[k];
        from += w.input_run_step;
      }
    }
    multiply(arithmetic, first, end, gathered, filter, filter_size, 0, output);
  } else {
    convolve_window<1>(arithmetic, first, end, w, input, 0, filter, filter_size, output, 0);
  }
}
template <class Arithmetic, class Weight>
void convolve_pixel(const Arithmetic& arithmetic, int32_t first, int32_t end, const Window& w,
                    const float* input, const Weight* filter, int32_t filter_size, float* output) {
  convolve_window<1>(arithmetic, first, end, w, input, 0, filter, filter_size, output, 0);
}

// The channels from `first` to before `end` of the whole output; `input` starts at those of their
// group.
template <class Arithmetic, class Element, class Weight>
void convolve_channels(const Conv2DGeometry& g, const Arithmetic& arithmetic, int32_t first,
                       int32_t end, const Element* input, const Weight* filter, Element* output) {
  constexpr int32_t kPixels = Arithmetic::kPixels;
  const int32_t filter_size = g.filter_height * g.filter_width * g.filter_channels;
  // How far the last tap of the last of kPixels outputs lies to the right of the first.
  const int32_t reach = (kPixels - 1) * g.stride_width + (g.filter_width - 1) * g.dilation_width;
  for (int32_t b = 0; b < g.batches; ++b) {
    for (int32_t out_y = 0; out_y < g.output_height; ++out_y) {
      const int32_t y = out_y * g.stride_height - g.pad_top;
      for (int32_t out_x = 0; out_x < g.output_width;) {
        const int32_t x = out_x * g.stride_width - g.pad_left;
        const Window w = window_at(g, b, y, x);
        int32_t pixels = 1;
        if (kPixels > 1 && x >= 0 && x + reach < g.input_width &&
            out_x + kPixels <= g.output_width) {
          pixels = kPixels;
          convolve_window<kPixels>(arithmetic, first, end, w, input,
                                   g.stride_width * g.input_channels, filter, filter_size, output,
                                   g.output_channels);
        } else {
          convolve_pixel(arithmetic, first, end, w, input, filter, filter_size, output);
        }
        out_x += pixels;
        output += pixels * g.output_channels;
      }
    }
  }
}

template <class Arithmetic, class Element, class Weight>
void convolve(const Conv2DGeometry& g, const Arithmetic& arithmetic, const Element* input,
              const Weight* filter, Element* output) {
  assert(g.input_channels % g.filter_channels == 0);
  const int32_t groups = g.input_channels / g.filter_channels;
  assert(g.output_channels % groups == 0);
  const int32_t channels_per_group = g.output_channels / groups;
  const int32_t filter_bytes =
      g.filter_height * g.filter_width * g.filter_channels * static_cast<int32_t>(sizeof(Weight));
  int32_t at_once = kFilterBytesAtOnce / filter_bytes / kChannelBlock * kChannelBlock;
  if (at_once == 0) at_once = kChannelBlock;

  for (int32_t group = 0; group < groups; ++group) {
    const int32_t end = (group + 1) * channels_per_group;
    for (int32_t first = end - channels_per_group; first < end; first += at_once) {
      convolve_channels(g, arithmetic, first, first + at_once < end ? first + at_once : end,
                        input + group * g.filter_channels, filter, output);
    }
  }
}

}  // namespace

void conv_2d_f32(const Conv2DF32Params& p, const float* input, const float* filter,
                 const float* bias, float* output) {
  const F32Arithmetic arithmetic = {bias, p.activation_min, p.activation_max};
  convolve(p.geometry, arithmetic, input, filter, output);
}

void conv_2d_f32_s8(const Conv2DF32Params& p, const float* input, const int8_t* filter,
                    const float* scale, const float* bias, float* output) {
  const F32S8Arithmetic arithmetic = {scale, bias, p.activation_min, p.activation_max};
  convolve(p.geometry, arithmetic, input, filter, output);
}

void conv_2d_s8(const Conv2DS8Params& p, const int8_t* input, const int8_t* filter,
                const int32_t* bias, const Requantization* requantization, int8_t* output) {
  const S8Arithmetic arithmetic = {
      bias, requantization, 1, p.input_offset, p.output_offset, p.activation_min, p.activation_max};
  convolve(p.geometry, arithmetic, input, filter, output);
}

void conv_2d_s8_offset(const Conv2DS8OffsetParams& p, const int8_t* input, const int8_t* filter,
                       const int32_t* bias, const Requantization* requantization, int8_t* output) {
  const Conv2DS8Params& s = p.symmetric;
  const S8OffsetArithmetic arithmetic = {{bias, requantization, 1, s.input_offset, s.output_offset,
                                          s.activation_min, s.activation_max},
                                         p.filter_offset};
  convolve(s.geometry, arithmetic, input, filter, output);
}

void conv_2d_s16(const Conv2DS16Params& p, const int16_t* input, const int8_t* filter,
                 const int64_t* bias, const Requantization* requantization, int16_t* output) {
  const S16Arithmetic arithmetic = {bias,       requantization,   1,
                                    p.sum_bits, p.activation_min, p.activation_max};
  convolve(p.geometry, arithmetic, input, filter, output);
}

}  // namespace solder::generic
