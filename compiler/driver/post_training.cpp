#include "compiler/driver/post_training.h"

#include <algorithm>
#include <cassert>
#include <iterator>

#include "compiler/quantization/dynamic_range.h"
#include "compiler/quantization/equalization.h"
#include "compiler/quantization/output_error.h"

namespace solder::compiler {

bool needs_calibration(const std::string& precision) {
  return precision != "none" && precision != "size";
}

TensorType interface_of(const std::string& precision) {
  return precision == "uint8" ? TensorType::UINT8 : activations_of(precision);
}

TensorType activations_of(const std::string& precision) {
  return precision == "int16x8" ? TensorType::INT16 : TensorType::INT8;
}

RangeMethod range_method_named(const std::string& name) {
  const auto* const found = std::ranges::find(kRangeMethods, name);
  assert(found != std::end(kRangeMethods));
  return static_cast<RangeMethod>(found - kRangeMethods);
}

Graph Calibrated::quantized(TensorType interface, const std::vector<TensorType>& precisions) const {
  return quantize_full_integer(
      graph, statistics, {.interface = interface, .ranges = ranges, .precisions = precisions});
}

Calibrated calibrate_and_equalize(const Graph& graph, const std::vector<Sample>& samples,
                                  RangeMethod ranges, TensorType type, const Progress& progress) {
  const Graph equalized_graph = equalize(graph);
  const bool is_same = equalized_graph == graph;
  const size_t runs = 2 * samples.size();
  size_t before = 0;
  const auto run = [&](const Graph& of) -> Calibrated {
    const auto report = [&](size_t done) {
      if (progress) progress(before + done, is_same ? runs : 2 * runs);
    };
    return {.graph = of,
            .samples = samples,
            .statistics = calibrate(of, samples, report),
            .ranges = ranges};
  };
  Calibrated plain = run(graph);
  if (is_same) return plain;
  before = runs;
  Calibrated equalized = run(equalized_graph);
  const OutputError error(graph, some(samples));
  return error(equalized.quantized(type)) < error(plain.quantized(type)) ? equalized : plain;
}

Graph convert(const Graph& graph, const std::string& precision, const Calibrated* calibrated) {
  if (precision == "none") return graph;
  if (precision == "size") return quantize_dynamic_range(graph);
  return calibrated->quantized(interface_of(precision));
}

std::span<const Sample> some(const std::vector<Sample>& samples) {
  return std::span(samples).first(std::min<size_t>(samples.size(), 100));
}

}  // namespace solder::compiler
