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

uint32_t* fill(uint32_t* to, int32_t words, uint32_t word) {
  for (; words > 0; --words, to += kStep) *to = word;
  return to;
}

// Elements 0 and 2, then 1 and 3.
struct InFours {
  static uint32_t* widen(const int8_t* from, int32_t words, uint32_t* to) {
    for (; words > 0; words -= 2, from += 4, to += 2 * kStep) {
      const uint32_t four = dsp::load(from);
      to[0] = dsp::sxtb16(four);
      to[kStep] = dsp::sxtb16_ror8(four);
    }
    return to;
  }
};

// Up to three bytes more are read, of which one may be written.
struct InOrder {
  static uint32_t* widen(const int8_t* from, int32_t words, uint32_t* to) {
    for (; words > 1; words -= 2, from += 4, to += 2 * kStep) {
      const uint32_t four = dsp::load(from);
      const uint32_t even = dsp::sxtb16(four), odd = dsp::sxtb16_ror8(four);
      to[0] = dsp::pkhbt16(even, odd);
      to[kStep] = dsp::pkhtb16(odd, even);
    }
    if (words == 0) return to;
    const uint32_t four = dsp::load(from);
    *to = dsp::pkhbt16(dsp::sxtb16(four), dsp::sxtb16_ror8(four));
    return to + kStep;
  }
};

// Runs of few words, in their order.
template <int32_t kWords>
struct Narrow {
  static uint32_t* widen(const int8_t* from, int32_t, uint32_t* to) {
    SOLDER_UNROLL
    for (int32_t w = 0; w < kWords; w += 2, from += 4)
      InOrder::widen(from, kWords - w < 2 ? 1 : 2, to + w * kStep);
    return to + kWords * kStep;
  }
};

// A run, whose first tap would lie at `from`. Only `taps` are there, around them is padding.
template <class Order>
uint32_t* copy_run(const Conv2DS8SmladParams& p, const int8_t* from, TapRange taps, uint32_t* to) {
  const int32_t zero_point = p.input_zero_point;
  const uint32_t padding = dsp::pair(zero_point, zero_point);
  uint32_t* const end = to + kStep * p.run_words();
  const int32_t before = taps.begin * p.geometry.input_channels;
  int32_t count = taps.count() * p.geometry.input_channels;
  if (count > 0) {
    from += before;
    to = fill(to, before / 2, padding);
    if (before % 2 != 0) {
      *to = dsp::pair(zero_point, *from++);
      to += kStep, --count;
    }
    to = Order::widen(from, count / 2, to);
    if (count % 2 != 0) {
      *to = dsp::pair(from[count - 1], zero_point);
      to += kStep;
    }
  }
  return fill(to, static_cast<int32_t>(end - to) / kStep, padding);
}

template <class Order>
[[gnu::noinline]] void copy_at_border(const Conv2DS8SmladParams& p, const int8_t* input, int32_t y,
                                      int32_t left, uint32_t* to) {
  const Conv2DGeometry& g = p.geometry;
  const int32_t run_taps = p.run_taps();
  TapRange taps = taps_inside(left, 1, run_taps, g.input_width);
  for (int32_t ky = 0; ky < g.filter_height; ++ky, y += g.dilation_height) {
    const bool is_inside = y >= 0 && y < g.input_height;
    int32_t x = left;
    for (int32_t kx = 0; kx < g.filter_width; kx += run_taps, x += g.dilation_width) {
      if (run_taps < g.filter_width) taps = taps_inside(x, 1, 1, g.input_width);
      const int8_t* from = input + (y * g.input_width + x) * g.input_channels;
      to = copy_run<Order>(p, from, is_inside ? taps : TapRange{0, 0}, to);
    }
  }
}

using Gather = void(const Conv2DS8SmladParams& p, const int8_t* input, int32_t y, int32_t x,
                    int32_t count, uint32_t* to);

// Copies `count` windows that are neighbours in a row of the output, each to every kStep-th word;
// the first tap of the first one lies at row y and column x of `input`.
template <class Order>
[[gnu::noinline]] void gather(const Conv2DS8SmladParams& p, const int8_t* input, int32_t y,
                              int32_t x, int32_t count, uint32_t* to) {
  const Conv2DGeometry& g = p.geometry;
  const int32_t last_y = y + (g.filter_height - 1) * g.dilation_height;
  const bool is_inside = y >= 0 && last_y < g.input_height && g.dilation_width == 1;
  const int32_t row_size = g.input_width * g.input_channels;
  const int32_t step = row_size * g.dilation_height, words = p.run_words();
  for (; count > 0; --count, x += g.stride_width, ++to) {
    if (!is_inside || x < 0 || x + g.filter_width > g.input_width) {
      (p.in_fours() ? copy_at_border<InFours> : copy_at_border<InOrder>)(p, input, y, x, to);
      continue;
    }
    const int8_t* from = input + y * row_size + x * g.input_channels;
    uint32_t* at = to;
    for (int32_t ky = g.filter_height; ky > 0; --ky, from += step)
      at = Order::widen(from, words, at);
  }
}

Gather* gather_of(const Conv2DS8SmladParams& p) {
  if (p.in_fours()) return gather<InFours>;
  if (p.run_words() == 2) return gather<Narrow<2>>;  // 3 or 4 taps of one channel
  if (p.run_words() == 5) return gather<Narrow<5>>;  // 3 taps of three
  return gather<InOrder>;
}

// The same where a window is one pixel, and the next window the next pixel.
template <class Order>
[[gnu::noinline]] void gather_pixels(const int8_t* from, int32_t count, int32_t channels,
                                     uint32_t* to) {
  for (; count > 0; --count, from += channels, ++to) Order::widen(from, (channels + 1) / 2, to);
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
  const auto gather_pixels =
      p.in_fours() ? armv7em::gather_pixels<InFours> : armv7em::gather_pixels<InOrder>;
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
