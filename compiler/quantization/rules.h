// What full-integer arithmetic asks of each operator type.
#pragma once

#include <cstdint>
#include <optional>

#include "compiler/ir/graph.h"

namespace solder::compiler {

enum class IntegerRule {
  kFloat,          // has no integer kernel, or other types: stays, between DEQUANTIZE and QUANTIZE
  kWeighted,       // constant weights and bias: CONV_2D and its like
  kAnyScale,       // every activation has a scale of its own
  kSameScale,      // values are moved or selected: inputs and outputs share one scale
  kUnit,           // an output in [0, 1): see fixed_quantization()
  kSymmetricUnit,  // one in [-1, 1)
};

// Which input of `op` is its first activation: 0 but for operators that have a parameter before it.
size_t data_input(const Operator& op);

// For activations of `type`, INT8 or INT16.
IntegerRule integer_rule(const Graph& graph, const Operator& op, TensorType type);

inline bool is_fixed(IntegerRule rule) {
  return rule == IntegerRule::kUnit || rule == IntegerRule::kSymmetricUnit;
}
// Of an output that is kUnit (INT8: scale 1/256, zero point -128) or kSymmetricUnit (INT8: scale
// 1/128, zero point 0). INT16: scale 1/32768, zero point 0.
Quantization fixed_quantization(IntegerRule rule, TensorType type);

// Which inputs of an operator with weights are its weights and its bias.
struct WeightInputs {
  size_t weights = 1, bias = 2;
};
WeightInputs weight_inputs(const Operator& op);

// CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED or TRANSPOSE_CONV with constant FLOAT32 weights, and
// a constant FLOAT32 bias or none.
bool has_float_weights(const Graph& graph, const Operator& op);

// The dimension of the weights along which scales differ; none for FULLY_CONNECTED, because
// interpreters before TensorFlow 2.17 refuse several scales there.
std::optional<int32_t> scale_axis(const Operator& op);

// Throws ModelError when a tensor of `graph` is quantized already.
void check_is_float(const Graph& graph);

}  // namespace solder::compiler
