// BATCH_MATMUL by a constant matrix, which is a FULLY_CONNECTED.
#pragma once

#include <string>

#include "compiler/ir/graph_builder.h"
#include "schema/tflite_generated.h"

namespace solder::compiler {

// The first `tensors` of the builder's graph are those of the file. Throws ModelError, which begins
// with `where`, when the second input is no constant matrix.
void import_batch_matmul(const schema::Operator& source, const std::string& where,
                         GraphBuilder& builder, int tensors);

}  // namespace solder::compiler
