#include <cassert>

#include "runtime/kernels/armv7em/multiply_f32.h"
#include "runtime/kernels/armv7em/output_f32.h"
#include "runtime/kernels/conv_2d/winograd_f32.h"
#include "runtime/kernels/generic_arithmetic.h"
#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/window.h"

namespace solder::armv7em {
namespace {

// Channels that are transformed together: for one, each instruction would wait for the last.
constexpr int32_t kAtOnce = 2;
// Channels whose half transformed tiles are in memory at a time.
constexpr int32_t kChannels = 4;

// Where a row and a column of the outputs of 2x2 tiles lie among a block's products, together.
template <int32_t kOutputs>
struct Offsets {
  int16_t row[2 * kOutputs], column[2 * kOutputs];

  constexpr Offsets() : row(), column() {
    for (int32_t i = 0; i < 2 * kOutputs; ++i) {
      const int32_t tile = i / kOutputs, at = i % kOutputs;
      row[i] = static_cast<int16_t>(at * (kOutputs + 2) * kBlockSums + 2 * tile * kBlock);
      column[i] = static_cast<int16_t>(at * kBlockSums + tile * kBlock);
    }
  }
};
template <int32_t kOutputs>
constexpr Offsets<kOutputs> kOffsets;

// Four tiles, two by two, at a time.
template <int32_t kOutputs>
class WinogradConvolution {
 public:
  WinogradConvolution(const Conv2DF32PooledParams& p, const float* filter, const float* bias,
                      float* scratch)
      : p_(p),
        filter_(filter),
        output_{bias, p.geometry.output_channels, p.activation_min, p.activation_max},
        inputs_(scratch),
        products_(scratch + kElements * kBlock * p.geometry.input_channels) {}

  void convolve(const float* image, float* output) const;

 private:
  static constexpr int32_t kInputs = kOutputs + 2;
  static constexpr int32_t kElements = kInputs * kInputs;
  static constexpr int32_t kRegion = 2 * kOutputs;  // outputs of four tiles along an axis

  void transform_input(const float* image, int32_t y, int32_t x, float* to) const;
  void transform_output() const;
  void store(int32_t channel, int32_t y, int32_t x, float* output) const;
  void pool(int32_t channel, int32_t y, int32_t x, float* output) const;

