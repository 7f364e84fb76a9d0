#include "cli/common/bench_measurement.h"

#include <stdexcept>

#include "cli/common/kernels.h"
#include "cli/common/model.h"
#include "compiler/data/values.h"
#include "compiler/planning/target.h"

namespace solder::cli {
namespace {

// Without --input every input is zero: the count hardly depends on it.
std::vector<uint8_t> input_bytes(const BenchJob& job, const Model& model) {
  if (!job.input.empty()) {
    fill_input(model, job.input);
    const auto* bytes = model.input<uint8_t>(0);
    return {bytes, bytes + model.input_info(0).bytes};
  }
  size_t total = 0;
  for (uint32_t i = 0; i < model.input_count(); ++i) total += model.input_info(i).bytes;
  return std::vector<uint8_t>(total);
}

}  // namespace

compiler::Executable prepare(const BenchJob& job) {
  return compiler::prepare_model(job.model, kernels_named(job.kernels), compiler::Use::kRun,
                                 job.prefer);
}

BenchResult measure(const BenchJob& job, const compiler::Executable& executable) {
  const Model model = executable.model();
  const auto cpp = compiler::export_cpp(executable, "model", job.model.filename().string());
  const bool is_qemu = job.board.is_qemu();
  BenchBoard board = job.board;
  place(board, cpp);
  const BuiltFirmware built = build_bench_firmware(board, cpp, input_bytes(job, model));
  BenchResult result{.figures = run_bench_firmware(board, built.elf, Counting::kInstructions),
                     .cycles = {},
                     .outputs = {},
                     .weights = board.weights,
                     .code_bytes = built.code_bytes,
                     .weights_bytes = cpp.constants_bytes};
  if (!is_qemu) result.cycles = run_bench_firmware(board, built.elf, Counting::kCycles);
  for (uint32_t i = 0; i < model.output_count(); ++i) {
    const auto& bytes = result.figures.outputs.at(i);
    if (bytes.size() != model.output_info(i).bytes)
      throw std::runtime_error("the bench firmware printed an output of the wrong size");
    result.outputs.push_back(compiler::real_values(bytes.data(), model.output_info(i)));
  }
  return result;
}

double milliseconds(const BenchJob& job, int64_t cycles) {
  return static_cast<double>(cycles) / (1000.0 * job.board.clock_mhz);
}

}  // namespace solder::cli
