// The options of an operator in a .tflite, read into the runtime's plain struct.
#pragma once

#include "runtime/base/error.h"
#include "runtime/kernels/operator.h"
#include "schema/tflite_generated.h"

namespace solder {

// An operator without options keeps the defaults. Fails for values that the runtime has no word
// for.
Error read_options(const schema::Operator& from, Options& to);

}  // namespace solder
