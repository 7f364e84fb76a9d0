#include "cli/common/quantizing.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/common/accuracy.h"
#include "cli/common/calibration_data.h"
#include "cli/common/progress.h"
#include "compiler/quantization/equalization.h"

namespace solder::cli {
namespace {

using compiler::RangeMethod;

const std::map<std::string, RangeMethod> kRanges = {{"min-max", RangeMethod::kMinMax},
                                                    {"percentile", RangeMethod::kPercentile},
                                                    {"least-squares", RangeMethod::kLeastSquares}};

// Enough to compare errors by.
std::span<const compiler::Sample> some(const std::vector<compiler::Sample>& samples) {
  return std::span(samples).first(std::min<size_t>(samples.size(), 100));
}

}  // namespace

RangeMethod CalibrationOptions::range_method() const { return kRanges.at(ranges); }

CLI::Option* add_calibration_options(CLI::App& command, CalibrationOptions& options) {
  CLI::Option* const calibrate =
      command.add_option("--calibrate", options.data,
                         fmt::format("Inputs to choose ranges by: {}", kCalibrationForms));
  command
      .add_option("--ranges", options.ranges,
                  "What ranges cover: all values seen, all but 0.02 % of them, or what makes "
                  "squared errors smallest")
      ->check(CLI::IsMember({"min-max", "percentile", "least-squares"}))
      ->capture_default_str();
  command
      .add_option("--pixels", options.pixels,
                  "What the model takes black and white pixels of images as, such as -1 1 or 0 255")
      ->expected(2)
      ->capture_default_str();
  return calibrate;
}

compiler::Graph Calibrated::quantized(TensorType interface,
                                      const std::vector<TensorType>& precisions) const {
  return compiler::quantize_full_integer(
      graph, statistics, {.interface = interface, .ranges = ranges, .precisions = precisions});
}

Calibrated calibrate(const compiler::Graph& graph, const CalibrationOptions& options,
                     TensorType type) {
  const auto samples = load_calibration(options.data, graph,
                                        {.black = options.pixels[0], .white = options.pixels[1]});
  const auto run = [&](const compiler::Graph& of) -> Calibrated {
    Progress progress("calibrate", 2 * samples.size());
    return {
        .graph = of,
        .samples = samples,
        .statistics = compiler::calibrate(of, samples, [&](size_t done) { progress.set(done); }),
        .ranges = options.range_method()};
  };
  Calibrated plain = run(graph);
  const compiler::Graph equalized_graph = compiler::equalize(graph);
  if (equalized_graph == graph) return plain;
  Calibrated equalized = run(equalized_graph);
  const compiler::OutputError error(graph, some(samples));
  return error(equalized.quantized(type)) < error(plain.quantized(type)) ? equalized : plain;
}

LossMeasure::LossMeasure(const Calibrated& calibrated, const Dataset* dataset)
    : calibrated_(calibrated), dataset_(dataset) {
  if (dataset != nullptr)
    float_correct_ = count_correct(calibrated.graph, kGenericKernels, *dataset);
  else
    output_error_.emplace(calibrated.graph, some(calibrated.samples));
}

double LossMeasure::operator()(TensorType interface,
                               const std::vector<TensorType>& precisions) const {
  const compiler::Graph graph = calibrated_.quantized(interface, precisions);
  if (dataset_ == nullptr) return 100 * (*output_error_)(graph);
  const auto correct = static_cast<double>(count_correct(graph, kGenericKernels, *dataset_));
  return 100 * (static_cast<double>(float_correct_) - correct) /
         static_cast<double>(dataset_->images.size());
}

std::vector<compiler::LayerCost> layer_costs(const Calibrated& calibrated,
                                             const LossMeasure& loss) {
  Progress progress("sensitivity", compiler::layers_of(calibrated.graph).size());
  return compiler::layer_costs(
      calibrated.graph,
      [&](const auto& precisions) { return loss(TensorType::FLOAT32, precisions); },
      [&](size_t done) { progress.set(done); });
}

}  // namespace solder::cli
