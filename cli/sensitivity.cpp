// `solder sensitivity`: what every layer costs in less precision.
#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/common/model.h"
#include "cli/common/quantizing.h"
#include "cli/common/table.h"

namespace solder::cli {
namespace {

using compiler::LayerCost;

struct SensitivityOptions {
  std::filesystem::path model;
  CalibrationOptions calibration;
  std::string dataset;
  size_t limit = 0;
  bool json = false;
};

// Losses by layer: with the data set, if any, and of the outputs.
struct Costs {
  std::vector<LayerCost> accuracy, output_error;
};

Costs measure(const Calibrated& calibrated, const compiler::Dataset* dataset) {
  Costs result{.accuracy = {},
               .output_error = layer_costs(calibrated, LossMeasure(calibrated, nullptr))};
  if (dataset != nullptr)
    result.accuracy = layer_costs(calibrated, LossMeasure(calibrated, dataset));
  return result;
}

// In decibels; error in percent.
double signal_to_noise(double error) { return -20 * std::log10(error / 100); }

void print_text(const compiler::Graph& graph, const Costs& costs) {
  const bool has_accuracy = !costs.accuracy.empty();
  std::vector<std::string> headings = {"#",       "<layer",  "<output",    "weights",
                                       "int8 dB", "% error", "int16x8 dB", "% error"};
  if (has_accuracy) headings.insert(headings.end(), {"int8 points", "int16x8 points"});
  Table table(headings);
  for (size_t i = 0; i < costs.output_error.size(); ++i) {
    const LayerCost& error = costs.output_error[i];
    const compiler::Operator& op = graph.operators[error.layer];
    const auto tensor = [&](int index) -> const compiler::Tensor& {
      return graph.tensors[static_cast<size_t>(index)];
    };
    std::vector<std::string> row = {std::to_string(error.layer), operator_name(op.type),
                                    tensor(op.outputs[0]).name,
                                    with_commas(tensor(op.inputs[1]).shape.elements())};
    for (const double loss : {error.int8, error.int16})
      row.insert(row.end(),
                 {fmt::format("{:.1f}", signal_to_noise(loss)), fmt::format("{:.3f}", loss)});
    if (has_accuracy)
      for (const double loss : {costs.accuracy[i].int8, costs.accuracy[i].int16})
        row.push_back(fmt::format("{:.2f}", loss));
    table.add(row);
  }
  fmt::print("{}", table.text());
  fmt::print(
      "One layer quantized, the others FLOAT32. dB, % error: signal to noise of the outputs");
  fmt::print("{}.\n", has_accuracy ? "; points: percentage points of accuracy lost" : "");
}

void print_json(const compiler::Graph& graph, const Costs& costs) {
  nlohmann::json layers = nlohmann::json::array();
  for (size_t i = 0; i < costs.output_error.size(); ++i) {
    const LayerCost& error = costs.output_error[i];
    const compiler::Operator& op = graph.operators[error.layer];
    nlohmann::json layer = {
        {"operator", error.layer},
        {"type", operator_name(op.type)},
        {"output", graph.tensors[static_cast<size_t>(op.outputs[0])].name},
        {"output_error_percent", {{"int8", error.int8}, {"int16x8", error.int16}}}};
    if (!costs.accuracy.empty())
      layer["accuracy_loss"] = {{"int8", costs.accuracy[i].int8},
                                {"int16x8", costs.accuracy[i].int16}};
    layers.push_back(layer);
  }
  fmt::print("{}\n", layers.dump(2));
}

void sensitivity(const SensitivityOptions& options) {
  const Calibrated calibrated =
      calibrate(load_model(options.model, Use::kExport), options.calibration, TensorType::INT8);
  std::optional<compiler::Dataset> dataset;
  if (!options.dataset.empty()) dataset = compiler::load_dataset(options.dataset, options.limit);
  const Costs costs = measure(calibrated, dataset ? &*dataset : nullptr);
  (options.json ? print_json : print_text)(calibrated.graph, costs);
}

}  // namespace

void add_sensitivity_command(CLI::App& program) {
  auto options = std::make_shared<SensitivityOptions>();
  CLI::App& command = *program.add_subcommand(
      "sensitivity", "What every layer costs in less precision, one at a time");
  add_model_argument(command, options->model);
  add_calibration_options(command, options->calibration)->required();
  command.add_option("--dataset", options->dataset,
                     "mnist:DIR, a folder of idx files, to measure accuracy on as well");
  command.add_option("--limit", options->limit, "Only the first N images of the data set");
  command.add_flag("--json", options->json, "Print figures as JSON");
  command.callback([options] { sensitivity(*options); });
}

}  // namespace solder::cli
