// What the subcommands that quantize have in common: options of calibration, and what is lost.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "compiler/data/dataset.h"
#include "compiler/driver/post_training.h"
#include "compiler/quantization/mixed_precision.h"
#include "compiler/quantization/output_error.h"

namespace solder::cli {

struct CalibrationOptions {
  std::string data, ranges = "min-max";
  std::vector<float> pixels = {0, 1};
};
// --calibrate, which is returned, --ranges, --pixels.
CLI::Option* add_calibration_options(CLI::App& command, CalibrationOptions& options);

using compiler::Calibrated;

// compiler::calibrate_and_equalize() on the options' inputs, with a progress bar.
Calibrated calibrate(const compiler::Graph& graph, const CalibrationOptions& options,
                     TensorType type);

// What is lost against the float graph: percentage points of accuracy where there is a data set,
// else the outputs' error on the calibration samples in percent, see compiler::OutputError.
class LossMeasure {
 public:
  // Both must outlive this.
  LossMeasure(const Calibrated& calibrated, const compiler::Dataset* dataset);

  // Of the graph with these inputs, outputs and precisions of its operators.
  double operator()(TensorType interface, const std::vector<TensorType>& precisions) const;
  const char* unit() const { return dataset_ ? "points of accuracy" : "% error of the outputs"; }

 private:
  const Calibrated& calibrated_;
  const compiler::Dataset* dataset_;
  std::optional<compiler::OutputError> output_error_;
  size_t float_correct_ = 0;
};

// compiler::layer_costs() with FLOAT32 inputs and outputs, and a progress bar.
std::vector<compiler::LayerCost> layer_costs(const Calibrated& calibrated, const LossMeasure& loss);

}  // namespace solder::cli
