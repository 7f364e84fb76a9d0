// Which channels of the activations hold one value everywhere, whatever the input is.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ir/graph.h"

namespace solder::compiler {

// Of one tensor. `values` holds an element for each channel, in the tensor's type; empty when no
// channel is constant.
struct ConstantChannels {
  std::vector<bool> known = {};
  std::vector<uint8_t> values = {};

  bool is_known(int32_t channel) const { return !known.empty() && known[channel]; }
};

// A weight of an operator, less the zero point of integers; 0 means that it reads nothing.
float weight_at(const Tensor& weights, size_t index);

// One entry for each tensor of `graph`. What operators make of constant channels is computed with
// the reference kernels, over the whole tensor, so that padding is accounted for.
std::vector<ConstantChannels> find_constant_channels(const Graph& graph);

}  // namespace solder::compiler
