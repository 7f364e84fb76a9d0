// Inference of our MNIST network on this computer through the interpreter's door.
// scripts/bench_web.sh sets it beside WebAssembly.
#include <benchmark/benchmark.h>

#include <cstring>
#include <stdexcept>

#include "compiler/data/files.h"
#include "runtime/interpreter/interpreter.h"
#include "tests/support/program.h"

namespace solder::tests {
namespace {

void mnist_float32(benchmark::State& state, const KernelSet& kernels) {
  const auto file = compiler::read_file(repository() / "models/mnist/mnist.tflite");
  const auto digit = compiler::read_file(repository() / "models/digit/digit.f32");
  std::vector<uint8_t> arena(1 << 20);
  Model model;
  if (const Error error =
          load_tflite(file.data(), file.size(), kernels, arena.data(), arena.size(), model))
    throw std::runtime_error(error.message);
  for (auto iteration : state) {
    std::memcpy(model.input(0), digit.data(), digit.size());
    model.invoke();
    benchmark::ClobberMemory();
  }
}

BENCHMARK_CAPTURE(mnist_float32, reference, kReferenceKernels)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(mnist_float32, generic, kGenericKernels)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace solder::tests
