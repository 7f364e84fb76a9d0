// Post-training quantization to full-integer arithmetic.
#pragma once

#include <span>

#include "compiler/quantization/range.h"

namespace solder::compiler {

struct FullIntegerOptions {
  TensorType interface = TensorType::INT8;  // of the graph's inputs and outputs; or UINT8
  RangeMethod ranges = RangeMethod::kMinMax;
  bool correct_bias = true;
};

// `graph`, which is FLOAT32 and has been through run_passes(), with INT8 activations, weights and
// INT32 biases as TensorFlow Lite's converter makes them; operators without INT8 kernels stay
// FLOAT32 between DEQUANTIZE and QUANTIZE. With a UINT8 interface, a QUANTIZE follows every input
// and precedes every output. Names of inputs and outputs are kept. `statistics` are calibrate()'s
// of this graph. Throws ModelError when the graph is quantized already.
Graph quantize_full_integer(const Graph& graph, std::span<const Statistics> statistics,
                            const FullIntegerOptions& options);

}  // namespace solder::compiler
