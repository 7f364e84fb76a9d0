#include "compiler/ir/view.h"

namespace solder::compiler {

View::View(const Graph& graph) : graph_(graph) {
  for (const Tensor& tensor : graph.tensors) {
    const Quantization& q = tensor.quantization;
    tensors_.push_back({.name = tensor.name.c_str(),
                        .type = tensor.type,
                        .shape = tensor.shape,
                        .quantization = {.scale = q.scale.data(),
                                         .zero_point = q.zero_point.data(),
                                         .count = static_cast<int32_t>(q.scale.size()),
                                         .axis = q.axis},
                        .data = tensor.is_constant() ? tensor.data.data() : nullptr,
                        .bytes = static_cast<int32_t>(tensor.bytes())});
  }
  for (const Operator& op : graph.operators)
    operators_.push_back({.type = op.type,
                          .inputs = op.inputs.data(),
                          .input_count = static_cast<int32_t>(op.inputs.size()),
                          .outputs = op.outputs.data(),
                          .output_count = static_cast<int32_t>(op.outputs.size()),
                          .options = op.options});
}

GraphView View::graph() const {
  return {.tensors = tensors_.data(),
          .tensor_count = static_cast<int32_t>(tensors_.size()),
          .operators = operators_.data(),
          .operator_count = static_cast<int32_t>(operators_.size()),
          .inputs = graph_.inputs.data(),
          .input_count = static_cast<int32_t>(graph_.inputs.size()),
          .outputs = graph_.outputs.data(),
          .output_count = static_cast<int32_t>(graph_.outputs.size())};
}

}  // namespace solder::compiler
