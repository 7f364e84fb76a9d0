// `solder eval`: accuracy of a classifier over labelled images.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/command.h"
#include "cli/common/dataset.h"
#include "cli/common/kernels.h"
#include "cli/common/model.h"
#include "cli/common/progress.h"
#include "cli/common/values.h"

namespace solder::cli {
namespace {

struct EvalOptions {
  std::filesystem::path model;
  std::string dataset, kernels;
  size_t limit = 0;
  bool json = false;
};

bool is_correct(const Model& model, const std::vector<float>& image, uint8_t label) {
  store_real_values(image, model.input_info(0), model.input(0));
  model.invoke();
  return argmax(real_values(model.output(0), model.output_info(0))) == label;
}

void check_fits(const Model& model, const Dataset& dataset) {
  const TensorInfo& input = model.input_info(0);
  if (model.input_count() != 1 || model.output_count() != 1)
    throw std::runtime_error("eval serves models with one input and one output");
  if (input.shape.elements() != static_cast<int64_t>(dataset.rows * dataset.columns))
    throw std::runtime_error(fmt::format("the model's input is {}, but the images are {}x{}",
                                         describe(input), dataset.rows, dataset.columns));
}

// Every thread prepares the model for itself: a model runs in its own memory.
size_t count_correct(const EvalOptions& options, const Dataset& dataset) {
  std::atomic<size_t> next = 0, correct = 0, running;
  const auto work = [&](const compiler::Executable& executable) {
    const Model model = executable.model();
    for (size_t i = next++; i < dataset.images.size(); i = next++)
      if (is_correct(model, dataset.images[i], dataset.labels[i])) ++correct;
    --running;
  };
  std::vector<std::unique_ptr<compiler::Executable>> executables;
  std::vector<std::jthread> threads;
  const unsigned count = std::max(1U, std::thread::hardware_concurrency());
  running = count;
  for (unsigned i = 0; i < count; ++i) {
    auto executable = std::make_unique<compiler::Executable>(load_model(options.model, Use::kRun),
                                                             kernels_named(options.kernels));
    if (i == 0) check_fits(executable->model(), dataset);
    executables.push_back(std::move(executable));
  }
  for (const auto& executable : executables)
    threads.emplace_back([&work, &executable] { work(*executable); });
  Progress progress("eval", dataset.images.size());
  while (running > 0) {
    progress.set(std::min(next.load(), dataset.images.size()));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return correct;
}

void eval(const EvalOptions& options) {
  const Dataset dataset = load_dataset(options.dataset, options.limit);
  const size_t total = dataset.images.size();
  const size_t correct = count_correct(options, dataset);
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
