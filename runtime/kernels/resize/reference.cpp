#include <cstring>

#include "runtime/kernels/kernel_list.h"

namespace solder::reference {
namespace {

// Pixels of the input for each pixel of the output.
float scale_of(const ResizeParams& p, int32_t input_size, int32_t output_size) {
  if (p.align_corners != 0 && output_size > 1)
    return static_cast<float>(input_size - 1) / static_cast<float>(output_size - 1);
  return static_cast<float>(input_size) / static_cast<float>(output_size);
}

// Without a centre, the pixel before; else (or with corners aligned) the nearest, halves up.
int32_t nearest(const ResizeParams& p, int32_t at, float scale, int32_t input_size) {
  const float offset = p.half_pixel_centers != 0 ? 0.5F : 0.0F;
  const float position = (static_cast<float>(at) + offset) * scale;
  auto index = static_cast<int32_t>(position);
  if (p.align_corners != 0 && position - static_cast<float>(index) >= 0.5F) ++index;
  return index < input_size ? index : input_size - 1;
}

// Two neighbours along one dimension, and how far from the first to the second, in units of `one`.
template <class Number>
struct Neighbours {
  int32_t first, second;
  Number distance;
};

struct F32Bilinear {
  float scale;
  int32_t input_size, half_pixel_centers;

  F32Bilinear(const ResizeParams& p, int32_t input, int32_t output)
      : scale(scale_of(p, input, output)),
        input_size(input),
        half_pixel_centers(p.half_pixel_centers) {}

  Neighbours<float> at(int32_t output) const {
    auto position = static_cast<float>(output) * scale;
    if (half_pixel_centers != 0) position = (static_cast<float>(output) + 0.5F) * scale - 0.5F;
    // A position below 0 has the first pixel on both sides; so has one beyond the end the last.
    auto first = position > 0 ? static_cast<int32_t>(position) : 0;
    if (first > input_size - 1) first = input_size - 1;
    int32_t second = position > static_cast<float>(first) ? first + 1 : first;
    if (second > input_size - 1) second = input_size - 1;
    return {first, second, position - static_cast<float>(first)};
  }
  static float mix(float a, float b, float c, float d, float y, float x) {
    return a * (1 - y) * (1 - x) + b * y * (1 - x) + c * (1 - y) * x + d * y * x;
  }
};

struct IntegerBilinear {
  static constexpr int32_t kOne = 1 << 10;
  int32_t scale, input_size, half_pixel_centers;

  IntegerBilinear(const ResizeParams& p, int32_t input, int32_t output)
      : input_size(input), half_pixel_centers(p.half_pixel_centers) {
    const bool aligned = p.align_corners != 0 && output > 1;
    const int32_t from = aligned ? input - 1 : input, to = aligned ? output - 1 : output;
    scale = (kOne * from + to / 2) / to;
  }

  Neighbours<int32_t> at(int32_t output) const {
    int32_t position = output * scale;
    if (half_pixel_centers != 0) position += scale / 2 - kOne / 2;
    int32_t first = position > 0 ? position / kOne : 0;
    // Rounding the scale up can lead beyond the end.
    if (first > input_size - 1) first = input_size - 1;
    int32_t second = (position + kOne - 1) / kOne;
    if (second > input_size - 1) second = input_size - 1;
    return {first, second, position - kOne * first};
  }
  // Halves away from zero.
  static int32_t mix(int64_t a, int64_t b, int64_t c, int64_t d, int32_t y, int32_t x) {
    const int64_t sum =
        a * (kOne - y) * (kOne - x) + b * y * (kOne - x) + c * (kOne - y) * x + d * y * x;
    constexpr int64_t kSquare = int64_t{kOne} * kOne;
    return static_cast<int32_t>((sum + (sum > 0 ? kSquare / 2 : -kSquare / 2)) / kSquare);
  }
};

template <class Bilinear, class T>
void resize_bilinear(const ResizeParams& p, const T* input, T* output) {
  const Bilinear rows(p, p.input_height, p.output_height);
  const Bilinear columns(p, p.input_width, p.output_width);
  for (int32_t b = 0; b < p.batches; ++b) {
    for (int32_t out_y = 0; out_y < p.output_height; ++out_y) {
      const auto y = rows.at(out_y);
      const T* top = input + y.first * p.input_width * p.channels;
      const T* bottom = input + y.second * p.input_width * p.channels;
      for (int32_t out_x = 0; out_x < p.output_width; ++out_x) {
        const auto x = columns.at(out_x);
        const int32_t left = x.first * p.channels, right = x.second * p.channels;
        for (int32_t c = 0; c < p.channels; ++c)
          *output++ = static_cast<T>(Bilinear::mix(top[left + c], bottom[left + c], top[right + c],
                                                   bottom[right + c], y.distance, x.distance));
      }
    }
    input += p.input_height * p.input_width * p.channels;
  }
}

}  // namespace

void resize_nearest_neighbor_b8(const ResizeParams& p, const int8_t* input, int8_t* output) {
  const float scale_y = scale_of(p, p.input_height, p.output_height);
  const float scale_x = scale_of(p, p.input_width, p.output_width);
  for (int32_t b = 0; b < p.batches; ++b) {
    for (int32_t out_y = 0; out_y < p.output_height; ++out_y) {
      const int32_t y = nearest(p, out_y, scale_y, p.input_height);
      for (int32_t out_x = 0; out_x < p.output_width; ++out_x) {
        const int32_t x = nearest(p, out_x, scale_x, p.input_width);
        std::memcpy(output, input + (y * p.input_width + x) * p.channels,
                    static_cast<size_t>(p.channels));
        output += p.channels;
      }
    }
    input += p.input_height * p.input_width * p.channels;
  }
}

void resize_bilinear_f32(const ResizeParams& p, const float* input, float* output) {
  resize_bilinear<F32Bilinear>(p, input, output);
}

void resize_bilinear_s8(const ResizeParams& p, const int8_t* input, int8_t* output) {
  resize_bilinear<IntegerBilinear>(p, input, output);
}

void resize_bilinear_s16(const ResizeParams& p, const int16_t* input, int16_t* output) {
  resize_bilinear<IntegerBilinear>(p, input, output);
}

}  // namespace solder::reference
