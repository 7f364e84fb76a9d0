#include "runtime/kernels/conv_2d/armv7em_s8.h"

#include <algorithm>
#include <cstring>

#include "runtime/kernels/armv7em/requantize.h"
#include "runtime/kernels/conv_2d/armv7em_s8_multiply.h"
#include "runtime/kernels/generic_arithmetic.h"
#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/window.h"

namespace solder::armv7em {
namespace {

// Words of one window lie so far apart, for four windows alternate.
constexpr int32_t kStep = 4;

// `count` elements, or four if there are more, as bytes of `four`, widened as Conv2DS8SmladParams
// says.
inline uint32_t* widen_four(uint32_t four, int32_t count, uint32_t* to) {
  const uint32_t even = dsp::sxtb16(four), odd = dsp::sxtb16_ror8(four);
  to[0] = count == 2 ? dsp::pkhbt16(even, odd) : even;
  if (count < 3) return to + kStep;
  to[kStep] = odd;
  return to + 2 * kStep;
}

// Up to three bytes more are read, which count for nothing.
inline uint32_t* widen(const int8_t* from, int32_t count, uint32_t* to) {
  for (; count >= 4; count -= 4, from += 4) to = widen_four(dsp::load(from), 4, to);
  return count == 0 ? to : widen_four(dsp::load(from), count, to);
}

uint32_t padding_of(const Conv2DS8SmladParams& p) {
  return static_cast<uint8_t>(p.input_zero_point) * 0x01010101U;
}

// Four neighbours, of which only those from `begin` to before `end` are there; at least one is.
uint32_t part_of_four(const int8_t* from, int32_t begin, int32_t end, uint32_t padding) {
  const uint32_t inside = ~0U >> (32 - 8 * (end - begin)) << 8 * begin;
  return (dsp::load(from + begin) << 8 * begin & inside) | (padding & ~inside);
}

[[gnu::noinline]] void copy_at_border(const Conv2DS8SmladParams& p, const int8_t* input, int32_t y,
                                      int32_t x, uint32_t* to) {
  const Conv2DGeometry& g = p.geometry;
  const int32_t channels = g.input_channels, run_taps = p.run_taps(), run = run_taps * channels;
  const uint32_t padding = padding_of(p);
  for (int32_t ky = 0; ky < g.filter_height; ++ky, y += g.dilation_height) {
    const bool is_inside = y >= 0 && y < g.input_height;
    for (int32_t kx = 0; kx < g.filter_width; kx += run_taps) {
      const int32_t at = x + kx * g.dilation_width;
      const int32_t begin = at < 0 ? -at * channels : 0;
      const int32_t end = is_inside ? (g.input_width - at) * channels : 0;
      const int8_t* from = input + (y * g.input_width + at) * channels;
      for (int32_t i = 0; i < run; i += 4) {
        uint32_t four = padding;
        if (i >= begin && i + 4 <= end)
          four = dsp::load(from + i);
        else if (i + 4 > begin && i < end)
          four = part_of_four(from + i, std::max<int32_t>(begin - i, 0),
                              std::min<int32_t>(end - i, 4), padding);
        to = widen_four(four, run - i, to);
      }
    }
  }
}

using Gather = void(const Conv2DS8SmladParams& p, const int8_t* input, int32_t y, int32_t x,
                    int32_t count, uint32_t* to);

// Copies `count` windows that are neighbours in a row of the output, each to every kStep-th word;
// the first tap of the first one lies at row y and column x of `input`. kRun: the elements of a
// run, 0: any number.
template <int32_t kRun>
[[gnu::noinline]] void gather(const Conv2DS8SmladParams& p, const int8_t* input, int32_t y,
                              int32_t x, int32_t count, uint32_t* to) {
  const Conv2DGeometry& g = p.geometry;
  const int32_t last_y = y + (g.filter_height - 1) * g.dilation_height;
  const bool is_inside = y >= 0 && last_y < g.input_height && g.dilation_width == 1;
  const int32_t row_size = g.input_width * g.input_channels;
  const int32_t step = row_size * g.dilation_height;
  const int32_t run = kRun > 0 ? kRun : g.filter_width * g.input_channels;
  for (; count > 0; --count, x += g.stride_width, ++to) {
    if (!is_inside || x < 0 || x + g.filter_width > g.input_width) {
      copy_at_border(p, input, y, x, to);
      continue;
    }
    const int8_t* from = input + y * row_size + x * g.input_channels;
    uint32_t* at = to;
    for (int32_t ky = g.filter_height; ky > 0; --ky, from += step) at = widen(from, run, at);
  }
}

// Rows of three or four taps of one channel. `row` gives those of a row of the filter.
struct ThreeTaps {
  static constexpr int32_t kTaps = 3;
  template <class Row>
  static void widen(int32_t rows, const Row& row, uint32_t* to) {
    for (int32_t y = 0; y < rows; y += 2, to += 3 * kStep) {
      const uint32_t first = row(y), middle = dsp::sxtb16_ror8(first);
      to[0] = dsp::sxtb16(first);
      to[kStep] = middle;
      if (y + 1 == rows) return;
      const uint32_t second = row(y + 1);
      to[kStep] = dsp::sxtb16(second);
      to[2 * kStep] = dsp::pkhbt16(middle, dsp::sxtb16_ror8(second));
    }
  }
};
struct FourTaps {
  static constexpr int32_t kTaps = 4;
  template <class Row>
  static void widen(int32_t rows, const Row& row, uint32_t* to) {
    for (int32_t y = 0; y < rows; ++y) to = widen_four(row(y), 4, to);
  }
};

// gather() of windows of such rows.
template <class Taps>
[[gnu::noinline]] void gather_taps(const Conv2DS8SmladParams& p, const int8_t* input, int32_t y,
                                   int32_t x, int32_t count, uint32_t* to) {
  const Conv2DGeometry& g = p.geometry;
  const int32_t rows = g.filter_height, last_y = y + (rows - 1) * g.dilation_height;
  const bool is_inside = y >= 0 && last_y < g.input_height;
  const int32_t step = g.input_width * g.dilation_height;
  for (; count > 0; --count, x += g.stride_width, ++to) {
    const int8_t* from = input + y * g.input_width + x;
    const int32_t right = g.input_width - x;
    if (is_inside && x >= 0 && right >= Taps::kTaps) {
      Taps::widen(
          rows, [=](int32_t ky) { return dsp::load(from + ky * step); }, to);
      continue;
    }
    const int32_t begin = std::max<int32_t>(-x, 0), end = std::min<int32_t>(right, 4);
    const auto row = [&, padding = padding_of(p)](int32_t ky) {
      const int32_t at = y + ky * g.dilation_height;
      if (at < 0 || at >= g.input_height || begin >= end) return padding;
      return part_of_four(from + ky * step, begin, end, padding);
    };
    Taps::widen(rows, row, to);
  }
}

Gather* gather_of(const Conv2DS8SmladParams& p) {
  const Conv2DGeometry& g = p.geometry;
  if (p.in_threes()) return gather_taps<ThreeTaps>;
  if (g.input_channels == 1 && p.run_taps() == 4) return gather_taps<FourTaps>;
  if (g.input_channels == 3 && p.run_taps() == 3) return gather<9>;
  return gather<0>;
}

// The same where a window is one pixel, and the next window the next pixel.
[[gnu::noinline]] void gather_pixels(const int8_t* from, int32_t count, int32_t channels,
                                     uint32_t* to) {
  for (; count > 0; --count, from += channels, ++to) widen(from, channels, to);
}

bool is_pointwise(const Conv2DGeometry& g) {
  return g.filter_height == 1 && g.filter_width == 1 && g.stride_height == 1 &&
         g.stride_width == 1 && g.output_height == g.input_height &&
         g.output_width == g.input_width;
}

template <class Weights>
inline void convolve(const Conv2DS8SmladParams& p, const int8_t* input, const uint32_t* filter,
                     uint32_t* scratch, int8_t* output) {
  const Conv2DGeometry& g = p.geometry;
  const int32_t channels = g.output_channels;
  Gather* const gather = gather_of(p);
  const Windows windows = Weights::windows(scratch, p.window_words());
  const bool pointwise = is_pointwise(g);
  int8_t* const rest = reinterpret_cast<int8_t*>(scratch + kStep * p.window_words());
  int32_t left = g.batches * g.output_height * g.output_width;
  int32_t x = 0, y = 0;
  while (left > 0) {
    const int32_t count = left < 4 ? left : 4;
    left -= count;
    if (pointwise) {
      gather_pixels(input, count, g.input_channels, scratch);
      input += count * g.input_channels;
    }
    for (int32_t i = 0; i < count && !pointwise;) {
      const int32_t in_row = std::min(count - i, g.output_width - x);
      gather(p, input, y * g.stride_height - g.pad_top, x * g.stride_width - g.pad_left, in_row,
             scratch + i);
      i += in_row, x += in_row;
      if (x < g.output_width) continue;
      x = 0;
      if (++y < g.output_height) continue;
      y = 0;
      input += g.input_height * g.input_width * g.input_channels;
    }
    int8_t* const to = count < 4 ? rest : output;
    Weights::each(windows, filter, {to, to + channels, channels});
    if (count < 4) std::memcpy(output, rest, static_cast<size_t>(count * channels));
    clamp_all(output, count * channels, p.activation_min, p.activation_max);
    output += count * channels;
  }
}

// Nearest that is inside: a max pooling does not mind repetition.
int32_t inside(int32_t at, int32_t size) { return clamp(at, 0, size - 1); }

template <class Weights>
inline void convolve_and_pool(const ConvMaxPool2DS8SmladParams& p, const int8_t* input,
                              const uint32_t* filter, uint32_t* scratch, int8_t* output) {
  const Conv2DS8SmladParams& c = p.convolution;
  const Conv2DGeometry& g = c.geometry;
  Gather* const gather = gather_of(c);
  const Windows windows = Weights::windows(scratch, c.window_words());
  for (int32_t b = 0; b < g.batches; ++b) {
    for (int32_t py = 0; py < p.pooled_height; ++py) {
      for (int32_t px = 0; px < p.pooled_width; ++px) {
        int32_t y = py * p.pool_stride_height - p.pool_pad_top;
        for (int32_t i = 0; i < 4; ++y) {
          const int32_t top = inside(y, g.output_height) * g.stride_height - g.pad_top;
          const int32_t left = px * p.pool_stride_width - p.pool_pad_left;
          const bool whole = left >= 0 && left + p.pool_width <= g.output_width;
          for (int32_t x = 0; x < p.pool_width; x += whole ? p.pool_width : 1)
            gather(c, input, top, inside(left + x, g.output_width) * g.stride_width - g.pad_left,
                   whole ? p.pool_width : 1, scratch + i + x);
          i += p.pool_width;
        }
        Weights::greatest(windows, filter, {output, output + g.output_channels, 0});
        clamp_all(output, g.output_channels, c.activation_min, c.activation_max);
        output += g.output_channels;
      }
    }
    input += g.input_height * g.input_width * g.input_channels;
  }
}

}  // namespace

void conv_2d_s8_smlad_w16(const Conv2DS8SmladParams& p, const int8_t* input, const uint32_t* filter,
                          uint32_t* scratch, int8_t* output) {
  convolve<Int16Weights>(p, input, filter, scratch, output);
}

void conv_2d_s8_smlad_w8(const Conv2DS8SmladParams& p, const int8_t* input, const uint32_t* filter,
                         uint32_t* scratch, int8_t* output) {
  convolve<Int8Weights>(p, input, filter, scratch, output);
}

void conv_2d_s8_smlad_scaled(const Conv2DS8SmladParams& p, const int8_t* input,
                             const uint32_t* filter, uint32_t* scratch, int8_t* output) {
  convolve<ScaledWeights>(p, input, filter, scratch, output);
}

void conv_max_pool_2d_s8_smlad_w16(const ConvMaxPool2DS8SmladParams& p, const int8_t* input,
                                   const uint32_t* filter, uint32_t* scratch, int8_t* output) {
  convolve_and_pool<Int16Weights>(p, input, filter, scratch, output);
}

void conv_max_pool_2d_s8_smlad_w8(const ConvMaxPool2DS8SmladParams& p, const int8_t* input,
                                  const uint32_t* filter, uint32_t* scratch, int8_t* output) {
  convolve_and_pool<Int8Weights>(p, input, filter, scratch, output);
}

void conv_max_pool_2d_s8_smlad_scaled(const ConvMaxPool2DS8SmladParams& p, const int8_t* input,
                                      const uint32_t* filter, uint32_t* scratch, int8_t* output) {
  convolve_and_pool<ScaledWeights>(p, input, filter, scratch, output);
}

}  // namespace solder::armv7em
