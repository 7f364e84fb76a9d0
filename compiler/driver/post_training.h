// Conversion of a trained float graph to each precision that users can name.
#pragma once

#include <string>
#include <vector>

#include "compiler/driver/progress.h"
#include "compiler/quantization/full_integer.h"

namespace solder::compiler {

// "none": FLOAT32. "size": INT8 weights alone. Then integers throughout: "int8" and "uint8", of
// that type at both ends, and "int16x8", INT16 activations and INT8 weights.
inline constexpr const char* kPrecisions[] = {"none", "size", "int8", "uint8", "int16x8"};
// Whether it is integers throughout, whose ranges are chosen by calibration.
bool needs_calibration(const std::string& precision);
// Of such a precision: the type of inputs and outputs, and that of the activations between.
TensorType interface_of(const std::string& precision);
TensorType activations_of(const std::string& precision);

// "min-max", "percentile", "least-squares".
inline constexpr const char* kRangeMethods[] = {"min-max", "percentile", "least-squares"};
RangeMethod range_method_named(const std::string& name);

// A float graph that is ready to be quantized.
struct Calibrated {
  Graph graph;
  std::vector<Sample> samples;
  std::vector<Statistics> statistics;
  RangeMethod ranges;

  Graph quantized(TensorType interface, const std::vector<TensorType>& precisions = {}) const;
};

// Runs `graph` on the samples, and once more with equalised channels: keeps what makes the outputs'
// error smaller with activations of `type`, INT8 or INT16.
Calibrated calibrate_and_equalize(const Graph& graph, const std::vector<Sample>& samples,
                                  RangeMethod ranges, TensorType type,
                                  const Progress& progress = {});

// `graph`, float, in one of kPrecisions; `calibrated`, of the same graph, where it is needed.
Graph convert(const Graph& graph, const std::string& precision, const Calibrated* calibrated);

// The calibration samples that errors are compared by: enough to tell.
std::span<const Sample> some(const std::vector<Sample>& samples);

}  // namespace solder::compiler
