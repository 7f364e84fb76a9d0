// A graph as runtime code sees it, for preparing and running it on this computer.
#pragma once

#include <vector>

#include "compiler/ir/graph.h"

namespace solder::compiler {

// Borrows names, constants and quantization from `graph`, which must outlive it unchanged.
class View {
 public:
  explicit View(const Graph& graph);
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  GraphView graph() const;

 private:
  const Graph& graph_;
  std::vector<TensorView> tensors_;
  std::vector<OperatorView> operators_;
};

}  // namespace solder::compiler
