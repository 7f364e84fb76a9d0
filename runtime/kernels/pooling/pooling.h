// MAX_POOL_2D and AVERAGE_POOL_2D. Layouts: input [batches, input_height, input_width, channels],
// output [batches, output_height, output_width, channels]. Taps outside the input do not count;
// every window has at least one tap inside. Quantized: input and output share scale and zero
// point; averages round halves away from zero, or up (half_up); a
// window's values sum up to less than 2^31.
#pragma once

#include <cstdint>

namespace solder {

struct Pool2DGeometry {
  int32_t batches, input_height, input_width, channels;
  int32_t filter_height, filter_width, output_height, output_width;
  int32_t stride_height, stride_width, pad_top, pad_left;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("batches", batches), v("input_height", input_height), v("input_width", input_width);
    v("channels", channels), v("filter_height", filter_height), v("filter_width", filter_width);
    v("output_height", output_height), v("output_width", output_width);
    v("stride_height", stride_height), v("stride_width", stride_width);
    v("pad_top", pad_top), v("pad_left", pad_left);
  }
};

struct Pool2DF32Params {
  Pool2DGeometry geometry;
  float activation_min, activation_max;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("geometry", geometry), v("activation_min", activation_min);
    v("activation_max", activation_max);
  }
};

struct Pool2DIntegerParams {
  Pool2DGeometry geometry;
  int32_t activation_min, activation_max;  // in the range of the type

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("geometry", geometry), v("activation_min", activation_min);
    v("activation_max", activation_max);
  }
};

}  // namespace solder
