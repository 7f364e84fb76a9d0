#include "simulator/timing/test/article/kernels.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace article {
namespace {

inline int offset(const Shape& shape, int b, int y, int x, int c) {
  const std::int32_t* extents = shape.extents();
  return ((b * extents[1] + y) * extents[2] + x) * extents[3] + c;
}

inline float clamp(float value, const Window& window) {
  return std::min(std::max(value, window.lowest), window.highest);
}

}  // namespace

void conv(const Window& window, const Shape& input_shape, const float* input,
          const Shape& filter_shape, const float* filter, const float* bias,
          const Shape& output_shape, float* output) {
  const int stride_width = window.stride.width, stride_height = window.stride.height;
  const int padding_width = window.padding.width, padding_height = window.padding.height;
  const int batches = input_shape.extent(0), input_depth = input_shape.extent(3);
  const int input_height = input_shape.extent(1), input_width = input_shape.extent(2);
  const int filter_height = filter_shape.extent(1), filter_width = filter_shape.extent(2);
  const int output_height = output_shape.extent(1), output_width = output_shape.extent(2);
  const int output_depth = output_shape.extent(3);
  for (int b = 0; b < batches; ++b) {
    for (int out_y = 0; out_y < output_height; ++out_y) {
      for (int out_x = 0; out_x < output_width; ++out_x) {
        for (int out_c = 0; out_c < output_depth; ++out_c) {
          const int left = out_x * stride_width - padding_width;
          const int top = out_y * stride_height - padding_height;
          float total = 0.0f;
          for (int filter_y = 0; filter_y < filter_height; ++filter_y) {
            for (int filter_x = 0; filter_x < filter_width; ++filter_x) {
              for (int in_c = 0; in_c < input_depth; ++in_c) {
                const int in_x = left + filter_x;
                const int in_y = top + filter_y;
                if (in_x >= 0 && in_x < input_width && in_y >= 0 && in_y < input_height) {
                  total += input[offset(input_shape, b, in_y, in_x, in_c)] *
                           filter[offset(filter_shape, out_c, filter_y, filter_x, in_c)];
                }
              }
            }
          }
          if (bias) total += bias[out_c];
          output[offset(output_shape, b, out_y, out_x, out_c)] = clamp(total, window);
        }
      }
    }
  }
}

void depthwise_conv(const Window& window, const Shape& input_shape, const float* input,
                    const Shape& filter_shape, const float* filter, const float* bias,
                    const Shape& output_shape, float* output) {
  const int stride_width = window.stride.width, stride_height = window.stride.height;
  const int padding_width = window.padding.width, padding_height = window.padding.height;
  const int batches = input_shape.extent(0), input_depth = input_shape.extent(3);
  const int input_height = input_shape.extent(1), input_width = input_shape.extent(2);
  const int filter_height = filter_shape.extent(1), filter_width = filter_shape.extent(2);
  const int output_height = output_shape.extent(1), output_width = output_shape.extent(2);
  const int multiplier = output_shape.extent(3) / input_depth;
  for (int b = 0; b < batches; ++b) {
    for (int out_y = 0; out_y < output_height; ++out_y) {
      for (int out_x = 0; out_x < output_width; ++out_x) {
        for (int in_c = 0; in_c < input_depth; ++in_c) {
          for (int m = 0; m < multiplier; ++m) {
            const int out_c = m + in_c * multiplier;
            const int left = out_x * stride_width - padding_width;
            const int top = out_y * stride_height - padding_height;
            float total = 0.0f;
            for (int filter_y = 0; filter_y < filter_height; ++filter_y) {
              for (int filter_x = 0; filter_x < filter_width; ++filter_x) {
                const int in_x = left + filter_x;
                const int in_y = top + filter_y;
                if (in_x >= 0 && in_x < input_width && in_y >= 0 && in_y < input_height) {
                  total += input[offset(input_shape, b, in_y, in_x, in_c)] *
                           filter[offset(filter_shape, 0, filter_y, filter_x, out_c)];
                }
              }
            }
            if (bias) total += bias[out_c];
            output[offset(output_shape, b, out_y, out_x, out_c)] = clamp(total, window);
          }
        }
      }
    }
  }
}

void max_pool(const Window& window, const Shape& input_shape, const float* input,
              const Shape& output_shape, float* output) {
  const int stride_width = window.stride.width, stride_height = window.stride.height;
  const int padding_width = window.padding.width, padding_height = window.padding.height;
  const int batches = input_shape.extent(0), depth = output_shape.extent(3);
  const int input_height = input_shape.extent(1), input_width = input_shape.extent(2);
  const int output_height = output_shape.extent(1), output_width = output_shape.extent(2);
  for (int b = 0; b < batches; ++b) {
    for (int out_y = 0; out_y < output_height; ++out_y) {
      for (int out_x = 0; out_x < output_width; ++out_x) {
        for (int c = 0; c < depth; ++c) {
          const int left = out_x * stride_width - padding_width;
          const int top = out_y * stride_height - padding_height;
          const int first_x = std::max(0, -left);
          const int end_x = std::min(window.width, input_width - left);
          const int first_y = std::max(0, -top);
          const int end_y = std::min(window.height, input_height - top);
          float largest = std::numeric_limits<float>::lowest();
          for (int y = first_y; y < end_y; ++y) {
            for (int x = first_x; x < end_x; ++x) {
              const int in_x = left + x;
              const int in_y = top + y;
              largest = std::max(largest, input[offset(input_shape, b, in_y, in_x, c)]);
            }
          }
          output[offset(output_shape, b, out_y, out_x, c)] = clamp(largest, window);
        }
      }
    }
  }
}

void fully_connected(const Window& window, int inputs, const float* input, int outputs,
                     const float* weights, const float* bias, float* output) {
  for (int out = 0; out < outputs; ++out) {
    float total = 0.0f;
    for (int in = 0; in < inputs; ++in) total += input[in] * weights[out * inputs + in];
    if (bias) total += bias[out];
    output[out] = clamp(total, window);
  }
}

void softmax(int count, const float* input, float* output) {
  float largest = std::numeric_limits<float>::lowest();
  for (int i = 0; i < count; ++i) largest = std::max(largest, input[i]);
  float sum = 0.0f;
  for (int i = 0; i < count; ++i) sum += std::exp(input[i] - largest);
  for (int i = 0; i < count; ++i) output[i] = std::exp(input[i] - largest) / sum;
}

}  // namespace article
