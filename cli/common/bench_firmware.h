// The firmware behind `solder bench`: built from a compiled model and an input, run on a board,
// its figures read off its console.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/common/step_profiler.h"
#include "compiler/exporters/cpp/cpp_exporter.h"
#include "compiler/planning/executable.h"

namespace solder::cli {

struct BenchBoard {
  std::string name;  // of firmware/boards/boards.cmake
  int clock_mhz = 216;
  std::string weights = {};  // a folder of firmware/cortex-m7/weights; empty: where they fit

  bool is_qemu() const { return name.starts_with("mps2-"); }
};

class FolderLock;

struct BuiltFirmware {
  std::filesystem::path elf;
  std::shared_ptr<FolderLock> lock;  // nobody else builds there meanwhile
  int64_t code_bytes = 0;            // inference code, without the model's constants
};

// Decides where the weights go. Throws std::runtime_error with the numbers when the model does not
// fit the board, or not where its weights are to be.
void place(BenchBoard& board, const compiler::CppModel& model);

// Builds incrementally in build_cache(). Throws std::runtime_error with the first compiler error.
BuiltFirmware build_bench_firmware(const BenchBoard& board, const compiler::CppModel& model,
                                   const std::vector<uint8_t>& input);

// What the bench firmware prints.
struct BenchFigures {
  struct Step {
    std::string type;
    int op = 0;  // operator index
    int64_t count = 0;
  };
  std::vector<Step> steps;
  int64_t total = 0, stack_bytes = 0, arena_bytes = 0;
  std::vector<std::vector<uint8_t>> outputs;
  std::vector<StepProfile> profile;  // per step; only where cycles are counted
};

// What the board's cycle counter counts: every instruction as one, or the modelled cycles of the
// Cortex-M7, which QEMU does not know.
enum class Counting { kInstructions, kCycles };

// Throws std::runtime_error when the firmware stops before it is done.
BenchFigures run_bench_firmware(const BenchBoard& board, const std::filesystem::path& elf,
                                Counting counting);

// Runs `executable`, of which `elf` has been built, on the virtual board. `observe` gets every
// operator's output as the firmware has computed it. Throws as above.
void observe_bench_firmware(const BenchBoard& board, const std::filesystem::path& elf,
                            const compiler::Executable& executable,
                            const compiler::Executable::Observer& observe);

}  // namespace solder::cli
