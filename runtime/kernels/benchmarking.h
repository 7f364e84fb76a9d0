// For benchmarks of kernels (host only): every kernel set on the same layers.
#pragma once

#include <benchmark/benchmark.h>

#include <string>

#include "runtime/kernels/testing.h"

namespace solder::testing {

// Registers "<kernel>/<layer>/<set>" for every set. `work` is what one call does, in units of
// `unit` (products, elements).
template <class T, class Params, class... Inputs>
void register_benchmark(KernelId kernel, const std::string& name, const std::string& layer,
                        const Params& params, int64_t outputs, double work, const char* unit,
                        const Inputs&... inputs) {
  for (const KernelSet* set : {&kReferenceKernels, &kGenericKernels}) {
    benchmark::RegisterBenchmark(
        (name + "/" + layer + "/" + set->name).c_str(), [=](benchmark::State& state) {
          std::vector<T> output(static_cast<size_t>(outputs));
          void* const operands[] = {const_cast<void*>(static_cast<const void*>(inputs.data()))...,
                                    output.data()};
          for (auto iteration : state) {
            (*set)[kernel](&params, operands);
            benchmark::ClobberMemory();
          }
          state.counters[unit] = benchmark::Counter(
              work, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
        });
  }
}

}  // namespace solder::testing
