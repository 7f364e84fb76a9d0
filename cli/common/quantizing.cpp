#include "cli/common/quantizing.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/common/progress.h"
#include "compiler/data/calibration_data.h"
#include "compiler/driver/accuracy.h"

namespace solder::cli {
CLI::Option* add_calibration_options(CLI::App& command, CalibrationOptions& options) {
  CLI::Option* const calibrate = command.add_option(
      "--calibrate", options.data,
      fmt::format("Inputs to choose ranges by: {}", compiler::kCalibrationForms));
  command
      .add_option("--ranges", options.ranges,
                  "What ranges cover: all values seen, all but 0.02 % of them, or what makes "
                  "squared errors smallest")
      ->check(CLI::IsMember(std::vector<std::string>(std::begin(compiler::kRangeMethods),
                                                     std::end(compiler::kRangeMethods))))
      ->capture_default_str();
  command
      .add_option("--pixels", options.pixels,
                  "What the model takes black and white pixels of images as, such as -1 1 or 0 255")
      ->expected(2)
      ->capture_default_str();
  return calibrate;
}

Calibrated calibrate(const compiler::Graph& graph, const CalibrationOptions& options,
                     TensorType type) {
  const auto samples = compiler::load_calibration(
      options.data, graph, {.black = options.pixels[0], .white = options.pixels[1]});
  Progress progress("calibrate");
  return compiler::calibrate_and_equalize(
      graph, samples, compiler::range_method_named(options.ranges), type, std::ref(progress));
}

LossMeasure::LossMeasure(const Calibrated& calibrated, const compiler::Dataset* dataset)
    : calibrated_(calibrated), dataset_(dataset) {
  if (dataset != nullptr)
    float_correct_ = compiler::count_correct(calibrated.graph, kGenericKernels, *dataset);
  else
    output_error_.emplace(calibrated.graph, compiler::some(calibrated.samples));
}

double LossMeasure::operator()(TensorType interface,
                               const std::vector<TensorType>& precisions) const {
  const compiler::Graph graph = calibrated_.quantized(interface, precisions);
  if (dataset_ == nullptr) return 100 * (*output_error_)(graph);
  const auto correct =
      static_cast<double>(compiler::count_correct(graph, kGenericKernels, *dataset_));
  return 100 * (static_cast<double>(float_correct_) - correct) /
         static_cast<double>(dataset_->images.size());
}

std::vector<compiler::LayerCost> layer_costs(const Calibrated& calibrated,
                                             const LossMeasure& loss) {
  Progress progress("sensitivity");
  const size_t layers = compiler::layers_of(calibrated.graph).size();
  return compiler::layer_costs(
      calibrated.graph,
      [&](const auto& precisions) { return loss(TensorType::FLOAT32, precisions); },
      [&](size_t done) { progress(done, layers); });
}

}  // namespace solder::cli
