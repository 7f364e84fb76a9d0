#include "compiler/quantization/dynamic_range.h"

#include <map>

#include "compiler/quantization/affine.h"
#include "compiler/quantization/rules.h"

namespace solder::compiler {

Graph quantize_dynamic_range(const Graph& graph) {
  check_is_float(graph);
  Graph result = graph;
  std::map<int, int> known;  // quantized weights, which operators may share
  for (Operator& op : result.operators) {
    // TensorFlow Lite takes no INT8 weights with float activations for TRANSPOSE_CONV.
    if (!has_float_weights(graph, op) || op.type == OperatorType::TRANSPOSE_CONV) continue;
    const auto [entry, is_new] = known.try_emplace(op.inputs[1]);
    if (is_new)
      entry->second =
          result.add_tensor(quantize_weights(graph.tensors[op.inputs[1]], scale_axis(op)));
    op.inputs[1] = entry->second;
  }
  remove_dead_code(result);
  validate(result);
  return result;
}

}  // namespace solder::compiler
