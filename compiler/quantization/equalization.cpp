#include "compiler/quantization/equalization.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "compiler/quantization/rules.h"
#include "compiler/quantization/weight_channels.h"

namespace solder::compiler {
namespace {

// f(a * x) = a * f(x) for a > 0.
bool is_homogeneous(Activation activation) {
  return activation == Activation::NONE || activation == Activation::RELU;
}

// Channels pass through it one by one, scaled or not.
bool passes_channels(const Operator& op) {
  switch (op.type) {
    case OperatorType::AVERAGE_POOL_2D:
    case OperatorType::MAX_POOL_2D:
      return is_homogeneous(op.options.activation);
    case OperatorType::RELU:
    case OperatorType::RESHAPE:
      return true;
    default:
      return false;
  }
}

int32_t last_dimension(const Shape& shape) {
  return shape.rank == 0 ? 1 : shape.dims[shape.rank - 1];
}

bool owns_constants(const Graph& graph, const Operator& op) {
  return op.type != OperatorType::TRANSPOSE_CONV && has_float_weights(graph, op) &&
         graph.has_one_user(op.inputs[1]) && (op.input(2) < 0 || graph.has_one_user(op.inputs[2]));
}

// The layer whose input is `from`'s output, by way of nothing but what passes channels.
std::optional<size_t> next_layer(const Graph& graph, const Operator& from) {
  int tensor = from.outputs[0];
  while (graph.has_one_user(tensor)) {
    const auto user = static_cast<size_t>(graph.users_of(tensor)[0]);
    const Operator& op = graph.operators[user];
    if (op.inputs[0] != tensor) return std::nullopt;
    if (owns_constants(graph, op)) return user;
    if (!passes_channels(op)) return std::nullopt;
    tensor = op.outputs[0];
  }
  return std::nullopt;
}

// Two layers, and which channel of the first each of their weights belongs to.
class Pair {
 public:
  Pair(Graph& graph, const Operator& first, const Operator& second, size_t channels)
      : first_weights_(graph.tensors[first.inputs[1]].values<float>()),
        second_weights_(graph.tensors[second.inputs[1]].values<float>()),
        outputs_(first, graph.tensors[first.inputs[1]], input_channels(graph, first)),
        inputs_(second, graph.tensors[second.inputs[1]], channels),
        channels_(channels) {
    if (first.input(2) >= 0) bias_ = graph.tensors[first.inputs[2]].values<float>();
  }

  // Whether a channel changed.
  bool equalize() {
    std::vector<float> of_first(channels_), of_second(channels_), factor(channels_, 1);
    for (size_t i = 0; i < first_weights_.size(); ++i)
      grow(of_first[outputs_.output(i)], first_weights_[i]);
    for (size_t i = 0; i < second_weights_.size(); ++i)
      grow(of_second[inputs_.input(i)], second_weights_[i]);
    // Channels of next to no weight are dead: their bias would become huge.
    constexpr float kDead = 1.0F / 1024;
    const float dead_in_first = kDead * std::ranges::max(of_first);
    const float dead_in_second = kDead * std::ranges::max(of_second);
    for (size_t c = 0; c < channels_; ++c)
      if (of_first[c] > dead_in_first && of_second[c] > dead_in_second)
        factor[c] = std::exp2(std::round(std::log2(of_second[c] / of_first[c]) / 2));
    for (size_t i = 0; i < first_weights_.size(); ++i)
      first_weights_[i] *= factor[outputs_.output(i)];
    for (size_t c = 0; c < bias_.size(); ++c) bias_[c] *= factor[c];
    for (size_t i = 0; i < second_weights_.size(); ++i)
      second_weights_[i] /= factor[inputs_.input(i)];
    return std::ranges::any_of(factor, [](float f) { return f != 1; });
  }

 private:
  static size_t input_channels(const Graph& graph, const Operator& op) {
    return static_cast<size_t>(last_dimension(graph.tensors[op.inputs[0]].shape));
  }
  static void grow(float& largest, float value) { largest = std::max(largest, std::abs(value)); }

  std::span<float> first_weights_, second_weights_, bias_;
  WeightChannels outputs_, inputs_;
  size_t channels_;
};

}  // namespace

Graph equalize(const Graph& graph) {
  constexpr int kSweeps = 20;  // a factor moves on along a chain of layers
  Graph result = graph;
  bool changed = true;
  for (int sweep = 0; changed && sweep < kSweeps; ++sweep) {
    changed = false;
    for (const Operator& first : result.operators) {
      if (!owns_constants(result, first) || !is_homogeneous(first.options.activation)) continue;
      const auto second = next_layer(result, first);
      if (!second) continue;
      const int32_t channels = last_dimension(result.tensors[first.outputs[0]].shape);
      const Operator& op = result.operators[*second];
      const int32_t read = last_dimension(result.tensors[op.inputs[0]].shape);
      // Behind a RESHAPE, channels may still be what is counted fastest: then FULLY_CONNECTED only.
      const bool are_columns = op.type == OperatorType::FULLY_CONNECTED && read % channels == 0;
      if (read != channels && !are_columns) continue;
      changed |= Pair(result, first, op, static_cast<size_t>(channels)).equalize();
    }
  }
  return result;
}

}  // namespace solder::compiler
