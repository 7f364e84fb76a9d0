#include "compiler/importers/keras/window.h"

namespace solder::compiler::keras {

Options Window::options() const {
  Options options;
  options.padding = is_same ? Padding::SAME : Padding::VALID;
  options.stride_h = static_cast<int32_t>(stride[0]);
  options.stride_w = static_cast<int32_t>(stride[1]);
  options.dilation_h = static_cast<int32_t>(dilation[0]);
  options.dilation_w = static_cast<int32_t>(dilation[1]);
  options.filter_h = static_cast<int32_t>(kernel[0]);
  options.filter_w = static_cast<int32_t>(kernel[1]);
  return options;
}

Window read_window(const Layer& layer, int image, const char* size) {
  const bool is_pool = std::string_view(size) == "pool_size";
  Window window{.kernel = layer.size_pair(size, {0, 0})};
  if (window.kernel[0] < 1) layer.fail(fmt::format("{} is missing", size));
  if (is_pool)
    window.stride = layer.size_pair("strides", window.kernel);
  else
    window.stride = layer.size_pair("strides", {1, 1});
  if (!is_pool) window.dilation = layer.size_pair("dilation_rate", {1, 1});

  const Shape& input = layer.shape_of(image);
  window.batch = input.dims[0];
  const std::string padding = layer.text("padding", "valid");
  const bool is_causal = padding == "causal" && layer.spatial_rank() == 1 && !is_pool;
  window.is_same = padding == "same";
  if (!window.is_same && !is_causal && padding != "valid")
    layer.fail(fmt::format("padding \"{}\" is not supported", padding));
  for (int i = 0; i < 2; ++i) {
    const int64_t pixels = input.dims[1 + i];
    const int64_t covered = window_size(window.kernel[i], window.dilation[i]);
    const int64_t before = is_causal ? covered - 1 : 0;
    window.padding[i] = window.is_same
                            ? same_padding(pixels, covered, window.stride[i])
                            : explicit_padding(pixels, covered, window.stride[i], before, 0);
    if (window.padding[i].outputs < 1)
      layer.fail(fmt::format("its window covers {} of an input of {}", covered, pixels));
  }
  window.zeros_left = is_causal ? window.padding[1].before : 0;
  return window;
}

int emit_padding(const Layer& layer, int image, const Window& window) {
  if (window.zeros_left == 0) return image;
  const int32_t padding[] = {0, 0, 0, 0, static_cast<int32_t>(window.zeros_left), 0, 0, 0};
  return layer.builder().emit_pad(image, layer.name() + "/causal", padding);
}

}  // namespace solder::compiler::keras
