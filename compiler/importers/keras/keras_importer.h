// Reads models that Keras saved, Sequential and Functional ones of fixed shapes. The graph computes
// what the model computes in inference; a batch that is not fixed becomes 1.
#pragma once

#include <cstdint>
#include <span>

#include "compiler/ir/graph.h"

namespace solder::compiler {

// A .h5 file, of tf.keras 1.13 to Keras 3. Throws ModelError.
Graph import_keras_h5(std::span<const uint8_t> bytes);

// A .keras file, which is a zip archive. Throws ModelError.
Graph import_keras_zip(std::span<const uint8_t> bytes);

}  // namespace solder::compiler
