// PNG images as inputs of a model.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/base/tensor.h"

namespace solder::compiler {

// What black and white are in the values that a model takes.
struct PixelRange {
  float black = 0, white = 1;
};

// The image as values of a tensor of this shape: RGB where its last dimension is 3, else grey (the
// luminance of a colour image), in 8 bits of sRGB spread over `range`; what is transparent is
// black. Throws std::runtime_error, without a file name, when the file is damaged or the image has
// another size than the tensor: [.., height, width, channels], or as many elements in any other
// shape.
std::vector<float> read_png(std::span<const uint8_t> bytes, const Shape& shape, PixelRange range);

}  // namespace solder::compiler
