// Files that are part of the image (see embed() in image.cmake), aligned to 16 bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace firmware {

extern "C" {
// The built-in input: raw tensors, little-endian, one after the other.
extern const uint8_t embedded_input[], embedded_input_end[];
// The .tflite, in images with the interpreter door.
extern const uint8_t embedded_model[], embedded_model_end[];
}

inline size_t size_of_embedded(const uint8_t* begin, const uint8_t* end) {
  return static_cast<size_t>(end - begin);
}

}  // namespace firmware
