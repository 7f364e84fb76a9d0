#include <cassert>

#include "runtime/kernels/armv7em/move_f32.h"
#include "runtime/kernels/armv7em/multiply_f32.h"
#include "runtime/kernels/armv7em/output_f32.h"
#include "runtime/kernels/generic_arithmetic.h"
#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/window.h"

namespace solder::armv7em {
namespace {

// Where the first tap of an output pixel lies in an image of the input; may be outside.
struct Pixel {
  int32_t y, x;
};

// Pixels that are used as they lie in the input stay in the cache while weights pass through it up
// to so many elements each.
constexpr int32_t kLargestInPlace = 64;

bool reads_in_place(const Conv2DGeometry& g) {
  return g.filter_height == 1 && g.filter_width == 1 && g.stride_height == 1 &&
         g.stride_width == 1 && g.input_channels % 4 == 0 && g.input_channels <= kLargestInPlace &&
         g.output_height * g.output_width == g.input_height * g.input_width;
}

class DirectConvolution {
 public:
  DirectConvolution(const Conv2DF32DirectParams& p, const float* filter, const float* bias,
                    float* scratch)
      : p_(p),
        depth_(p.depth()),
        blocks_((p.pooled.geometry.output_channels + kBlock - 1) / kBlock),
        filter_(filter),
        output_{bias, p.pooled.geometry.output_channels, p.pooled.activation_min,
                p.pooled.activation_max},
        gathered_(scratch),
        sums_(scratch + kBlock * depth_) {}

  void convolve(const float* image, float* output) const;
  void convolve_and_pool(const float* image, float* output) const;

 private:
  Pixel pixel_at(int32_t out_y, int32_t out_x) const {
    const Conv2DGeometry& g = p_.pooled.geometry;
    return {out_y * g.stride_height - g.pad_top, out_x * g.stride_width - g.pad_left};
  }
  void store_largest(bool first, float* output) const;
  void sum(const float* image, const Pixel (&pixels)[kBlock]) const;
  MultiplyF32 multiplication(const float* rows) const;
  void gather(const float* image, Pixel pixel, int32_t first_row, float* to) const;

