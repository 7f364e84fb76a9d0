#include "compiler/quantization/dynamic_range.h"

#include "compiler/quantization/affine.h"
#include "compiler/quantization/rules.h"

namespace solder::compiler {

Graph quantize_dynamic_range(const Graph& graph) {
  check_is_float(graph);
  Graph result = graph;
  for (Operator& op : result.operators) {
    if (!has_float_weights(graph, op)) continue;
    op.inputs[1] = result.add_tensor(quantize_weights(graph.tensors[op.inputs[1]], scale_axis(op)));
  }
  remove_dead_code(result);
  validate(result);
  return result;
}

}  // namespace solder::compiler
