#include "compiler/quantization/bias_correction.h"

#include "compiler/quantization/affine.h"
#include "compiler/quantization/weight_channels.h"

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
  const auto depth =
      static_cast<size_t>(op.type == OperatorType::FULLY_CONNECTED ? weights.shape.dims[1]
                                                                   : input.dims[input.rank - 1]);
  const std::vector<double> mean = mean_per_channel(input_mean, depth);
  const WeightChannels channels(op, weights, depth);
  const auto exact = weights.values<float>();
  const std::vector<float> rounded = dequantize_weights(quantized);
  std::vector<double> result(channels.outputs());
  for (size_t i = 0; i < exact.size(); ++i)
    result[channels.output(i)] +=
        (static_cast<double>(rounded[i]) - static_cast<double>(exact[i])) * mean[channels.input(i)];
  return result;
}

}  // namespace solder::compiler
