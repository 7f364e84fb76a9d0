#include "cli/common/bench_firmware.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/file.h>
#include <unistd.h>

#include <charconv>
#include <sstream>
#include <stdexcept>

#include "cli/common/sources.h"
#include "cli/common/subprocess.h"
#include "compiler/data/files.h"
#include "compiler/planning/target.h"
#include "simulator/boards/board.h"
#include "simulator/timing/cortex_m7.h"

namespace solder::cli {

// Two programs must not build in one folder at a time.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    file_ = open((folder / ".lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
    if (file_ < 0 || flock(file_, LOCK_EX) != 0)
      throw std::runtime_error(fmt::format("{}: cannot be locked", folder.string()));
  }
  ~FolderLock() { close(file_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int file_;
};

namespace {

namespace fs = std::filesystem;

constexpr const char* kImage = "bench";
// The model is compiled under this name, so that one build folder serves all models.
constexpr const char* kModel = "model";
constexpr const char* kArenaSymbol = "_ZN5model12_GLOBAL__N_112arena_memoryE";

fs::path build_folder(const BenchBoard& board) {
  return build_cache() / fmt::format("{}-{}-{}", board.name, board.clock_mhz, board.weights);
}

// The first line that speaks of an error, or the last line.
std::string first_error(const std::string& output) {
  std::istringstream lines(output);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("rror") != std::string::npos) return line;
    if (!line.empty()) last = line;
  }
  return last;
}

void must_succeed(const std::vector<std::string>& command) {
  const Finished finished = run_program(command);
  if (finished.exit_code == 127)
    throw std::runtime_error(fmt::format(
        "{} is not installed: scripts/install_packages.sh demo installs it", command[0]));
  if (finished.exit_code != 0)
    throw std::runtime_error(
        fmt::format("building the firmware failed: {}; to see all of it run: {}",
                    first_error(finished.output), fmt::format("{}", fmt::join(command, " "))));
}

// text + data of the smallest program around the model: text counts read-only data, too.
int64_t size_of_program(const fs::path& elf) {
  const Finished finished = run_program({"arm-none-eabi-size", elf.string()});
  std::istringstream words(finished.output);
  std::string heading;
  std::getline(words, heading);
  int64_t text = 0, data = 0;
  if (finished.exit_code != 0 || !(words >> text >> data))
    throw std::runtime_error(
        fmt::format("arm-none-eabi-size {}: {}", elf.string(), finished.output));
  return text + data;
}

std::vector<uint8_t> from_hex(const std::string& text) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    uint8_t byte = 0;
    std::from_chars(&text[i], &text[i] + 2, byte, 16);
    bytes.push_back(byte);
  }
  return bytes;
}

// The format is told in firmware/app/bench.cpp.
BenchFigures parse(const std::string& console) {
  BenchFigures figures;
  std::istringstream lines(console);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kind, text;
    int64_t index = 0;
    words >> kind;
    if (kind == "error") throw std::runtime_error("the bench firmware says: " + line.substr(6));
    if (kind == "step") {
      BenchFigures::Step step;
      words >> index >> step.type >> step.op >> step.count;
      figures.steps.push_back(step);
    } else if (kind == "total") {
      words >> figures.total;
    } else if (kind == "stack") {
      words >> figures.stack_bytes;
    } else if (kind == "arena") {
      words >> figures.arena_bytes;
    } else if (kind == "output") {
      words >> index >> text;
      figures.outputs.push_back(from_hex(text));
    } else if (kind == "done") {
      return figures;
    }
  }
  throw std::runtime_error("the bench firmware stopped before it was done; it printed: " + console);
}

using OnStep = std::function<void(const simulator::Board& board, uint32_t step)>;

// Until the firmware says it is done, or cannot go on.
BenchFigures run_on_virtual_board(const BenchBoard& bench, const fs::path& elf, Counting counting,
                                  const OnStep& on_step = {}) {
  std::unique_ptr<simulator::TimingModel> timing;
  if (counting == Counting::kCycles)
    timing = std::make_unique<simulator::CortexM7Timing>();
  else
    timing = std::make_unique<simulator::OneCyclePerInstruction>();
  simulator::Board board(*simulator::find_board(bench.name), simulator::Image::load(elf.string()),
                         std::move(timing));
  std::string console;
  board.serial("USART6").on_transmit([&](uint8_t byte) {
    console += static_cast<char>(byte);
    if (console.ends_with("\ndone\n")) board.request_stop();
  });
  StepProfiler profiler(board);
  if (on_step) profiler.on_step([&](uint32_t step) { on_step(board, step); });
  const bool by_step = counting == Counting::kCycles || on_step;
  const simulator::RunResult result = by_step ? profiler.run() : board.run();
  if (result.failed() || board.fault_count() > 0)
    throw std::runtime_error(
        fmt::format("the bench firmware failed: {}\n{}", result.explanation, console));
  BenchFigures figures = parse(console);
  figures.profile = profiler.steps();
  return figures;
}

