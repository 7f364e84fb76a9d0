// `solder eval`: accuracy of a classifier over labelled images.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/common/kernels.h"
#include "cli/common/model.h"
#include "compiler/driver/accuracy.h"

namespace solder::cli {
namespace {

struct EvalOptions {
  std::filesystem::path model;
  std::string dataset, kernels;
  size_t limit = 0;
  bool json = false;
};

void eval(const EvalOptions& options) {
  const compiler::Dataset dataset = compiler::load_dataset(options.dataset, options.limit);
  const size_t total = dataset.images.size();
  const size_t correct = compiler::count_correct(load_model(options.model, Use::kRun),
                                                 kernels_named(options.kernels), dataset);
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"correct", correct}, {"total", total}}.dump());
    return;
  }
  fmt::print("{} of {} correct: {:.2f} %\n", correct, total,
             total == 0 ? 0.0 : 100.0 * static_cast<double>(correct) / static_cast<double>(total));
}

}  // namespace

void add_eval_command(CLI::App& program) {
  auto options = std::make_shared<EvalOptions>();
  CLI::App& command = *program.add_subcommand("eval", "Accuracy over labelled images");
  add_model_argument(command, options->model);
  command.add_option("--dataset", options->dataset, "mnist:DIR, a folder of idx files")->required();
  command.add_option("--limit", options->limit, "Only the first N images");
  command.add_flag("--json", options->json, "Print {\"correct\", \"total\"}");
  add_kernels_option(command, options->kernels);
  command.callback([options] { eval(*options); });
}

}  // namespace solder::cli
