// `solder convert`: any supported format in, .tflite out.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cli/command.h"
#include "cli/common/files.h"
#include "cli/common/kernels.h"
#include "cli/common/model.h"
#include "cli/common/table.h"
#include "compiler/exporters/tflite/tflite_exporter.h"

namespace solder::cli {
namespace {

struct ConvertOptions {
  std::filesystem::path model, output;
};

void convert(const ConvertOptions& options) {
  const auto executable = prepare_model(options.model, kReferenceKernels);
  const auto bytes = compiler::export_tflite(executable.graph());
  write_file(options.output, bytes);
  const auto before = static_cast<int64_t>(std::filesystem::file_size(options.model));
  const auto after = static_cast<int64_t>(bytes.size());
  Table table({"<", "bytes", "ratio", "saving"});
  table.add({"original", with_commas(before), "", ""});
  table.add({"none", with_commas(after),
             fmt::format("{:.2f}", static_cast<double>(before) / static_cast<double>(after)),
             fmt::format("{:.1f} %", 100.0 * static_cast<double>(before - after) /
                                         static_cast<double>(before))});
  fmt::print("{}", table.text());
}

}  // namespace

void add_convert_command(CLI::App& program) {
  auto options = std::make_shared<ConvertOptions>();
  CLI::App& command = *program.add_subcommand("convert", "Any supported format to .tflite");
  add_model_argument(command, options->model);
  command.add_option("-o,--output", options->output, "The .tflite to write")->required();
  command.callback([options] { convert(*options); });
}

}  // namespace solder::cli