std::string run_on_qemu(const BenchBoard& board, const fs::path& elf) {
  const Finished finished = run_program({"qemu-system-arm", "-M", board.name, "-icount", "shift=0",
                                         "-nographic", "-semihosting", "-kernel", elf.string()});
  if (finished.exit_code == 127)
    throw std::runtime_error(
        "qemu-system-arm is not installed: scripts/install_packages.sh test installs it");
  return finished.output;
}

}  // namespace

void place(BenchBoard& board, const compiler::CppModel& model) {
  const compiler::Target& target = board.is_qemu() ? compiler::kMps2 : compiler::kStm32f746;
  compiler::check_fits(target, model.constants_bytes, model.arena_bytes);
  const bool outside = compiler::needs_qspi(target, model.constants_bytes);
  if (board.weights.empty()) board.weights = outside ? "qspi" : "axi";
  if (board.weights == "qspi" && target.qspi_bytes == 0)
    throw std::runtime_error(fmt::format("--weights qspi: {} has no QSPI flash", board.name));
  if (board.weights != "qspi" && outside)
    throw std::runtime_error(
        fmt::format("--weights {}: {} bytes of weights are too many for the {} bytes of flash; "
                    "--weights qspi puts them outside",
                    board.weights, model.constants_bytes, target.flash_bytes));
  const int64_t ram = compiler::ram_for_constants(target, model.arena_bytes);
  if (board.weights == "sram" && model.constants_bytes > ram)
    throw std::runtime_error(
        fmt::format("--weights sram: {} bytes of weights are too many for the {} bytes of RAM that "
                    "firmware and activations leave; --weights axi reads them from flash",
                    model.constants_bytes, ram));
}

BuiltFirmware build_bench_firmware(const BenchBoard& board, const compiler::CppModel& model,
                                   const std::vector<uint8_t>& input) {
  const fs::path folder = build_folder(board);
  auto lock = std::make_shared<FolderLock>(folder);
  const fs::path model_folder = folder / "model";
  compiler::update_file(model_folder / fmt::format("{}.h", kModel), model.header);
  compiler::update_file(model_folder / fmt::format("{}.cpp", kModel), model.source);
  compiler::update_file(folder / "input.bin", input);
  must_succeed({"cmake",
                "-S",
                (source_root() / "firmware").string(),
                "-B",
                folder.string(),
                "-G",
                "Ninja",
                "-D",
                "SOLDER_BOARD=" + board.name,
                "-D",
                fmt::format("SOLDER_IMAGE_NAME={}", kImage),
                "-D",
                "SOLDER_IMAGE_APP=bench",
                "-D",
                fmt::format("SOLDER_IMAGE_CLOCK_MHZ={}", board.clock_mhz),
                "-D",
                "SOLDER_IMAGE_WEIGHTS=" + board.weights,
                "-D",
                fmt::format("SOLDER_IMAGE_MODEL_CPP={}/{}.cpp", model_folder.string(), kModel),
                "-D",
                fmt::format("SOLDER_IMAGE_INPUT={}/input.bin", folder.string())});
  must_succeed({"cmake", "--build", folder.string()});
  return {.elf = folder / fmt::format("{}.elf", kImage),
          .lock = std::move(lock),
          .code_bytes = size_of_program(folder / fmt::format("{}-probe.elf", kImage)) -
                        model.constants_bytes};
}

void observe_bench_firmware(const BenchBoard& board, const fs::path& elf,
                            const compiler::Executable& executable,
                            const compiler::Executable::Observer& observe) {
  struct Layer {
    int op = -1, tensor = -1;
    std::vector<uint8_t> bytes;
  };
  const compiler::Graph& graph = executable.graph();
  std::vector<std::vector<Layer>> layers(executable.plan().step_count);
  run_on_virtual_board(
      board, elf, Counting::kInstructions,
      [&](const simulator::Board& virtual_board, uint32_t step) {
        const auto arena = virtual_board.image().symbol(kArenaSymbol);
        if (!arena) throw std::runtime_error(elf.string() + ": has no arena; is it a bench image?");
        layers.at(step).clear();
        for (const auto& output : executable.outputs_after(static_cast<int>(step))) {
          const compiler::Tensor& tensor = graph.tensors[static_cast<size_t>(output.tensor)];
          std::vector<uint8_t> bytes(static_cast<size_t>(tensor.bytes()));
          if (!virtual_board.read(*arena + output.offset, bytes))
            throw std::runtime_error("the arena ends before " + tensor.name);
          layers[step].push_back({output.op, output.tensor, std::move(bytes)});
        }
      });
  for (const auto& step : layers)
    for (const Layer& layer : step) observe(layer.op, layer.tensor, layer.bytes.data());
}

BenchFigures run_bench_firmware(const BenchBoard& board, const fs::path& elf, Counting counting) {
  if (board.is_qemu()) return parse(run_on_qemu(board, elf));
  return run_on_virtual_board(board, elf, counting);
}

}  // namespace solder::cli
