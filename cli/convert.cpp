// `solder convert`: any supported format in, .tflite of any precision out.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <random>

#include "cli/command.h"
#include "cli/common/calibration_data.h"
#include "cli/common/files.h"
#include "cli/common/kernels.h"
#include "cli/common/model.h"
#include "cli/common/progress.h"
#include "cli/common/table.h"
#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/quantization/dynamic_range.h"
#include "compiler/quantization/full_integer.h"

namespace solder::cli {
namespace {

using compiler::Graph;
using compiler::RangeMethod;
using compiler::Statistics;
using compiler::Tensor;

constexpr const char* kModes[] = {"none", "size", "int8", "uint8", "int16x8"};
const std::map<std::string, RangeMethod> kRanges = {{"min-max", RangeMethod::kMinMax},
                                                    {"percentile", RangeMethod::kPercentile},
                                                    {"least-squares", RangeMethod::kLeastSquares}};

struct ConvertOptions {
  std::filesystem::path model, output;
  std::string mode = "none", calibration, ranges = "min-max";
};

// Integers throughout: what is at both ends.
const std::map<std::string, TensorType> kInterfaces = {
    {"int8", TensorType::INT8}, {"uint8", TensorType::UINT8}, {"int16x8", TensorType::INT16}};

bool needs_calibration(const std::string& mode) { return kInterfaces.contains(mode); }

bool is_float(const Graph& graph) {
  return std::ranges::all_of(
             graph.tensors,
             [](const Tensor& tensor) { return tensor.quantization.scale.empty(); }) &&
         std::ranges::all_of(graph.inputs, [&](int input) {
           return graph.tensors[static_cast<size_t>(input)].type == TensorType::FLOAT32;
         });
}

std::vector<Statistics> calibrate(const Graph& graph, const std::string& spec) {
  const auto samples = load_calibration(spec, graph);
  Progress progress("calibrate", 2 * samples.size());
  return compiler::calibrate(graph, samples, [&](size_t done) { progress.set(done); });
}

// Of noise: enough to know how large a quantized file will be, whatever the ranges.
std::vector<Statistics> calibrate_for_size(const Graph& graph) {
  std::mt19937 random(1);
  compiler::Sample noise;
  for (const int input : graph.inputs) {
    auto& values = noise.emplace_back(graph.tensors[static_cast<size_t>(input)].shape.elements());
    for (float& value : values) value = static_cast<float>(random() % 1024) / 1024;
  }
  return compiler::calibrate(graph, {&noise, 1});
}

Graph quantize(const Graph& graph, const std::string& mode,
               const std::vector<Statistics>& statistics, RangeMethod ranges) {
  if (mode == "none") return graph;
  if (mode == "size") return compiler::quantize_dynamic_range(graph);
  return compiler::quantize_full_integer(graph, statistics,
                                         {.interface = kInterfaces.at(mode), .ranges = ranges});
}

void check_calibration(const ConvertOptions& options, const Graph& graph) {
  if (!needs_calibration(options.mode) || !options.calibration.empty()) return;
  const Tensor& input = graph.tensors[static_cast<size_t>(graph.inputs[0])];
  throw std::runtime_error(
      fmt::format("--quantize {} needs inputs to calibrate with: give --calibrate and {} of values "
                  "for input \"{}\" {}",
                  options.mode, kCalibrationForms, input.name, compiler::to_string(input.shape)));
}

void convert(const ConvertOptions& options, const Graph& graph) {
  check_calibration(options, graph);
  std::vector<Statistics> statistics;
  if (needs_calibration(options.mode))
    statistics = calibrate(graph, options.calibration);
  else if (is_float(graph))
    statistics = calibrate_for_size(graph);

  const auto before = static_cast<int64_t>(std::filesystem::file_size(options.model));
  Table table({"<", "bytes", "ratio", "saving"});
  table.add({"original", with_commas(before), "", ""});
  for (const std::string mode : kModes) {
    if (mode != options.mode && !is_float(graph)) continue;
    const Graph converted = quantize(graph, mode, statistics, kRanges.at(options.ranges));
    const auto bytes = compiler::export_tflite(converted);
    if (mode == options.mode) {
      const compiler::Executable check(converted, kReferenceKernels);
      write_file(options.output, bytes);
    }
    const auto after = static_cast<int64_t>(bytes.size());
    table.add({mode, with_commas(after),
               fmt::format("{:.2f}", static_cast<double>(before) / static_cast<double>(after)),
               fmt::format("{:.1f} %", 100.0 * static_cast<double>(before - after) /
                                           static_cast<double>(before))});
  }
  fmt::print("{}", table.text());
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
      ->check(CLI::IsMember(std::vector<std::string>(std::begin(kModes), std::end(kModes))))
      ->capture_default_str();
  command.add_option("--calibrate", options->calibration,
                     fmt::format("Inputs to choose ranges by: {}", kCalibrationForms));
  command
      .add_option("--ranges", options->ranges,
                  "What ranges cover: all values seen, all but 0.02 % of them, or what makes "
                  "squared errors smallest")
      ->check(CLI::IsMember({"min-max", "percentile", "least-squares"}))
      ->capture_default_str();
  command.callback([options] {
    const Graph graph = load_model(options->model, Use::kExport);
    try {
      convert(*options, graph);
    } catch (const compiler::ModelError& error) {
      throw compiler::ModelError(fmt::format("{}: {}", options->model.string(), error.what()));
    }
  });
}

}  // namespace solder::cli
