// Which channels a weight connects.
#pragma once

#include "compiler/ir/graph.h"

namespace solder::compiler {

// For the weights of a CONV_2D, DEPTHWISE_CONV_2D or FULLY_CONNECTED whose input has
// `input_channels` in its last dimension (FULLY_CONNECTED: any divisor of its depth, and columns
// count them over and over, as after a RESHAPE).
class WeightChannels {
 public:
  WeightChannels(const Operator& op, const Tensor& weights, size_t input_channels);

  size_t outputs() const { return outputs_; }
  // Of the weight at `index` of the tensor.
  size_t output(size_t index) const { return is_depthwise_ ? index % inner_ : index / depth_; }
  size_t input(size_t index) const;

 private:
  bool is_depthwise_;
  // Outputs; the last dimension; weights, and output channels, that belong together.
  size_t outputs_, inner_, depth_, outputs_per_group_;
  size_t input_channels_;
};

}  // namespace solder::compiler
