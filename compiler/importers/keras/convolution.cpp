#include "compiler/importers/keras/activation.h"
#include "compiler/importers/keras/bias.h"
#include "compiler/importers/keras/layers.h"
#include "compiler/importers/keras/window.h"
#include "compiler/ir/transpose.h"

namespace solder::compiler::keras {
namespace {

// The shape of a kernel as Keras has it, without the height for 1-D layers.
std::vector<int64_t> kernel_dims(const Layer& layer, const Window& window, int64_t inputs,
                                 int64_t outputs) {
  if (layer.spatial_rank() == 1) return {window.kernel[1], inputs, outputs};
  return {window.kernel[0], window.kernel[1], inputs, outputs};
}

Options convolution_options(const Window& window) {
  Options options = window.options();
  options.filter_h = options.filter_w = 1;  // a convolution has it in the filter's shape
  return options;
}

// From height x width x inputs x outputs to outputs x height x width x inputs.
int filter_tensor(const Layer& layer, const FloatArray& kernel, const Window& window,
                  const std::string& suffix) {
  const int32_t* last = kernel.shape.dims + kernel.shape.rank;
  const Shape shape{4,
                    {static_cast<int32_t>(window.kernel[0]), static_cast<int32_t>(window.kernel[1]),
                     last[-2], last[-1]}};
  constexpr int32_t kOutputsFirst[] = {3, 0, 1, 2};
  Tensor filter = float_constant(layer.name() + suffix, shape, kernel.values);
  filter.data = transposed(filter.data, shape, kOutputsFirst, sizeof(float));
  filter.shape = transposed(shape, kOutputsFirst);
  return layer.builder().graph().add_tensor(std::move(filter));
}

// Keras's kernel, height x width x inputs x multiplier, lies in memory as the filter does.
int depthwise_filter_tensor(const Layer& layer, const FloatArray& kernel, const Window& window,
                            int32_t outputs, const std::string& suffix) {
  return layer.constant(suffix,
                        {4,
                         {1, static_cast<int32_t>(window.kernel[0]),
                          static_cast<int32_t>(window.kernel[1]), outputs}},
                        kernel.values);
}

const FloatArray& depthwise_kernel(const Layer& layer, const Window& window, int64_t channels) {
  return layer.weight(0, kernel_dims(layer, window, channels, layer.integer("depth_multiplier", 1)),
                      "depthwise kernel");
}

}  // namespace

int import_conv(const Layer& layer) {
  int x = layer.image();
  const int64_t channels = layer.shape_of(x).dims[3];
  const int64_t outputs = layer.integer("filters", 0);
  const int64_t groups = layer.integer("groups", 1);
  if (groups < 1 || channels % groups != 0 || outputs % groups != 0)
    layer.fail(fmt::format("{} groups do not divide {} channels into {} filters", groups, channels,
                           outputs));
  const Window window = read_window(layer, x, "kernel_size");
  x = emit_padding(layer, x, window);
  const FloatArray& kernel =
      layer.weight(0, kernel_dims(layer, window, channels / groups, outputs), "kernel");
  const bool is_depthwise = groups == channels && channels > 1;
  const int w = is_depthwise ? depthwise_filter_tensor(layer, kernel, window,
                                                       static_cast<int32_t>(outputs), "/kernel")
                             : filter_tensor(layer, kernel, window, "/kernel");
  const int b = bias_tensor(layer, 1, outputs);
  return layer.from_image(
      emit_activated(layer, is_depthwise ? OperatorType::DEPTHWISE_CONV_2D : OperatorType::CONV_2D,
                     {x, w, b}, window.output_shape(layer, outputs), convolution_options(window)));
}

int import_depthwise_conv(const Layer& layer) {
  const int input = layer.image();
  const Window window = read_window(layer, input, "kernel_size");
  const int x = emit_padding(layer, input, window);
  const FloatArray& kernel = depthwise_kernel(layer, window, layer.shape_of(x).dims[3]);
  const auto outputs =
      static_cast<int32_t>(kernel.shape.elements() / (window.kernel[0] * window.kernel[1]));
  const int w = depthwise_filter_tensor(layer, kernel, window, outputs, "/depthwise_kernel");
  const int b = bias_tensor(layer, 1, outputs);
  return layer.from_image(emit_activated(layer, OperatorType::DEPTHWISE_CONV_2D, {x, w, b},
                                         window.output_shape(layer, outputs),
                                         convolution_options(window)));
}

int import_separable_conv(const Layer& layer) {
  const int input = layer.image();
  const Window window = read_window(layer, input, "kernel_size");
  const int x = emit_padding(layer, input, window);
  const FloatArray& kernel = depthwise_kernel(layer, window, layer.shape_of(x).dims[3]);
  const auto channels =
      static_cast<int32_t>(kernel.shape.elements() / (window.kernel[0] * window.kernel[1]));
  const int w = depthwise_filter_tensor(layer, kernel, window, channels, "/depthwise_kernel");
  const int zero = layer.constant("/depthwise_bias", {1, {channels}}, std::vector<float>(channels));
  const int between =
      layer.emit(OperatorType::DEPTHWISE_CONV_2D, {x, w, zero},
                 window.output_shape(layer, channels), convolution_options(window), "/depthwise");

  const Window point{.kernel = {1, 1}, .batch = window.batch, .padding = window.padding};
  const int64_t outputs = layer.integer("filters", 0);
  const FloatArray& pointwise =
      layer.weight(1, kernel_dims(layer, point, channels, outputs), "pointwise kernel");
  const int p = filter_tensor(layer, pointwise, point, "/pointwise_kernel");
  const int b = bias_tensor(layer, 2, outputs);
  return layer.from_image(emit_activated(layer, OperatorType::CONV_2D, {between, p, b},
                                         point.output_shape(layer, outputs),
                                         convolution_options(point)));
}

}  // namespace solder::compiler::keras
