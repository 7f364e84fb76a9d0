// `solder compile`: a model to C++ and what it will cost.
#include "compiler/driver/compile.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/common/kernels.h"
#include "cli/common/model.h"
#include "cli/common/table.h"
#include "compiler/ir/cost.h"

namespace solder::cli {
namespace {

struct CompileOptions {
  std::filesystem::path model, folder;
  std::string name, target = "cortex-m7", kernels;
  compiler::Prefer prefer = compiler::Prefer::kBalanced;
  bool json = false;
};

void print_report(const compiler::Executable& executable, const compiler::CppModel& cpp,
                  const compiler::Target& target) {
  const compiler::Graph& graph = executable.graph();
  const auto part = [](int64_t bytes, int64_t of) {
    return of == 0 ? std::string("")
                   : fmt::format("{:.1f} %",
                                 100.0 * static_cast<double>(bytes) / static_cast<double>(of));
  };
  Table table({"<", "bytes", target.flash_bytes == 0 ? "" : "of " + target.name});
  const bool outside = compiler::needs_qspi(target, cpp.constants_bytes);
  table.add({outside ? "QSPI flash: weights, biases, tables" : "flash: weights, biases, tables",
             with_commas(cpp.constants_bytes),
             part(cpp.constants_bytes, outside ? target.qspi_bytes : target.flash_bytes)});
  table.add({"RAM: arena", with_commas(cpp.arena_bytes), part(cpp.arena_bytes, target.ram_bytes)});
  table.add({"RAM: no plan of these buffers needs less than",
             with_commas(executable.arena_lower_bound()), ""});
  fmt::print(
      "{}{} operators in {} steps, {} MACs; `solder bench` counts instructions, code and "
      "stack\n",
      table.text(), graph.operators.size(), executable.plan().step_count,
      with_commas(compiler::macs(graph)));
  if (outside)
    fmt::print(
        "the weights need more than the {} bytes of flash inside: link the section "
        ".solder_constants into the QSPI flash (docs/firmware.md)\n",
        with_commas(target.flash_bytes));
}

// Which kernel computes what, about how long, and what would be faster or was gained.
void print_decisions(const compiler::Executable& executable) {
  if (executable.decisions().empty()) return;
  Table table({"#", "<operator", "<kernel", "about cycles", "scratch", "constants", "<"});
  for (const compiler::Decision& d : executable.decisions()) {
    const compiler::Operator& op = executable.graph().operators[static_cast<size_t>(d.op)];
    table.add({std::to_string(d.op), operator_name(op.type), compiler::kernel_name(d.kernel),
               d.cycles == 0 ? "" : with_commas(static_cast<int64_t>(d.cycles)),
               with_commas(d.scratch_bytes), with_commas(d.constant_bytes), d.remark});
  }
  fmt::print("\n{}", table.text());
}

void compile(const CompileOptions& options) {
  const auto executable =
      prepare_model(options.model, kernels_named(options.kernels), Use::kRun, options.prefer);
  const std::string name =
      options.name.empty() ? compiler::identifier_from(options.model) : options.name;
  const compiler::Target target =
      options.target == "host" ? compiler::Target{"host"} : compiler::kStm32f746;
  const auto cpp = compiler::write_cpp(executable, name, options.model.filename().string(), target,
                                       options.folder);
  if (options.json) {
    fmt::print("{}\n",
               nlohmann::json{{"name", name},
                              {"constants_bytes", cpp.constants_bytes},
                              {"arena_bytes", cpp.arena_bytes},
                              {"needs_qspi", compiler::needs_qspi(target, cpp.constants_bytes)},
                              {"steps", executable.plan().step_count},
                              {"macs", compiler::macs(executable.graph())}}
                   .dump(2));
    return;
  }
  fmt::print("wrote {0}/{1}.h and {0}/{1}.cpp\n", options.folder.string(), name);
  print_report(executable, cpp, target);
  print_decisions(executable);
}

}  // namespace

void add_compile_command(CLI::App& program) {
  auto options = std::make_shared<CompileOptions>();
  CLI::App& command = *program.add_subcommand("compile", "A model to C++, and what it will cost");
  add_model_argument(command, options->model);
  command.add_option("-o,--output", options->folder, "Folder for NAME.h and NAME.cpp")->required();
  command.add_option("--name", options->name,
                     "C++ namespace and prefix of the C functions; default: from the file's name");
  command.add_option("--target", options->target, "What it is compiled for")
      ->check(CLI::IsMember({"cortex-m7", "host"}))
      ->capture_default_str();
  add_kernels_option(command, options->kernels, compiler::kBoardKernels);
  add_prefer_option(command, options->prefer);
  command.add_flag("--json", options->json, "Print figures as JSON");
  command.callback([options, &command] {
    if (options->target == "host" && command["--kernels"]->count() == 0)
      options->kernels = compiler::kHostKernels;
    compile(*options);
  });
}

}  // namespace solder::cli
