#include <cassert>
#include <limits>

#include "runtime/kernels/generic_arithmetic.h"
#include "runtime/kernels/kernel_list.h"
#include "runtime/kernels/window.h"

namespace solder::generic {

namespace {

// A pooling starts every output at start(), adds to it by step(pooled, value) and turns it into an
// output by finish(pooled, number of values).
struct MaxF32 {
  float activation_min, activation_max;

  static float start() { return std::numeric_limits<float>::lowest(); }
  static float step(float max, float x) { return x > max ? x : max; }
  float finish(float max, int32_t) const { return clamp(max, activation_min, activation_max); }
};

template <class T>
struct MaxInteger {
  int32_t activation_min, activation_max;

  static int32_t start() { return std::numeric_limits<T>::lowest(); }
  static int32_t step(int32_t max, int32_t x) { return x > max ? x : max; }
  T finish(int32_t max, int32_t) const {
    return static_cast<T>(clamp(max, activation_min, activation_max));
  }
};

struct AverageF32 {
  float activation_min, activation_max;

  static float start() { return 0.0F; }
  static float step(float sum, float x) { return sum + x; }
  float finish(float sum, int32_t count) const {
    return clamp(sum / static_cast<float>(count), activation_min, activation_max);
  }
};

template <class T>
struct AverageInteger {
  int32_t activation_min, activation_max;

  static int32_t start() { return 0; }
  static int32_t step(int32_t sum, int32_t x) { return sum + x; }
  T finish(int32_t sum, int32_t count) const {
    const int32_t half = sum > 0 ? count / 2 : -(count / 2);
    const int32_t average = (sum + half) / count;
    return static_cast<T>(clamp(average, activation_min, activation_max));
  }
};

// kChannels neighbouring channels of one window of rows x columns taps.
template <int32_t kChannels, class Pooling, class Element>
inline void pool_block(const Pool2DGeometry& g, const Pooling& pooling, const Element* input,
                       int32_t rows, int32_t columns, Element* output) {
  decltype(Pooling::start()) pooled[kChannels];
  SOLDER_UNROLL
  for (auto& p : pooled) p = Pooling::start();
  for (int32_t y = 0; y < rows; ++y) {
    const Element* in = input + y * g.input_width * g.channels;
    for (int32_t x = 0; x < columns; ++x, in += g.channels) {
      SOLDER_UNROLL
      for (int32_t c = 0; c < kChannels; ++c) pooled[c] = Pooling::step(pooled[c], in[c]);
    }
  }
  SOLDER_UNROLL
  for (int32_t c = 0; c < kChannels; ++c) output[c] = pooling.finish(pooled[c], rows * columns);
}

template <class Pooling, class Element>
void pool(const Pool2DGeometry& g, const Pooling& pooling, const Element* input, Element* output) {
  for (int32_t b = 0; b < g.batches; ++b) {
    for (int32_t out_y = 0; out_y < g.output_height; ++out_y) {
      const int32_t y = out_y * g.stride_height - g.pad_top;
      const TapRange rows = taps_inside(y, 1, g.filter_height, g.input_height);
      for (int32_t out_x = 0; out_x < g.output_width; ++out_x) {
        const int32_t x = out_x * g.stride_width - g.pad_left;
        const TapRange columns = taps_inside(x, 1, g.filter_width, g.input_width);
        assert(rows.count() > 0 && columns.count() > 0);
        const Element* in =
            input + ((b * g.input_height + y + rows.begin) * g.input_width + x + columns.begin) *
                        g.channels;
        int32_t c = 0;
        for (; c + 4 <= g.channels; c += 4)
          pool_block<4>(g, pooling, in + c, rows.count(), columns.count(), output + c);
        for (; c < g.channels; ++c)
          pool_block<1>(g, pooling, in + c, rows.count(), columns.count(), output + c);
        output += g.channels;
      }
    }
  }
}

}  // namespace

void max_pool_2d_f32(const Pool2DF32Params& p, const float* input, float* output) {
  pool(p.geometry, MaxF32{p.activation_min, p.activation_max}, input, output);
}

void max_pool_2d_s8(const Pool2DIntegerParams& p, const int8_t* input, int8_t* output) {
  pool(p.geometry, MaxInteger<int8_t>{p.activation_min, p.activation_max}, input, output);
}

void max_pool_2d_s16(const Pool2DIntegerParams& p, const int16_t* input, int16_t* output) {
  pool(p.geometry, MaxInteger<int16_t>{p.activation_min, p.activation_max}, input, output);
}

void average_pool_2d_f32(const Pool2DF32Params& p, const float* input, float* output) {
  pool(p.geometry, AverageF32{p.activation_min, p.activation_max}, input, output);
}

void average_pool_2d_s8(const Pool2DIntegerParams& p, const int8_t* input, int8_t* output) {
  pool(p.geometry, AverageInteger<int8_t>{p.activation_min, p.activation_max}, input, output);
}

void average_pool_2d_s16(const Pool2DIntegerParams& p, const int16_t* input, int16_t* output) {
  pool(p.geometry, AverageInteger<int16_t>{p.activation_min, p.activation_max}, input, output);
}

}  // namespace solder::generic
