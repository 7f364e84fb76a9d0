// The options of an operator in a .tflite, read into the runtime's plain struct.
#pragma once

#include <string>

#include "compiler/ir/graph.h"
#include "schema/tflite_generated.h"

namespace solder::compiler {

// Options of `op`, which is of type `type`. An operator without options has the format's defaults.
// Throws ModelError, naming `where`, for values that the runtime has no word for.
Options read_options(OperatorType type, const schema::Operator& op, const std::string& where);

}  // namespace solder::compiler
