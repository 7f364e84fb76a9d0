#include "compiler/ir/view.h"

#include <algorithm>

#include "runtime/base/arena.h"

namespace solder::compiler {
namespace {

size_t padded(size_t bytes) {
  return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
}

}  // namespace

View::View(const Graph& graph) : graph_(graph) {
  size_t constant_bytes = 0;
  for (const Tensor& tensor : graph.tensors) constant_bytes += padded(tensor.data.size());
  constants_.resize(constant_bytes);
  size_t next = 0;
  for (const Tensor& tensor : graph.tensors) {
    const uint8_t* data = nullptr;
    if (tensor.is_constant()) {
      data = constants_.data() + next;
      std::ranges::copy(tensor.data, constants_.begin() + static_cast<ptrdiff_t>(next));
      next += padded(tensor.data.size());
    }
    const Quantization& q = tensor.quantization;
    tensors_.push_back({.name = tensor.name.c_str(),
                        .type = tensor.type,
                        .shape = tensor.shape,
                        .quantization = {.scale = q.scale.data(),
                                         .zero_point = q.zero_point.data(),
                                         .count = static_cast<int32_t>(q.scale.size()),
                                         .axis = q.axis},
                        .data = data,
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
