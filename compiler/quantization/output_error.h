// How far the outputs of a quantized graph are from those of the float graph it was made of.
#pragma once

#include <span>
#include <vector>

#include "compiler/quantization/calibration.h"

namespace solder::compiler {

class OutputError {
 public:
  // Runs `reference`, a float graph, on the samples, which must outlive this.
  OutputError(const Graph& reference, std::span<const Sample> samples);

  // sqrt(sum of squared errors / sum of squared reference values) over all outputs and samples: 0
  // is none, 1 as much noise as signal. Inputs and outputs of `graph` are not UINT8.
  double operator()(const Graph& graph) const;

 private:
  std::span<const Sample> samples_;
  std::vector<std::vector<float>> expected_;  // by sample, of all outputs
};

}  // namespace solder::compiler
