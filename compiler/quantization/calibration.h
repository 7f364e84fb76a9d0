// What the activations of a float graph are on sample inputs: the ground on which their
// quantization is chosen.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "compiler/ir/graph.h"
#include "runtime/plan/model.h"

namespace solder::compiler {

// The elements of each input of a graph, row-major real values.
using Sample = std::vector<std::vector<float>>;

// The sample as the inputs of `model`, quantized as they are; integers of INT32 inputs are the
// nearest ones, 0 beyond 2^24.
void set_inputs(const Model& model, const Sample& sample);

// Of one tensor over all samples. `min` <= 0 <= `max`, for zero is always representable.
struct Statistics {
  static constexpr size_t kBins = 2048;

  float min = 0, max = 0;
  // How many values other than zero lie in each of kBins equal parts of [min, max]. Zeros, many
  // behind a RELU, are exact whatever the range.
  std::vector<uint64_t> histogram = {};
  std::vector<double> mean = {};  // of each element of the tensor
};

// One entry for each tensor of `graph`; those of constants and of types other than FLOAT32 are
// empty. Runs the graph twice on every sample; `progress` gets the number of runs done, of
// 2 * samples.size(). Throws ModelError when there are no samples, when one does not have the
// elements of the graph's inputs, or when a value is not finite.
std::vector<Statistics> calibrate(const Graph& graph, std::span<const Sample> samples,
                                  const std::function<void(size_t)>& progress = {});

}  // namespace solder::compiler
