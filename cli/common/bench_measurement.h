// One model measured: compiled, built into the bench firmware, run on the virtual board or on QEMU.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/common/bench_firmware.h"
#include "compiler/driver/load_model.h"
#include "compiler/planning/target.h"

namespace solder::cli {

struct BenchJob {
  std::filesystem::path model;
  std::filesystem::path input;  // raw little-endian; empty: zeros
  BenchBoard board{.name = compiler::kStm32f746.name};
  std::string kernels;
  compiler::Prefer prefer = compiler::Prefer::kBalanced;
};

struct BenchResult {
  BenchFigures figures;                     // instructions
  std::optional<BenchFigures> cycles;       // modelled; only of the virtual board
  std::vector<std::vector<float>> outputs;  // real values
  std::string weights;                      // where they are: BenchBoard::weights
  int64_t code_bytes = 0, weights_bytes = 0;
};

compiler::Executable prepare(const BenchJob& job);

// `executable`: what prepare() made. Throws std::runtime_error when the model does not fit, or as
// build_bench_firmware() and run_bench_firmware() do.
BenchResult measure(const BenchJob& job, const compiler::Executable& executable);

double milliseconds(const BenchJob& job, int64_t cycles);

}  // namespace solder::cli
