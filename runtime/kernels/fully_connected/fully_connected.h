// FULLY_CONNECTED. Layouts: input [batches, input_depth], filter [output_depth, input_depth], bias
// [output_depth] or null, output [batches, output_depth]. Quantized: requantization has one entry,
// or output_depth entries when per_channel is 1. f32_s8 and s16 as in CONV_2D.
#pragma once

#include <cstdint>

namespace solder {

struct FullyConnectedF32Params {
  int32_t batches, input_depth, output_depth;
  float activation_min, activation_max;

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("batches", batches), v("input_depth", input_depth), v("output_depth", output_depth);
    v("activation_min", activation_min), v("activation_max", activation_max);
  }
};

struct FullyConnectedS8Params {
  int32_t batches, input_depth, output_depth;
  int32_t input_offset;                    // minus the input's zero point, in [-127, 128]
  int32_t filter_offset;                   // minus the filter's zero point, in [-127, 128]
  int32_t output_offset;                   // the output's zero point
  int32_t activation_min, activation_max;  // in [-128, 127]
  int32_t per_channel;                     // 0 or 1

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("batches", batches), v("input_depth", input_depth), v("output_depth", output_depth);
    v("input_offset", input_offset), v("filter_offset", filter_offset);
    v("output_offset", output_offset), v("activation_min", activation_min);
    v("activation_max", activation_max), v("per_channel", per_channel);
  }
};

struct FullyConnectedS16Params {
  int32_t batches, input_depth, output_depth;
  int32_t sum_bits;                        // 32 or 64, see S16Arithmetic
  int32_t activation_min, activation_max;  // in [-32768, 32767]
  int32_t per_channel;                     // 0 or 1

  template <class Visitor>
  void visit(Visitor&& v) const {
    v("batches", batches), v("input_depth", input_depth), v("output_depth", output_depth);
    v("sum_bits", sum_bits), v("activation_min", activation_min);
    v("activation_max", activation_max), v("per_channel", per_channel);
  }
};

}  // namespace solder
