// A graph as runtime code sees it, for preparing and running it on this computer.
#pragma once

#include <vector>

#include "compiler/ir/graph.h"

namespace solder::compiler {

// Borrows names and quantization from `graph`, which must outlive it unchanged. Constants are
// copied into one block, each at a multiple of kArenaAlignment, as preparation addresses them.
class View {
 public:
  explicit View(const Graph& graph);
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  GraphView graph() const;
  const std::vector<uint8_t>& constants() const { return constants_; }

 private:
  const Graph& graph_;
  std::vector<uint8_t> constants_;
  std::vector<TensorView> tensors_;
  std::vector<OperatorView> operators_;
};

}  // namespace solder::compiler