  const Conv2DF32PooledParams& p_;
  const float* filter_;
  OutputF32 output_;
  float* inputs_;    // [kInputs][kInputs][4 tiles][input channels]
  float* products_;  // [kInputs][kInputs][4 tiles][4 output channels]
};

// Transforms kAtOnce tiles' or channels' elements along an axis. from(k), to(k): where the k-th
// lies.
template <int32_t kIn, int32_t kOut, void (*kTransform)(const float (&)[kIn], float (&)[kOut]),
          class From, class To>
inline void transform(const From& from, const To& to) {
  float in[kAtOnce][kIn], out[kAtOnce][kOut];
  SOLDER_UNROLL
  for (int32_t k = 0; k < kIn; ++k) {
    SOLDER_UNROLL
    for (int32_t c = 0; c < kAtOnce; ++c) in[c][k] = from(k)[c];
  }
  SOLDER_UNROLL
  for (int32_t c = 0; c < kAtOnce; ++c) kTransform(in[c], out[c]);
  SOLDER_UNROLL
  for (int32_t k = 0; k < kOut; ++k) {
    SOLDER_UNROLL
    for (int32_t c = 0; c < kAtOnce; ++c) to(k)[c] = out[c][k];
  }
}

// One tile, whose first input is at y, x of the image: along columns to products_, which are not
// needed yet, as [column][row][kChannels], from there along rows.
template <int32_t kOutputs>
void WinogradConvolution<kOutputs>::transform_input(const float* image, int32_t y, int32_t x,
                                                    float* to) const {
  using W = Winograd<kOutputs>;
  const Conv2DGeometry& g = p_.geometry;
  const int32_t channels = g.input_channels;
  const int32_t step = kBlock * channels;
  const TapRange rows = taps_inside(y, 1, kInputs, g.input_height);
  const TapRange columns = taps_inside(x, 1, kInputs, g.input_width);
  const float* first = image + (y * g.input_width + x) * channels;
  const int32_t row_step = g.input_width * channels;
  for (int32_t channel = 0; channel < channels; channel += kChannels) {
    const float* column = first + channel;
    float* half = products_;
    for (int32_t i = 0; i < kInputs; ++i, column += channels, half += kInputs * kChannels) {
      const float* from[kInputs];
      const float* element = column;
      const bool inside = i >= columns.begin && i < columns.end;
      SOLDER_UNROLL
      for (int32_t k = 0; k < kInputs; ++k, element += row_step) from[k] = element;
      if (!inside || rows.count() < kInputs)
        for (int32_t k = 0; k < kInputs; ++k)
          if (!inside || k < rows.begin || k >= rows.end) from[k] = kZeroSums;
      for (int32_t c = 0; c < kChannels; c += kAtOnce)
        transform<kInputs, kInputs, W::transform_input>(
            [&](int32_t k) { return from[k] + c; },
            [&](int32_t k) { return half + k * kChannels + c; });
    }
    half = products_;
    float* row = to + channel;
    for (int32_t i = 0; i < kInputs; ++i, half += kChannels, row += kInputs * step)
      for (int32_t c = 0; c < kChannels; c += kAtOnce)
        transform<kInputs, kInputs, W::transform_input>(
            [&](int32_t k) { return half + k * kInputs * kChannels + c; },
            [&](int32_t k) { return row + k * step + c; });
  }
}

// In place, along columns, then along rows. Outputs take the place of the first kOutputs of each.
template <int32_t kOutputs>
void WinogradConvolution<kOutputs>::transform_output() const {
  using W = Winograd<kOutputs>;
  for (float* column = products_; column < products_ + kInputs * kBlockSums; column += kAtOnce) {
    const auto at = [=](int32_t k) { return column + k * kInputs * kBlockSums; };
    transform<kInputs, kOutputs, W::transform_output>(at, at);
  }
  float* row = products_;
  for (int32_t i = 0; i < kOutputs; ++i, row += kInputs * kBlockSums)
    for (int32_t c = 0; c < kBlockSums; c += kAtOnce) {
      const auto at = [=](int32_t k) { return row + k * kBlockSums + c; };
      transform<kInputs, kOutputs, W::transform_output>(at, at);
    }
}

// Four channels of the region whose first output is at y, x.
template <int32_t kOutputs>
void WinogradConvolution<kOutputs>::store(int32_t channel, int32_t y, int32_t x,
                                          float* output) const {
  const Conv2DGeometry& g = p_.geometry;
  for (int32_t tile = 0; tile < kBlock; ++tile) {
    const int32_t top = y + tile / 2 * kOutputs, left = x + tile % 2 * kOutputs;
    const TapRange rows = taps_inside(top, 1, kOutputs, g.output_height);
    const TapRange columns = taps_inside(left, 1, kOutputs, g.output_width);
    const float* row = products_ + tile * kBlock;
    for (int32_t i = 0; i < rows.end; ++i, row += kInputs * kBlockSums) {
      float* to = output + ((top + i) * g.output_width + left) * g.output_channels + channel;
      const float* end = row + columns.end * kBlockSums;
      for (const float* from = row; from != end; from += kBlockSums, to += g.output_channels)
        output_.store(from, channel, to);
    }
  }
}

// The same, pooled.
template <int32_t kOutputs>
void WinogradConvolution<kOutputs>::pool(int32_t channel, int32_t y, int32_t x,
                                         float* output) const {
  const FusedMaxPool& pool = p_.pool;
  const TapRange rows = taps_inside(y, 1, kRegion, p_.geometry.output_height);
  const TapRange columns = taps_inside(x, 1, kRegion, p_.geometry.output_width);
  const int32_t pool_y = y / pool.height, pool_x = x / pool.width;
  for (int32_t i = 0, top = 0; pool_y + i < pool.output_height && top < kRegion; ++i) {
    const int32_t end_y = top + pool.height < rows.end ? top + pool.height : rows.end;
    float* to = output + ((pool_y + i) * pool.output_width + pool_x) * output_.channels + channel;
    for (int32_t k = 0, left = 0; pool_x + k < pool.output_width && left < kRegion; ++k) {
      const int32_t end_x = left + pool.width < columns.end ? left + pool.width : columns.end;
      const float* sums = products_ + kOffsets<kOutputs>.row[top] + kOffsets<kOutputs>.column[left];
      float s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
      for (int32_t wy = top; wy < end_y; ++wy)
        for (int32_t wx = left; wx < end_x; ++wx) {
          sums = products_ + kOffsets<kOutputs>.row[wy] + kOffsets<kOutputs>.column[wx];
          s0 = larger(s0, sums[0]), s1 = larger(s1, sums[1]);
          s2 = larger(s2, sums[2]), s3 = larger(s3, sums[3]);
        }
      output_.store(s0, s1, s2, s3, channel, to);
      to += output_.channels;
      left += pool.width;
    }
    top += pool.height;
  }
}

template <int32_t kOutputs>
void WinogradConvolution<kOutputs>::convolve(const float* image, float* output) const {
  const Conv2DGeometry& g = p_.geometry;
  const bool pools = p_.pool.height * p_.pool.width > 1;
  MultiplyF32 m = {.input = inputs_,
                   .row_step = g.input_channels,
                   .depth = g.input_channels,
                   .blocks = kElements,
                   .block_step = kBlock * g.input_channels,
                   .weights = filter_,
                   .start = kZeroSums,
                   .start_step = 0,
                   .sums = products_};
  for (int32_t y = 0; y < g.output_height; y += kRegion)
    for (int32_t x = 0; x < g.output_width; x += kRegion) {
      for (int32_t tile = 0; tile < kBlock; ++tile)
        transform_input(image, y - g.pad_top + tile / 2 * kOutputs,
                        x - g.pad_left + tile % 2 * kOutputs, inputs_ + tile * g.input_channels);
      m.weights = filter_;
      for (int32_t channel = 0; channel < g.output_channels; channel += kBlock) {
        multiply_f32(m);
        m.weights += kElements * g.input_channels * kBlock;
        transform_output();
        pools ? pool(channel, y, x, output) : store(channel, y, x, output);
      }
    }
}

template <int32_t kOutputs>
void convolve(const Conv2DF32PooledParams& p, const float* input, const float* filter,
              const float* bias, float* scratch, float* output) {
  const Conv2DGeometry& g = p.geometry;
  assert(g.filter_height == 3 && g.filter_width == 3 && g.stride_height == 1 &&
         g.stride_width == 1 && g.input_channels % kChannels == 0);
  const WinogradConvolution<kOutputs> convolution(p, filter, bias, scratch);
  for (int32_t b = 0; b < g.batches; ++b) {
    convolution.convolve(input, output);
    input += g.input_height * g.input_width * g.input_channels;
    output += p.pool.output_height * p.pool.output_width * g.output_channels;
  }
}

}  // namespace

void conv_2d_f32_winograd_2x2(const Conv2DF32PooledParams& p, const float* input,
                              const float* filter, const float* bias, float* scratch,
                              float* output) {
  convolve<2>(p, input, filter, bias, scratch, output);
}

void conv_2d_f32_winograd_4x4(const Conv2DF32PooledParams& p, const float* input,
                              const float* filter, const float* bias, float* scratch,
                              float* output) {
  convolve<4>(p, input, filter, bias, scratch, output);
}

void conv_2d_f32_winograd_5x5(const Conv2DF32PooledParams& p, const float* input,
                              const float* filter, const float* bias, float* scratch,
                              float* output) {
  convolve<5>(p, input, filter, bias, scratch, output);
}

}  // namespace solder::armv7em
