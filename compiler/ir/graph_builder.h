// Emits operators into a graph: what the importers of all formats have in common.
#pragma once

#include "compiler/ir/graph.h"

namespace solder::compiler {

class GraphBuilder {
 public:
  Graph& graph() { return graph_; }

  // Appends an operator of one output and returns that FLOAT32 tensor.
  int emit(OperatorType type, std::vector<int> inputs, const std::string& name, const Shape& shape,
           const Options& options = {});

  // These append operators that move elements; the result has the type of `tensor`.
  int emit_reshape(int tensor, const std::string& name, const Shape& shape);
  // A RESHAPE when the elements keep their order.
  int emit_transpose(int tensor, const std::string& name, std::span<const int32_t> permutation);
  // `padding`: zeros before and after each dimension of the tensor.
  int emit_pad(int tensor, const std::string& name, std::span<const int32_t> padding);
  // Elements start, start + step, ... of each dimension, `size` of them; all of them must exist. No
  // steps: 1 everywhere.
  int emit_slice(int tensor, const std::string& name, std::span<const int32_t> start,
                 std::span<const int32_t> size, std::span<const int32_t> step = {});
  // The same along one axis, whole in the others.
  int emit_slice_along(int tensor, const std::string& name, int32_t axis, int32_t start,
                       int32_t size);
  // Parts of these sizes along `axis`, which fill it.
  std::vector<int> emit_split(int tensor, const std::string& name, int32_t axis,
                              std::span<const int32_t> sizes);
  int emit_concatenation(std::vector<int> tensors, const std::string& name, int32_t axis);
  // Tensors of one shape as the elements of a new dimension `axis`.
  int emit_pack(std::vector<int> tensors, const std::string& name, int32_t axis);
  // Every element of `axis` `count` times, one after the other.
  int emit_repeat(int tensor, const std::string& name, int32_t axis, int32_t count);

  const Shape& shape_of(int tensor) const { return graph_.tensors[tensor].shape; }

 private:
  int emit_move(OperatorType type, std::vector<int> inputs, int tensor, const std::string& name,
                const Shape& shape, const Options& options = {});
  int integers(const std::string& name, std::span<const int32_t> values);

  Graph graph_;
};

}  // namespace solder::compiler
