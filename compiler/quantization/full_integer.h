// Post-training quantization to full-integer arithmetic.
#pragma once

#include <span>

#include "compiler/quantization/range.h"

namespace solder::compiler {

struct FullIntegerOptions {
  // Of the graph's inputs and outputs: INT8, UINT8, INT16 or FLOAT32.
  TensorType interface = TensorType::INT8;
  RangeMethod ranges = RangeMethod::kMinMax;
  bool correct_bias = true;
  // Of each operator's activations: INT8, INT16 or FLOAT32. Empty: as the interface, INT8 for
  // UINT8.
  std::vector<TensorType> precisions = {};
};

// `graph`, which is FLOAT32 and has been through run_passes(), with integer activations, INT8
// weights and INT32 biases (INT64 for INT16 activations) as TensorFlow Lite's converter makes them;
// operators without integer kernels stay FLOAT32. A QUANTIZE or DEQUANTIZE stands wherever the
// precision changes, and after every input and before every output of UINT8. Names of inputs and
// outputs are kept. `statistics` are calibrate()'s of this graph. Throws ModelError when the graph
// is quantized already.
Graph quantize_full_integer(const Graph& graph, std::span<const Statistics> statistics,
                            const FullIntegerOptions& options);

}  // namespace solder::compiler
