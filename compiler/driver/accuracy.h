// How many labelled images a classifier gets right.
#pragma once

#include "compiler/data/dataset.h"
#include "compiler/driver/progress.h"
#include "compiler/planning/executable.h"

namespace solder::compiler {

// Runs `graph`, of one input and one output, on all of `dataset`, with as many threads as there are
// processors. Throws std::runtime_error when the images do not fit.
size_t count_correct(const Graph& graph, const KernelSet& kernels, const Dataset& dataset,
                     const Progress& progress = {});

}  // namespace solder::compiler
