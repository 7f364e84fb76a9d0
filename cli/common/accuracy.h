// How many labelled images a classifier gets right.
#pragma once

#include "cli/common/dataset.h"
#include "compiler/planning/executable.h"

namespace solder::cli {

// Runs `graph`, of one input and one output, on all of `dataset`, with as many threads as there are
// processors and a progress bar. Throws std::runtime_error when the images do not
// fit.
size_t count_correct(const compiler::Graph& graph, const KernelSet& kernels,
                     const Dataset& dataset);

}  // namespace solder::cli
