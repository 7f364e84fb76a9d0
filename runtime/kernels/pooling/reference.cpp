#include <cassert>
#include <limits>

#include "runtime/kernels/kernel_list.h"

namespace solder::reference {

namespace {

// Starts every window at `start`, adds to it by step(pooled, value) each value that lies inside the
// input, and stores finish(pooled, number of values).
template <class T, class Pooled, class Step, class Finish>
void for_each_window(const Pool2DGeometry& g, const T* input, T* output, Pooled start, Step step,
                     Finish finish) {
  for (int32_t b = 0; b < g.batches; ++b) {
    for (int32_t out_y = 0; out_y < g.output_height; ++out_y) {
      for (int32_t out_x = 0; out_x < g.output_width; ++out_x) {
        for (int32_t c = 0; c < g.channels; ++c) {
          Pooled pooled = start;
          int32_t count = 0;
          for (int32_t ky = 0; ky < g.filter_height; ++ky) {
            const int32_t y = out_y * g.stride_height - g.pad_top + ky;
            for (int32_t kx = 0; kx < g.filter_width; ++kx) {
              const int32_t x = out_x * g.stride_width - g.pad_left + kx;
              if (y < 0 || y >= g.input_height || x < 0 || x >= g.input_width) continue;
              const int32_t pixel = (b * g.input_height + y) * g.input_width + x;
              pooled = step(pooled, input[pixel * g.channels + c]);
              ++count;
            }
          }
          assert(count > 0);
          *output++ = finish(pooled, count);
        }
      }
    }
  }
}

template <class T>
void max_pool_2d(const Pool2DIntegerParams& p, const T* input, T* output) {
  for_each_window(
      p.geometry, input, output, std::numeric_limits<T>::lowest(),
      [](T max, T x) { return x > max ? x : max; },
      [&](T max, int32_t) {
        return static_cast<T>(clamp(max, p.activation_min, p.activation_max));
      });
}

template <class T>
void average_pool_2d(const Pool2DIntegerParams& p, const T* input, T* output) {
  for_each_window(
      p.geometry, input, output, int32_t{0}, [](int32_t sum, T x) { return sum + x; },
      [&](int32_t sum, int32_t count) {
        const int32_t half = sum > 0 ? count / 2 : -(count / 2);
        const int32_t average = (sum + half) / count;
        return static_cast<T>(clamp(average, p.activation_min, p.activation_max));
      });
}

}  // namespace

void max_pool_2d_f32(const Pool2DF32Params& p, const float* input, float* output) {
  for_each_window(
      p.geometry, input, output, std::numeric_limits<float>::lowest(),
      [](float max, float x) { return x > max ? x : max; },
      [&](float max, int32_t) { return clamp(max, p.activation_min, p.activation_max); });
}

void average_pool_2d_f32(const Pool2DF32Params& p, const float* input, float* output) {
  for_each_window(
      p.geometry, input, output, 0.0F, [](float sum, float x) { return sum + x; },
      [&](float sum, int32_t count) {
        return clamp(sum / static_cast<float>(count), p.activation_min, p.activation_max);
      });
}

void max_pool_2d_s8(const Pool2DIntegerParams& p, const int8_t* input, int8_t* output) {
  max_pool_2d(p, input, output);
}

void max_pool_2d_s16(const Pool2DIntegerParams& p, const int16_t* input, int16_t* output) {
  max_pool_2d(p, input, output);
}

void average_pool_2d_s8(const Pool2DIntegerParams& p, const int8_t* input, int8_t* output) {
  average_pool_2d(p, input, output);
}

void average_pool_2d_s16(const Pool2DIntegerParams& p, const int16_t* input, int16_t* output) {
  average_pool_2d(p, input, output);
}

void average_pool_2d_s8_half_up(const Pool2DIntegerParams& p, const int8_t* input, int8_t* output) {
  for_each_window(
      p.geometry, input, output, int32_t{0},
      [](int32_t sum, int8_t x) { return sum + (x - INT8_MIN); },
      [&](int32_t sum, int32_t count) {
        const int32_t average = (sum + count / 2) / count + INT8_MIN;
        return static_cast<int8_t>(clamp(average, p.activation_min, p.activation_max));
      });
}

}  // namespace solder::reference
