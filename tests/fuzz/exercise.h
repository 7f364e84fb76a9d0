// What the fuzzers do with a model that could be imported.
#pragma once

#include <cstring>

#include "compiler/ir/cost.h"
#include "compiler/passes/passes.h"
#include "compiler/planning/executable.h"

namespace solder::tests {

// One inference on inputs of ones, unless it would take long.
inline void invoke(const Model& model) {
  for (uint32_t i = 0; i < model.input_count(); ++i) {
    std::memset(model.input(i), 1, model.input_info(i).bytes);
  }
  model.invoke();
}

// Passes, preparation and an inference with every kernel set. ModelError is the caller's.
inline void exercise(compiler::Graph graph) {
  // The cost of one input, in MACs and bytes: enough for anything that is small enough to mutate.
  constexpr int64_t kMacs = 1'000'000, kBytes = 4'000'000;
  compiler::run_passes(graph);
  int64_t bytes = 0;
  for (const compiler::Tensor& tensor : graph.tensors) bytes += tensor.bytes();
  if (bytes > kBytes) return;
  for (const KernelSet* kernels : {&kReferenceKernels, &kGenericKernels}) {
    const compiler::Executable executable(graph, *kernels);
    if (compiler::macs(graph) <= kMacs) invoke(executable.model());
  }
}

}  // namespace solder::tests