  const Conv2DF32DirectParams& p_;
  int32_t depth_, blocks_;
  const float* filter_;
  OutputF32 output_;
  float* gathered_;
  float* sums_;
};

// The inputs that rows of the filter meet, zeros where there are none.
void DirectConvolution::gather(const float* image, Pixel pixel, int32_t first_row,
                               float* to) const {
  const Conv2DGeometry& g = p_.pooled.geometry;
  const float* end = to + depth_;
  const TapRange columns = taps_inside(pixel.x, g.dilation_width, g.filter_width, g.input_width);
  for (int32_t row = first_row; row < first_row + p_.rows_at_once; ++row) {
    const int32_t y = pixel.y + row * g.dilation_height;
    if (y < 0 || y >= g.input_height) {
      to = fill_f32(to, g.filter_width * g.input_channels);
      continue;
    }
    const float* from =
        image + (y * g.input_width + pixel.x + columns.begin * g.dilation_width) * g.input_channels;
    to = fill_f32(to, columns.begin * g.input_channels);
    if (g.dilation_width == 1) {
      to = copy_f32(to, from, columns.count() * g.input_channels);
    } else {
      for (int32_t tap = columns.begin; tap < columns.end; ++tap) {
        to = copy_f32(to, from, g.input_channels);
        from += g.dilation_width * g.input_channels;
      }
    }
    to = fill_f32(to, (g.filter_width - columns.end) * g.input_channels);
  }
  fill_f32(to, static_cast<int32_t>(end - to));
}

// Of four pixels' inputs with the first rows of the filter, to sums_.
MultiplyF32 DirectConvolution::multiplication(const float* rows) const {
  return {.input = rows,
          .row_step = depth_,
          .depth = depth_,
          .blocks = blocks_,
          .block_step = 0,
          .weights = filter_,
          .start = kZeroSums,
          .start_step = 0,
          .sums = sums_};
}

// Leaves the sums of products of four pixels and all channels in sums_.
void DirectConvolution::sum(const float* image, const Pixel (&pixels)[kBlock]) const {
  const int32_t rows = p_.pooled.geometry.filter_height;
  MultiplyF32 m = multiplication(gathered_);
  for (int32_t row = 0; row < rows; row += p_.rows_at_once) {
    for (int32_t i = 0; i < kBlock; ++i) gather(image, pixels[i], row, gathered_ + i * depth_);
    multiply_f32(m);
    m.weights += blocks_ * depth_ * kBlock;
    m.start = sums_;
    m.start_step = kBlockSums;
  }
}

void DirectConvolution::convolve(const float* image, float* output) const {
  const Conv2DGeometry& g = p_.pooled.geometry;
  const int32_t count = g.output_height * g.output_width;
  const bool in_place = reads_in_place(g);
  int32_t y = 0, x = 0;
  for (int32_t i = 0; i < count; i += kBlock) {
    Pixel pixels[kBlock];
    for (int32_t k = 0; k < kBlock; ++k) {
      pixels[k] = pixel_at(y, x);
      if (i + k + 1 >= count) continue;  // past the last pixel it is repeated
      if (++x == g.output_width) x = 0, ++y;
    }
    if (in_place && i + kBlock <= count) {
      multiply_f32(multiplication(image + i * g.input_channels));
    } else {
      sum(image, pixels);
    }
    const int32_t pixels_left = count - i < kBlock ? count - i : kBlock;
    for (int32_t k = 0; k < pixels_left; ++k, output += g.output_channels) {
      const float* sums = sums_ + k * kBlock;
      for (int32_t c = 0; c < g.output_channels; c += kBlock, sums += kBlockSums)
        output_.store(sums, c, output + c);
    }
  }
}

void DirectConvolution::convolve_and_pool(const float* image, float* output) const {
  const Conv2DGeometry& g = p_.pooled.geometry;
  const FusedMaxPool& pool = p_.pooled.pool;
  for (int32_t out_y = 0; out_y < pool.output_height; ++out_y) {
    const TapRange rows = taps_inside(out_y * pool.height, 1, pool.height, g.output_height);
    for (int32_t out_x = 0; out_x < pool.output_width; ++out_x, output += g.output_channels) {
      const TapRange columns = taps_inside(out_x * pool.width, 1, pool.width, g.output_width);
      const int32_t count = rows.count() * columns.count();
      int32_t y = 0, x = 0;
      for (int32_t i = 0; i < count; i += kBlock) {
        Pixel pixels[kBlock];
        for (Pixel& pixel : pixels) {
          pixel = pixel_at(out_y * pool.height + y, out_x * pool.width + x);
          if (y == rows.count() - 1 && x == columns.count() - 1) continue;
          if (++x == columns.count()) x = 0, ++y;
        }
        sum(image, pixels);
        store_largest(i == 0, output);
      }
    }
  }
}

// The largest of four pixels' outputs, and of what is there unless they are the first.
void DirectConvolution::store_largest(bool first, float* output) const {
  const float* s = sums_;
  for (int32_t c = 0; c < output_.channels; c += kBlock, s += kBlockSums) {
    const int32_t left = output_.channels - c < kBlock ? output_.channels - c : kBlock;
    float largest[kBlock], before[kBlock];
    SOLDER_UNROLL
    for (int32_t i = 0; i < kBlock; ++i)
      largest[i] = larger(larger(s[i], s[4 + i]), larger(s[8 + i], s[12 + i]));
    if (!first)
      for (int32_t i = 0; i < left; ++i) before[i] = output[c + i];
    output_.store(largest, c, output + c);
    if (!first)
      for (int32_t i = 0; i < left; ++i) output[c + i] = larger(output[c + i], before[i]);
  }
}

}  // namespace

// An output pixel is written when all inputs of it and of those before it have been read.
void conv_2d_f32_direct(const Conv2DF32DirectParams& p, const float* input, const float* filter,
                        const float* bias, float* scratch, float* output) {
  const Conv2DGeometry& g = p.pooled.geometry;
  assert(g.filter_channels == g.input_channels);
  const DirectConvolution convolution(p, filter, bias, scratch);
  const bool pools = p.pooled.pool.height * p.pooled.pool.width > 1;
  for (int32_t b = 0; b < g.batches; ++b) {
    if (pools) {
      convolution.convolve_and_pool(input, output);
    } else {
      convolution.convolve(input, output);
    }
    input += g.input_height * g.input_width * g.input_channels;
    output += p.pooled.pool.output_height * p.pooled.pool.output_width * g.output_channels;
  }
}

}  // namespace solder::armv7em
