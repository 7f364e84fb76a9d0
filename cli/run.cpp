// `solder run`: one inference on this computer.
#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "cli/common/kernels.h"
#include "cli/common/model.h"
#include "compiler/data/files.h"
#include "compiler/data/values.h"

namespace solder::cli {
namespace {

struct RunOptions {
  std::filesystem::path model, input, output;
  std::string kernels;
};

void print_output(const TensorInfo& info, const std::vector<float>& values) {
  fmt::print("output \"{}\" {}\n", info.name, compiler::describe(info));
  constexpr size_t kShown = 32;
  for (size_t i = 0; i < values.size() && i < kShown; ++i)
    fmt::print("  [{}] {:.6g}\n", i, values[i]);
  if (values.size() > kShown) fmt::print("  ... {} more\n", values.size() - kShown);
  fmt::print("largest: [{}]\n", compiler::argmax(values));
}

void run(const RunOptions& options) {
  const auto executable = prepare_model(options.model, kernels_named(options.kernels));
  const Model model = executable.model();
  fill_input(model, options.input);
  model.invoke();
  if (!options.output.empty()) {
    if (model.output_count() != 1)
      throw std::runtime_error("the model has several outputs; --output serves models with one");
    compiler::write_file(options.output, {model.output<uint8_t>(0), model.output_info(0).bytes});
  }
  for (uint32_t i = 0; i < model.output_count(); ++i)
    print_output(model.output_info(i),
                 compiler::real_values(model.output(i), model.output_info(i)));
}

}  // namespace

void add_run_command(CLI::App& program) {
  auto options = std::make_shared<RunOptions>();
  CLI::App& command = *program.add_subcommand("run", "One inference on this computer");
  add_model_argument(command, options->model);
  command.add_option("--input", options->input, "Input tensor, raw little-endian")->required();
  command.add_option("--output", options->output, "Where to write the output tensor, raw");
  add_kernels_option(command, options->kernels);
  command.callback([options] { run(*options); });
}

}  // namespace solder::cli
