// A Keras model as its configuration describes it: layers, and calls of them in an order in which
// they can be computed. Sequential and Functional models, of Keras 2 and 3, end up the same.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/importers/keras/json.h"

namespace solder::compiler::keras {

struct KerasModel;

struct KerasLayer {
  std::string class_name, name;
  // What a .keras file calls it: the class, in snake_case, and how many layers of that class come
  // before it in the model.
  std::string class_key;
  int class_index = 0;
  const Json* config = nullptr;                  // its arguments
  const Json* build_shape = nullptr;             // the shape it was built for, null when not saved
  std::shared_ptr<const KerasModel> model = {};  // of a layer that is itself a model
};

// Output `output` of KerasModel::calls[call].
struct KerasTensor {
  size_t call = 0, output = 0;
};

struct KerasCall {
  size_t layer = 0;                      // in KerasModel::layers
  std::vector<KerasTensor> inputs = {};  // of earlier calls; none for an InputLayer
};

struct KerasModel {
  std::string name;
  std::vector<KerasLayer> layers;
  std::vector<KerasCall> calls;
  std::vector<size_t> inputs;  // calls of InputLayers
  std::vector<KerasTensor> outputs;
};

// Reads {"class_name": "Sequential" or "Functional", "config": ...}, which must outlive the result.
// Throws ModelError.
KerasModel read_keras_model(const Json& json);

}  // namespace solder::compiler::keras
