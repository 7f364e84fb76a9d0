#include "compiler/quantization/weight_channels.h"

#include <algorithm>

#include "compiler/passes/rewrite.h"

namespace solder::compiler {

WeightChannels::WeightChannels(const Operator& op, const Tensor& weights, size_t input_channels)
    : is_depthwise_(op.type == OperatorType::DEPTHWISE_CONV_2D),
      outputs_(static_cast<size_t>(weights.shape.dims[output_dimension(op, weights)])),
      inner_(static_cast<size_t>(weights.shape.dims[weights.shape.rank - 1])),
      depth_(static_cast<size_t>(weights.shape.elements()) / outputs_),
      outputs_per_group_(is_depthwise_ ? outputs_ / input_channels
                                       : outputs_ / std::max<size_t>(1, input_channels / inner_)),
      input_channels_(input_channels) {}

size_t WeightChannels::input(size_t index) const {
  const size_t group = output(index) / outputs_per_group_;
  return is_depthwise_ ? group : (group * inner_ + index % inner_) % input_channels_;
}

}  // namespace solder::compiler
