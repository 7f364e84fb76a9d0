#include <cmath>

#include "compiler/importers/keras/layers.h"

namespace solder::compiler::keras {
namespace {

constexpr double kDefaultEpsilon = 1e-3;

void require_last_axis(const Layer& layer, int32_t rank) {
  const std::vector<int64_t> axes = layer.integers("axis", {-1});
  if (axes.size() != 1 || (axes[0] != -1 && axes[0] != rank - 1))
    layer.fail(fmt::format("axis [{}] of rank {} is not supported; only the last one is",
                           fmt::join(axes, ", "), rank));
}

// The input's shape with height and width put in or taken as they are.
Shape image_shape(const Layer& layer, const Shape& shape) {
  const int32_t* dims = shape.dims;
  switch (shape.rank) {
    case 2:
      return {4, {dims[0], 1, 1, dims[1]}};
    case 3:
      return {4, {dims[0], 1, dims[1], dims[2]}};
    case 4:
      return shape;
    default:
      layer.fail(fmt::format("input of shape {}; rank 2 to 4 is supported", to_string(shape)));
  }
}

}  // namespace

// gamma * (x - mean) / sqrt(variance + epsilon) + beta, as a depthwise convolution by one factor
// for each channel; a pass folds it into the operator before it.
int import_batch_normalization(const Layer& layer) {
  int x = layer.input();
  const Shape shape = layer.shape_of(x);
  const Shape image = image_shape(layer, shape);
  const int32_t channels = image.dims[3];
  require_last_axis(layer, shape.rank);
  size_t index = 0;
  const auto next = [&](const char* what) -> std::span<const float> {
    return layer.weight(index++, {channels}, what).values;
  };
  const auto gamma = layer.boolean("scale", true) ? next("gamma") : std::span<const float>();
  const auto beta = layer.boolean("center", true) ? next("beta") : std::span<const float>();
  const auto mean = next("moving mean"), variance = next("moving variance");
  const double epsilon = layer.number("epsilon", kDefaultEpsilon);
  std::vector<float> factor(channels), offset(channels);
  for (int32_t c = 0; c < channels; ++c) {
    if (!(variance[c] + epsilon > 0)) layer.fail(fmt::format("variance of {}", variance[c]));
    const double f = (gamma.empty() ? 1.0 : gamma[c]) / std::sqrt(variance[c] + epsilon);
    factor[c] = static_cast<float>(f);
    offset[c] = static_cast<float>((beta.empty() ? 0.0 : beta[c]) - f * mean[c]);
  }

  const bool is_image = shape.rank == 4;
  if (!is_image) x = layer.builder().emit_reshape(x, layer.name() + "/image", image);
  const int w = layer.constant("/factor", {4, {1, 1, 1, channels}}, factor);
  const int b = layer.constant("/offset", {1, {channels}}, offset);
  Options options;
  options.padding = Padding::VALID;
  const int y = layer.emit(OperatorType::DEPTHWISE_CONV_2D, {x, w, b}, image, options);
  return is_image ? y : layer.builder().emit_reshape(y, layer.name(), shape);
}

}  // namespace solder::compiler::keras
