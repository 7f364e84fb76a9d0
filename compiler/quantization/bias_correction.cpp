#include "compiler/quantization/bias_correction.h"

#include "compiler/passes/rewrite.h"
#include "compiler/quantization/affine.h"

namespace solder::compiler {
namespace {

// Averages over all but the last of `depth` elements each.
std::vector<double> mean_per_channel(std::span<const double> mean, size_t depth) {
  std::vector<double> result(depth);
  for (size_t i = 0; i < mean.size(); ++i) result[i % depth] += mean[i];
  for (double& value : result) value /= static_cast<double>(mean.size() / depth);
  return result;
}

}  // namespace

std::vector<double> mean_output_error(const Operator& op, const Tensor& weights,
                                      const Tensor& quantized, const Shape& input,
                                      std::span<const double> input_mean) {
  const bool is_depthwise = op.type == OperatorType::DEPTHWISE_CONV_2D;
  const auto inner = static_cast<size_t>(weights.shape.dims[weights.shape.rank - 1]);
  const auto outputs = static_cast<size_t>(weights.shape.dims[output_dimension(op, weights)]);
  const size_t input_depth = op.type == OperatorType::FULLY_CONNECTED
                                 ? inner
                                 : static_cast<size_t>(input.dims[input.rank - 1]);
  const std::vector<double> mean = mean_per_channel(input_mean, input_depth);
  const auto exact = weights.values<float>();
  const std::vector<float> rounded = dequantize_weights(quantized);
  std::vector<double> result(outputs);
  for (size_t i = 0; i < exact.size(); ++i) {
    // Output channel, and the input channel that this weight meets; those of a group of CONV_2D
    // are `inner` long.
    const size_t c = is_depthwise ? i % inner : i / (exact.size() / outputs);
    const size_t from = is_depthwise ? c / (outputs / input_depth)
                                     : c / (outputs / (input_depth / inner)) * inner + i % inner;
    result[c] += (static_cast<double>(rounded[i]) - static_cast<double>(exact[i])) * mean[from];
  }
  return result;
}

}  // namespace solder::compiler
