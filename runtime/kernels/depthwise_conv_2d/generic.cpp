#include "runtime/kernels/generic_arithmetic.h"
#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/window.h"

namespace solder::generic {

namespace {

// The taps of a window that lie inside the input, and how far apart they are.
struct Window {
  int32_t input_offset, filter_offset;
  int32_t rows, columns;
  int32_t input_row_step, input_column_step, filter_row_step, filter_column_step;
};

Window window_at(const Conv2DGeometry& g, int32_t batch, int32_t y, TapRange rows, int32_t x) {
  const TapRange columns = taps_inside(x, g.dilation_width, g.filter_width, g.input_width);
  const int32_t top = batch * g.input_height + y + rows.begin * g.dilation_height;
  const int32_t left = x + columns.begin * g.dilation_width;
  const int32_t output_channels = g.output_channels;
  return {
      .input_offset = (top * g.input_width + left) * g.input_channels,
      .filter_offset = (rows.begin * g.filter_width + columns.begin) * output_channels,
      .rows = rows.count(),
      .columns = columns.count(),
      .input_row_step = g.dilation_height * g.input_width * g.input_channels,
      .input_column_step = g.dilation_width * g.input_channels,
      .filter_row_step = g.filter_width * output_channels,
      .filter_column_step = output_channels,
  };
}

// The channels from `first` to before `end` of one output, kBlock at a time; the last block may
// overlap the one before. Each has an input channel of its own (kInputs == kBlock), or all have
// the one at `input` (kInputs == 1).
template <int32_t kBlock, int32_t kInputs, class Arithmetic, class Element, class Weight>
[[gnu::noinline]] void convolve_window(const Arithmetic& arithmetic, const Window& w,
                                       const Element* input, const Weight* filter, int32_t first,
                                       int32_t end, Element* output) {
  using Sum = typename Arithmetic::Sum;
  for (; first < end; first += kBlock) {
    const int32_t channel = first + kBlock <= end ? first : end - kBlock;
    Sum sums[kBlock] = {};
    for (int32_t row = 0; row < w.rows; ++row) {
      const Element* in =
          input + w.input_offset + row * w.input_row_step + (kInputs == 1 ? 0 : channel);
      const Weight* taps = filter + w.filter_offset + row * w.filter_row_step + channel;
      for (int32_t column = 0; column < w.columns; ++column) {
        SOLDER_UNROLL
        for (int32_t c = 0; c < kBlock; ++c)
          sums[c] += arithmetic.load(in + c % kInputs) * arithmetic.weight(taps[c]);
        in += w.input_column_step;
        taps += w.filter_column_step;
      }
    }
    // A copy, for the compiler must assume that a store changes the original.
    const Arithmetic a = arithmetic;
    for (int32_t c = 0; c < kBlock; ++c) output[channel + c] = a.finish(sums[c], channel + c);
  }
}

template <class Arithmetic, class Element, class Weight>
void convolve(const Conv2DGeometry& g, const Arithmetic& arithmetic, const Element* input,
              const Weight* filter, Element* output) {
  const int32_t output_channels = g.output_channels;
  const int32_t depth_multiplier = output_channels / g.input_channels;
  for (int32_t b = 0; b < g.batches; ++b) {
    for (int32_t out_y = 0; out_y < g.output_height; ++out_y) {
      const int32_t y = out_y * g.stride_height - g.pad_top;
      const TapRange rows = taps_inside(y, g.dilation_height, g.filter_height, g.input_height);
      for (int32_t out_x = 0; out_x < g.output_width; ++out_x) {
        const Window window = window_at(g, b, y, rows, out_x * g.stride_width - g.pad_left);
        if (depth_multiplier == 1 && output_channels >= kChannelBlock) {
          convolve_window<kChannelBlock, kChannelBlock>(arithmetic, window, input, filter, 0,
                                                        output_channels, output);
        } else {
          for (int32_t c = 0; c < g.input_channels; ++c) {
            const int32_t first = c * depth_multiplier;
            const int32_t end = first + depth_multiplier;
            if (depth_multiplier >= kChannelBlock) {
              convolve_window<kChannelBlock, 1>(arithmetic, window, input + c, filter, first, end,
                                                output);
            } else {
              convolve_window<1, 1>(arithmetic, window, input + c, filter, first, end, output);
            }
          }
        }
        output += output_channels;
      }
    }
  }
}

}  // namespace

void depthwise_conv_2d_f32(const Conv2DF32Params& p, const float* input, const float* filter,
                           const float* bias, float* output) {
  const F32Arithmetic arithmetic = {bias, p.activation_min, p.activation_max};
  convolve(p.geometry, arithmetic, input, filter, output);
}

void depthwise_conv_2d_f32_s8(const Conv2DF32Params& p, const float* input, const int8_t* filter,
                              const float* scale, const float* bias, float* output) {
  const F32S8Arithmetic arithmetic = {scale, bias, p.activation_min, p.activation_max};
  convolve(p.geometry, arithmetic, input, filter, output);
}

void depthwise_conv_2d_s8(const Conv2DS8Params& p, const int8_t* input, const int8_t* filter,
                          const int32_t* bias, const Requantization* requantization,
                          int8_t* output) {
  const S8Arithmetic arithmetic = {
      bias, requantization, 1, p.input_offset, p.output_offset, p.activation_min, p.activation_max};
  convolve(p.geometry, arithmetic, input, filter, output);
}

void depthwise_conv_2d_s8_offset(const Conv2DS8OffsetParams& p, const int8_t* input,
                                 const int8_t* filter, const int32_t* bias,
                                 const Requantization* requantization, int8_t* output) {
  const Conv2DS8Params& s = p.symmetric;
  const S8OffsetArithmetic arithmetic = {{bias, requantization, 1, s.input_offset, s.output_offset,
                                          s.activation_min, s.activation_max},
                                         p.filter_offset};
  convolve(s.geometry, arithmetic, input, filter, output);
}

void depthwise_conv_2d_s16(const Conv2DS16Params& p, const int16_t* input, const int8_t* filter,
                           const int64_t* bias, const Requantization* requantization,
                           int16_t* output) {
  const S16Arithmetic arithmetic = {bias,       requantization,   1,
                                    p.sum_bits, p.activation_min, p.activation_max};
  convolve(p.geometry, arithmetic, input, filter, output);
}

}  // namespace solder::generic
