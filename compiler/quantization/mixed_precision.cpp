#include "compiler/quantization/mixed_precision.h"

#include <algorithm>

#include "compiler/quantization/rules.h"

namespace solder::compiler {

std::vector<size_t> layers_of(const Graph& graph) {
  std::vector<size_t> layers;
  for (size_t i = 0; i < graph.operators.size(); ++i)
    if (has_float_weights(graph, graph.operators[i])) layers.push_back(i);
  return layers;
}

std::vector<TensorType> spread_precisions(const Graph& graph,
                                          const std::map<size_t, TensorType>& layers,
                                          TensorType others) {
  std::vector<TensorType> of_tensor(graph.tensors.size(), others), result;
  for (size_t i = 0; i < graph.operators.size(); ++i) {
    const Operator& op = graph.operators[i];
    const auto chosen = layers.find(i);
    TensorType type = of_tensor[static_cast<size_t>(op.input(data_input(op)))];
    if (chosen != layers.end())
      type = chosen->second;
    else if (has_float_weights(graph, op))
      type = others;
    for (const int output : op.outputs) of_tensor[static_cast<size_t>(output)] = type;
    result.push_back(type);
  }
  return result;
}

std::vector<LayerCost> layer_costs(const Graph& graph, const Loss& loss,
                                   const std::function<void(size_t)>& progress) {
  std::vector<LayerCost> costs;
  for (const size_t layer : layers_of(graph)) {
    const auto alone = [&](TensorType type) {
      return loss(spread_precisions(graph, {{layer, type}}, TensorType::FLOAT32));
    };
    costs.push_back(
        {.layer = layer, .int8 = alone(TensorType::INT8), .int16 = alone(TensorType::INT16)});
    if (progress) progress(costs.size());
  }
  return costs;
}

MixedPrecision choose_precisions(const Graph& graph, std::vector<LayerCost> costs, double budget,
                                 const Loss& loss) {
  struct Raise {
    size_t layer;
    TensorType to;
  };
  std::vector<Raise> raises;
  const auto raise_all = [&](TensorType to, double LayerCost::*cost) {
    std::ranges::stable_sort(costs, std::ranges::greater(), cost);
    for (const LayerCost& c : costs) raises.push_back({c.layer, to});
  };
  raise_all(TensorType::INT16, &LayerCost::int8);
  raise_all(TensorType::FLOAT32, &LayerCost::int16);

  const auto with = [&](size_t count) {
    MixedPrecision result{.layers = {}, .loss = 0};
    for (const LayerCost& c : costs) result.layers[c.layer] = TensorType::INT8;
    for (size_t i = 0; i < count; ++i) result.layers[raises[i].layer] = raises[i].to;
    result.loss = loss(spread_precisions(graph, result.layers, TensorType::INT8));
    return result;
  };
  MixedPrecision best = with(0);
  if (best.loss <= budget) return best;
  size_t too_few = 0, enough = raises.size();
  best = with(enough);
  while (best.loss <= budget && enough - too_few > 1) {
    const size_t middle = (too_few + enough) / 2;
    MixedPrecision attempt = with(middle);
    if (attempt.loss > budget) {
      too_few = middle;
    } else {
      enough = middle;
      best = std::move(attempt);
    }
  }
  return best;
}

}  // namespace solder::compiler
