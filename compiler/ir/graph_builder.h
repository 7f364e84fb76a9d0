// Emits operators into a graph: what the importers of all formats have in common.
#pragma once

#include "compiler/ir/graph.h"

namespace solder::compiler {

class GraphBuilder {
 public:
  Graph& graph() { return graph_; }

  // Each of these appends an operator of one output and returns that FLOAT32 tensor.
  int emit(OperatorType type, std::vector<int> inputs, const std::string& name, const Shape& shape,
           const Options& options = {});
  int emit_reshape(int tensor, const std::string& name, const Shape& shape);
  // A RESHAPE when the elements keep their order.
  int emit_transpose(int tensor, const std::string& name, std::span<const int32_t> permutation);
  // `padding`: zeros before and after each dimension of the tensor.
  int emit_pad(int tensor, const std::string& name, std::span<const int32_t> padding);

 private:
  Graph graph_;
};

}  // namespace solder::compiler
