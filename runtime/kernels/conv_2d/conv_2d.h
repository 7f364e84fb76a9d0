// CONV_2D and DEPTHWISE_CONV_2D. Layouts: input [batches, input_height, input_width,
// input_channels], bias [output_channels] or null, output [batches, output_height, output_width,
// output_channels]. The channels are in groups: each output channel reads filter_channels of the
// input, and input_channels / filter_channels is the number of groups. The filter of CONV_2D is
// [output_channels, filter_height, filter_width, filter_channels], that of DEPTHWISE_CONV_2D, whose
// filter_channels are 1, is [1, filter_height, filter_width, output_channels]. Taps outside the
// input count as zero (quantized: as the input's zero point).
// f32_s8: float activations, int8 filter, scale [output_channels]: scale * sum + bias, with nothing
// rounded to 8 bits. s8, s16: int8 filter, requantization [output_channels]. s8: the sum of
// products of one output stays below 2^31 (preparation sees to it), with the bias it may wrap. s16:
// zero points are 0, a sum with its bias stays below 2^47.
#pragma once

#include <cstdint>

namespace solder {

struct Conv2DGeometry {
  int32_t batches, input_height, input_width, input_channels;
  int32_t filter_height, filter_width, filter_channels;
  int32_t output_height, output_width, output_channels;
  int32_t stride_height, stride_width, dilation_height, dilation_width;
  int32_t pad_top, pad_left;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("batches", batches), v("input_height", input_height), v("input_width", input_width);
    v("input_channels", input_channels), v("filter_height", filter_height);
    v("filter_width", filter_width), v("filter_channels", filter_channels);
    v("output_height", output_height), v("output_width", output_width);
    v("output_channels", output_channels), v("stride_height", stride_height);
    v("stride_width", stride_width), v("dilation_height", dilation_height);
    v("dilation_width", dilation_width), v("pad_top", pad_top), v("pad_left", pad_left);
  }
};

struct Conv2DF32Params {
  Conv2DGeometry geometry;
  float activation_min, activation_max;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("geometry", geometry), v("activation_min", activation_min);
    v("activation_max", activation_max);
  }
};

struct Conv2DS8Params {
  Conv2DGeometry geometry;
  int32_t input_offset;                    // minus the input's zero point, in [-127, 128]
  int32_t output_offset;                   // the output's zero point
  int32_t activation_min, activation_max;  // in [-128, 127]

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("geometry", geometry), v("input_offset", input_offset);
    v("output_offset", output_offset), v("activation_min", activation_min);
    v("activation_max", activation_max);
  }
};

// The same with weights that have a zero point.
struct Conv2DS8OffsetParams {
  Conv2DS8Params symmetric;
  int32_t filter_offset;  // minus the filter's zero point, in [-127, 128]

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("symmetric", symmetric), v("filter_offset", filter_offset);
  }
};

struct Conv2DS16Params {
  Conv2DGeometry geometry;
  int32_t sum_bits;                        // 32 or 64, see S16Arithmetic
  int32_t activation_min, activation_max;  // in [-32768, 32767]

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("geometry", geometry), v("sum_bits", sum_bits), v("activation_min", activation_min);
    v("activation_max", activation_max);
  }
};

}  // namespace solder
