// CONV_2D in float32 on constants that the compiler packs (compiler/planning/armv7em), with the max
// pooling after it where there is one: the output then is [batches, pool.output_height,
// pool.output_width, output_channels], and what the pool reads is never stored. Without groups. The
// bias is filled up with zeros to a multiple of four channels.
#pragma once

#include <cstdint>

#include "runtime/kernels/conv_2d/conv_2d.h"

namespace solder {

// A max pool whose windows do not overlap and start at the convolution's first row and column;
// those at the far edges may be cut off. 1x1 windows are no pool.
struct FusedMaxPool {
  int32_t height, width;  // of a window; also the stride
  int32_t output_height, output_width;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("height", height), v("width", width);
    v("output_height", output_height), v("output_width", output_width);
  }
};

struct Conv2DF32PooledParams {
  Conv2DGeometry geometry;
  FusedMaxPool pool;
  float activation_min, activation_max;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("geometry", geometry), v("pool", pool);
    v("activation_min", activation_min), v("activation_max", activation_max);
  }
};

// filter, for every rows_at_once rows of it (a divisor of their number), for every four output
// channels: the elements of the rows, [kernel row, kernel column, input channel], filled up with
// zeros to a multiple of four, with four channels each. scratch: four pixels' inputs of
// rows_at_once rows, then 16 sums for every four output channels.
struct Conv2DF32DirectParams {
  Conv2DF32PooledParams pooled;
  int32_t rows_at_once;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("pooled", pooled), v("rows_at_once", rows_at_once);
  }

  // Elements of a pixel's inputs that are multiplied at once.
  constexpr int32_t depth() const {
    const Conv2DGeometry& g = pooled.geometry;
    return (rows_at_once * g.filter_width * g.input_channels + 3) / 4 * 4;
  }
};

}  // namespace solder
