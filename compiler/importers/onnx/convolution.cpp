#include <fmt/format.h>

#include <cmath>

#include "compiler/importers/onnx/operators.h"
#include "compiler/importers/onnx/window.h"
#include "compiler/ir/transpose.h"

namespace solder::compiler {
namespace {

// One number for each channel. TensorFlow Lite's converter, too, always writes a bias.
int bias_tensor(const Node& node, int32_t channels) {
  const Shape shape{1, {channels}};
  if (!node.has_input(2))
    return node.builder().graph().add_tensor(
        float_constant(node.name() + "/bias", shape, std::vector<float>(channels)));
  const Value& bias = node.float_constant(2);
  if (!(bias.shape == shape))
    node.fail(fmt::format("bias of shape {}, {} is wanted", to_string(bias.shape), channels));
  return node.builder().graph().add_tensor(float_constant(bias.name, shape, bias.floats));
}

}  // namespace

void import_conv(Node& node) {
  const Image input = read_image(node, 3);
  Value filter = node.float_constant(1);
  if (filter.shape.rank != input.rank)
    node.fail(fmt::format("filter of shape {} for an input of rank {}", to_string(filter.shape),
                          input.rank));
  const std::vector<int64_t> kernel(filter.shape.dims + 2, filter.shape.dims + input.rank);
  if (node.integers("kernel_shape", kernel) != kernel)
    node.fail("kernel_shape differs from the filter's shape " + to_string(filter.shape));
  filter.shape = image_shape(filter.shape);
  const int32_t channels = input.shape.dims[1];
  const int32_t outputs = filter.shape.dims[0];
  const int64_t groups = node.integer("group", 1);
  if (groups < 1 || channels % groups != 0 || outputs % groups != 0 ||
      filter.shape.dims[1] != channels / groups)
    node.fail(fmt::format("filter of shape {} in {} groups does not fit {} input channels",
                          to_string(filter.shape), groups, channels));

  const Window window = read_window(node, input, {filter.shape.dims[2], filter.shape.dims[3]});
  const bool is_depthwise = groups == channels && channels > 1;
  Options options = window.options();
  options.filter_h = options.filter_w = 1;  // conv has it in the filter's shape

  int x = input.tensor;
  if (window.is_padded() && !window.is_same) x = emit_padding(node, x, window);
  // ONNX's order: output channels, input channels of a group, height, width.
  const int w =
      node.builder().graph().add_tensor(is_depthwise ? weights_of(filter, std::array{1, 2, 3, 0}, 3)
                                                     : weights_of(filter, kToChannelsLast, 0));
  const Shape shape = node.shape(std::array<int64_t, 4>{
      input.shape.dims[0], outputs, window.padding[0].outputs, window.padding[1].outputs});
  const int y = node.emit(is_depthwise ? OperatorType::DEPTHWISE_CONV_2D : OperatorType::CONV_2D,
                          {x, w, bias_tensor(node, outputs)},
                          stored_shape(shape, Layout::kChannelsLast), options);
  define_image(node, input, y, shape);
}

// scale * (x - mean) / sqrt(variance + epsilon) + bias, as a depthwise convolution by one factor
// for each channel; a pass folds it into the operator before it.
void import_batch_normalization(Node& node) {
  if (node.integer("training_mode", 0) != 0)
    node.fail("training_mode is set; export the model in evaluation mode");
  const Image input = read_image(node, 2);
  const int32_t channels = input.shape.dims[1];
  for (int i = 1; i <= 4; ++i)
    if (!(node.float_constant(i).shape == Shape{1, {channels}}))
      node.fail(fmt::format("input '{}' of shape {}, {} is wanted", node.input(i).name,
                            to_string(node.input(i).shape), channels));
  const double epsilon = node.number("epsilon", 1e-5F);
  std::vector<float> factor(channels), offset(channels);
  for (int32_t c = 0; c < channels; ++c) {
    const double scale = node.float_constant(1).floats[c];
    const double variance = node.float_constant(4).floats[c];
    if (!(variance + epsilon > 0)) node.fail(fmt::format("variance of {}", variance));
    const double f = scale / std::sqrt(variance + epsilon);
    factor[c] = static_cast<float>(f);
    offset[c] =
        static_cast<float>(node.float_constant(2).floats[c] - f * node.float_constant(3).floats[c]);
  }

  Builder& builder = node.builder();
  const int w = builder.graph().add_tensor(
      float_constant(node.name() + "/factor", {4, {1, 1, 1, channels}}, factor));
  const int b =
      builder.graph().add_tensor(float_constant(node.name() + "/offset", {1, {channels}}, offset));
  Options options;
  options.padding = Padding::VALID;
  const int y = node.emit(OperatorType::DEPTHWISE_CONV_2D, {input.tensor, w, b},
                          stored_shape(input.shape, Layout::kChannelsLast), options);
  define_image(node, input, y, input.shape);
}

}  // namespace solder::compiler
