// `solder convert`: any supported format in, .tflite of any precision out.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>

#include "cli/command.h"
#include "cli/common/kernels.h"
#include "cli/common/model.h"
#include "cli/common/quantizing.h"
#include "cli/common/table.h"
#include "compiler/data/calibration_data.h"
#include "compiler/data/files.h"
#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/quantization/mixed_precision.h"

namespace solder::cli {
namespace {

using compiler::Graph;
using compiler::MixedPrecision;
using compiler::Tensor;
using nlohmann::json;

struct ConvertOptions {
  std::filesystem::path model, output;
  std::string mode = "none", dataset;
  CalibrationOptions calibration;
  std::optional<double> accuracy_loss, output_error;
  bool json = false;

  bool is_mixed() const { return accuracy_loss || output_error; }
};

bool is_float(const Graph& graph) {
  return std::ranges::all_of(
             graph.tensors,
             [](const Tensor& tensor) { return tensor.quantization.scale.empty(); }) &&
         std::ranges::all_of(graph.inputs, [&](int input) {
           return graph.tensors[static_cast<size_t>(input)].type == TensorType::FLOAT32;
         });
}

// With noise: enough to know how large a quantized file will be, whatever the ranges.
Calibrated calibrate_for_size(const Graph& graph) {
  std::mt19937 random(1);
  compiler::Sample noise;
  for (const int input : graph.inputs) {
    auto& values = noise.emplace_back(graph.tensors[static_cast<size_t>(input)].shape.elements());
    for (float& value : values) value = static_cast<float>(random() % 1024) / 1024;
  }
  return {.graph = graph,
          .samples = {noise},
          .statistics = compiler::calibrate(graph, {&noise, 1}),
          .ranges = compiler::RangeMethod::kMinMax};
}

void check_options(const ConvertOptions& options, const Graph& graph) {
  if (options.is_mixed() && options.mode != "int8" && options.mode != "uint8")
    throw std::runtime_error(
        "--accuracy-loss and --output-error raise the precision of single layers: give "
        "--quantize int8 or uint8");
  if (options.accuracy_loss.has_value() != !options.dataset.empty())
    throw std::runtime_error("--accuracy-loss and --dataset go together");
  if (!compiler::needs_calibration(options.mode) || !options.calibration.data.empty()) return;
  const Tensor& input = graph.tensors[static_cast<size_t>(graph.inputs[0])];
  throw std::runtime_error(fmt::format(
      "--quantize {} needs inputs to calibrate with: give --calibrate and {} of values "
      "for input \"{}\" {}",
      options.mode, compiler::kCalibrationForms, input.name, compiler::to_string(input.shape)));
}

// Layers are ordered by what they do to the outputs, which tells more than a few images lost.
MixedPrecision choose_precisions(const ConvertOptions& options, const Calibrated& calibrated) {
  std::optional<compiler::Dataset> dataset;
  if (options.accuracy_loss) dataset = compiler::load_dataset(options.dataset, 0);
  const auto costs = layer_costs(calibrated, LossMeasure(calibrated, nullptr));
  const LossMeasure loss(calibrated, dataset ? &*dataset : nullptr);
  const double budget = options.accuracy_loss.value_or(options.output_error.value_or(0));
  MixedPrecision mixed =
      compiler::choose_precisions(calibrated.graph, costs, budget, [&](const auto& precisions) {
        // What rounding at both ends does to the outputs, no layer can mend.
        return loss(dataset ? TensorType::INT8 : TensorType::FLOAT32, precisions);
      });
  if (mixed.loss > budget)
    throw std::runtime_error(
        fmt::format("a loss of {} {} cannot be had: with every layer in FLOAT32, and {} inputs and "
                    "outputs, it is {:.3f}",
                    budget, loss.unit(), options.mode, mixed.loss));
  return mixed;
}

const char* precision_name(TensorType type) {
  return type == TensorType::INT16 ? "int16x8" : type == TensorType::INT8 ? "int8" : "float32";
}

int64_t bytes_of_layer(const Graph& graph, size_t layer, TensorType precision) {
  const compiler::Operator& op = graph.operators[layer];
  const auto elements = [&](size_t input) {
    const int tensor = op.input(input);
    return tensor < 0 ? 0 : graph.tensors[static_cast<size_t>(tensor)].shape.elements();
  };
  if (precision == TensorType::FLOAT32) return 4 * (elements(1) + elements(2));
  return elements(1) + elements(2) * (precision == TensorType::INT16 ? 8 : 4);
}

json describe_layers(const Graph& graph, const MixedPrecision& mixed) {
  json layers = json::array();
  for (const auto& [layer, precision] : mixed.layers) {
    const compiler::Operator& op = graph.operators[layer];
    layers.push_back({{"operator", layer},
                      {"type", operator_name(op.type)},
                      {"output", graph.tensors[static_cast<size_t>(op.outputs[0])].name},
                      {"precision", precision_name(precision)},
                      {"bytes", bytes_of_layer(graph, layer, precision)}});
  }
  return layers;
}

void print_sizes(const json& sizes) {
  const auto before = sizes["original"].get<int64_t>();
  Table table({"<", "bytes", "ratio", "saving"});
  table.add({"original", with_commas(before), "", ""});
  for (const auto& entry : sizes["quantized"]) {
    const auto after = entry["bytes"].get<int64_t>();
    table.add({entry["mode"], with_commas(after),
               fmt::format("{:.2f}", static_cast<double>(before) / static_cast<double>(after)),
               fmt::format("{:.1f} %", 100.0 * static_cast<double>(before - after) /
                                           static_cast<double>(before))});
  }
  fmt::print("{}", table.text());
}

void print_layers(const json& sizes) {
  if (!sizes.contains("layers")) return;
  Table table({"#", "<layer", "<output", "<precision", "bytes"});
  for (const auto& layer : sizes["layers"])
    table.add({std::to_string(layer["operator"].get<int>()), layer["type"], layer["output"],
               layer["precision"], with_commas(layer["bytes"].get<int64_t>())});
  fmt::print("\n{}lost: {:.3f} {}\n", table.text(), sizes["loss"].get<double>(),
             sizes["loss_unit"].get<std::string>());
}

// Writes the file; returns what to print.
json convert(const ConvertOptions& options, const Graph& graph) {
  check_options(options, graph);
  std::optional<Calibrated> calibrated;
  if (compiler::needs_calibration(options.mode))
    calibrated = calibrate(graph, options.calibration, compiler::activations_of(options.mode));
  else if (is_float(graph))
    calibrated = calibrate_for_size(graph);

  json result = {{"original", std::filesystem::file_size(options.model)},
                 {"quantized", json::array()}};
  const auto add = [&](const std::string& name, const Graph& converted, bool is_wanted) {
    const auto bytes = compiler::export_tflite(converted);
    result["quantized"].push_back({{"mode", name}, {"bytes", bytes.size()}});
    if (!is_wanted) return;
    const compiler::Executable check(converted, kReferenceKernels);
    compiler::write_file(options.output, bytes);
  };
  for (const std::string mode : compiler::kPrecisions) {
    if (mode != options.mode && !calibrated) continue;
    add(mode, compiler::convert(graph, mode, calibrated ? &*calibrated : nullptr),
        mode == options.mode && !options.is_mixed());
  }
  if (!options.is_mixed()) return result;
  const MixedPrecision mixed = choose_precisions(options, *calibrated);
  const auto precisions =
      compiler::spread_precisions(calibrated->graph, mixed.layers, TensorType::INT8);
  add("mixed", calibrated->quantized(compiler::interface_of(options.mode), precisions), true);
  result["layers"] = describe_layers(calibrated->graph, mixed);
  result["loss"] = mixed.loss;
  result["loss_unit"] = options.accuracy_loss ? "points of accuracy" : "% error of the outputs";
  return result;
}

}  // namespace

void add_convert_command(CLI::App& program) {
  auto options = std::make_shared<ConvertOptions>();
  CLI::App& command =
      *program.add_subcommand("convert", "Any supported format to .tflite, of any precision");
  add_model_argument(command, options->model);
  command.add_option("-o,--output", options->output, "The .tflite to write")->required();
  command
      .add_option("--quantize", options->mode,
                  "none: FLOAT32; size: INT8 weights alone; int8, uint8: integers throughout, of "
                  "that type at both ends; int16x8: INT16 activations and INT8 weights")
      ->check(CLI::IsMember(std::vector<std::string>(std::begin(compiler::kPrecisions),
                                                     std::end(compiler::kPrecisions))))
      ->capture_default_str();
  add_calibration_options(command, options->calibration);
  CLI::Option* const accuracy = command.add_option(
      "--accuracy-loss", options->accuracy_loss,
      "Keep layers in more precision until no more than so many percentage points of accuracy are "
      "lost on --dataset");
  command.add_option("--dataset", options->dataset, "mnist:DIR, a folder of idx files");
  command
      .add_option(
          "--output-error", options->output_error,
          "The same, until the error that layers add to the outputs on the calibration inputs "
          "is at most so many percent")
      ->excludes(accuracy);
  command.add_flag("--json", options->json, "Print figures as JSON");
  command.callback([options] {
    const Graph graph = load_model(options->model, Use::kExport);
    try {
      const json result = convert(*options, graph);
      if (options->json) {
        fmt::print("{}\n", result.dump(2));
        return;
      }
      print_sizes(result);
      print_layers(result);
    } catch (const compiler::ModelError& error) {
      throw compiler::ModelError(fmt::format("{}: {}", options->model.string(), error.what()));
    }
  });
}

}  // namespace solder::cli
