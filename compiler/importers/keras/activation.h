// Activations that layers have as an argument.
#pragma once

#include "compiler/importers/keras/layer.h"

namespace solder::compiler::keras {

// Emits `type` and the layer's activation behind it, as part of it where the operator can.
int emit_activated(const Layer& layer, OperatorType type, std::vector<int> inputs,
                   const Shape& shape, Options options = {});

}  // namespace solder::compiler::keras
