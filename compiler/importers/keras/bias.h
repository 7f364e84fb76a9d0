#pragma once

#include "compiler/importers/keras/layer.h"

namespace solder::compiler::keras {

// The layer's bias, which is weight `index`, or zeros when it has none: TensorFlow Lite's
// converter, too, always writes a bias.
inline int bias_tensor(const Layer& layer, size_t index, int64_t outputs) {
  if (layer.boolean("use_bias", true)) {
    const FloatArray& bias = layer.weight(index, {outputs}, "bias");
    return layer.constant("/bias", bias.shape, bias.values);
  }
  const Shape shape = layer.shape({outputs});
  return layer.constant("/bias", shape, std::vector<float>(shape.elements()));
}

}  // namespace solder::compiler::keras
