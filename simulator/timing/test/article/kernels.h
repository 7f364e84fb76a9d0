// Float kernels in the manner of TensorFlow Lite Micro 1.14's reference kernels: plain nested loops
// over four-dimensional tensors, with the offset of every element computed where it is used.
#pragma once

#include <cstdint>

namespace article {

/// Extents of a tensor, batch first. More than four would lie elsewhere; none has.
class Shape {
 public:
  constexpr Shape(int batch, int height, int width, int depth)
      : rank_(4), extents_{batch, height, width, depth} {}
  int extent(int axis) const { return extents()[axis]; }
  const std::int32_t* extents() const { return rank_ > kSmall ? elsewhere_ : extents_; }

 private:
  static constexpr int kSmall = 4;
  std::int32_t rank_;
  union {
    std::int32_t extents_[kSmall];
    std::int32_t* elsewhere_;
  };
};

/// Of windows; padding is that of the top left.
struct Extent {
  std::int16_t width, height;
};
struct Window {
  Extent padding, stride;
  int width, height;      ///< of pooling windows
  float lowest, highest;  ///< of the activation
};

void conv(const Window& window, const Shape& input_shape, const float* input,
          const Shape& filter_shape, const float* filter, const float* bias,
          const Shape& output_shape, float* output);
void depthwise_conv(const Window& window, const Shape& input_shape, const float* input,
                    const Shape& filter_shape, const float* filter, const float* bias,
                    const Shape& output_shape, float* output);
void max_pool(const Window& window, const Shape& input_shape, const float* input,
              const Shape& output_shape, float* output);
void fully_connected(const Window& window, int inputs, const float* input, int outputs,
                     const float* weights, const float* bias, float* output);
void softmax(int count, const float* input, float* output);

}  // namespace article
