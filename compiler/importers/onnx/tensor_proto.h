// Constants of an ONNX file.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>

#include "compiler/importers/onnx/value.h"

namespace solder::compiler {

// Reads FLOAT, INT64, INT32, INT8, UINT8 and BOOL tensors of at least one element from raw_data or
// the typed field. Throws ModelError, naming `where`, for other types, external data, and sizes
// that differ from the dimensions.
Value read_tensor(const onnx::TensorProto& source, const std::string& where);

}  // namespace solder::compiler
