// How channels, the elements along the last dimension of a tensor, go through operators.
#pragma once

#include <optional>
#include <vector>

#include "compiler/ir/graph.h"

namespace solder::compiler {

// The size of the last dimension; 0 for a scalar.
int32_t channels_of(const Tensor& tensor);

// Channel `channel` of input `input` goes into the output's `output_channel`.
struct ChannelLink {
  size_t input;
  int32_t channel, output_channel;
};
// Of an operator that keeps channels apart: every output channel is made of the channels that are
// linked to it and of constants that are the same for all, and a linked channel goes nowhere else.
// Nothing for other operators, and for shapes that do not fit.
std::optional<std::vector<ChannelLink>> channel_links(const Graph& graph, const Operator& op);

// CONV_2D without groups or FULLY_CONNECTED, with constant weights and bias: element i of each row
// of the weights, one row for each output channel, meets input channel i % channels.
bool mixes_channels(const Graph& graph, const Operator& op);

}  // namespace solder::compiler
