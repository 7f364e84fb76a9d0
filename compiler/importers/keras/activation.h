// Activations that layers have as an argument.
#pragma once

#include "compiler/importers/keras/layer.h"
#include "compiler/ir/recurrent.h"

namespace solder::compiler::keras {

// Emits `type` and the layer's activation behind it, as part of it where the operator can.
int emit_activated(const Layer& layer, OperatorType type, std::vector<int> inputs,
                   const Shape& shape, Options options = {});

// The function that the argument `key` names; none without it, or for the elements themselves.
ElementFunction element_function(const Layer& layer, const char* key);

}  // namespace solder::compiler::keras
