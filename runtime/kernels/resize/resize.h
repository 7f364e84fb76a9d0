// RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR. Layouts: input [batches, input_height, input_width,
// channels], output [batches, output_height, output_width, channels]; heights and widths in
// [1, 2^20]. Nearest moves whole pixels, whatever their type. Quantized bilinear works in steps of
// 1/1024 of a pixel, as TensorFlow Lite's reference does, and needs one quantization throughout.
#pragma once

#include <cstdint>

namespace solder {

struct ResizeParams {
  int32_t batches, input_height, input_width;
  int32_t channels;  // nearest: bytes of a pixel
  int32_t output_height, output_width;
  int32_t align_corners, half_pixel_centers;  // 0 or 1; bilinear: at most one of them

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("batches", batches), v("input_height", input_height), v("input_width", input_width);
    v("channels", channels), v("output_height", output_height), v("output_width", output_width);
    v("align_corners", align_corners), v("half_pixel_centers", half_pixel_centers);
  }
};

}  // namespace solder
