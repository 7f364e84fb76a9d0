#include "compiler/importers/onnx/window.h"

#include <fmt/format.h>

namespace solder::compiler {
namespace {

constexpr int64_t kLargestPadding = 1 << 16;

// Top, left, bottom, right.
std::array<int64_t, 4> read_pads(const Node& node, int32_t rank) {
  const std::vector<int64_t> pads = node.spatial("pads", rank, 0, 2);
  for (const int64_t pad : pads)
    if (pad < 0 || pad > kLargestPadding) node.fail(fmt::format("padding of {}", pad));
  return {pads[0], pads[1], pads[2], pads[3]};
}

// With ceil_mode, a last window that the padded input cuts short counts too.
Padded round_up(const Node& node, Padded padded, int64_t input, int64_t window, int64_t stride,
                int64_t after) {
  const int64_t room = input + padded.before + after - window;
  if (room < 0 || room % stride == 0) return padded;
  const int64_t start = padded.outputs * stride;
  if (start >= input + padded.before)
    node.fail("ceil_mode adds a window that lies in the padding alone; use ceil_mode = 0");
  return {padded.before, start + window - input - padded.before, padded.outputs + 1};
}

}  // namespace

Shape image_shape(const Shape& shape) {
  Shape image{4, {shape.dims[0], shape.dims[1], 1, 1}};
  for (int32_t i = 2; i < shape.rank; ++i) image.dims[i + 4 - shape.rank] = shape.dims[i];
  return image;
}

Image read_image(const Node& node, int32_t lowest_rank) {
  Value& input = node.floats(0);
  if (input.shape.rank < lowest_rank || input.shape.rank > 4)
    node.fail(fmt::format("input of shape {}; ranks {} to 4 are supported", to_string(input.shape),
                          lowest_rank));
  Image image{input.shape.rank, image_shape(input.shape),
              node.tensor(input, Layout::kChannelsLast)};
  if (image.rank < 4)
    image.tensor = node.builder().emit_reshape(image.tensor, node.name() + "/image",
                                               stored_shape(image.shape, Layout::kChannelsLast));
  return image;
}

void define_image(const Node& node, const Image& input, int tensor, const Shape& shape) {
  Shape flat{.rank = input.rank};
  for (int32_t i = 0; i < flat.rank; ++i) flat.dims[i] = shape.dims[i < 2 ? i : i + 4 - flat.rank];
  if (flat.rank < 4)
    tensor =
        node.builder().emit_reshape(tensor, node.name(), stored_shape(flat, Layout::kChannelsLast));
  node.define_output(tensor, Layout::kChannelsLast, flat);
}

bool Window::is_padded() const {
  for (const Padded& p : padding)
    if (p.before != 0 || p.after != 0) return true;
  return false;
}

Options Window::options() const {
  Options options;
  options.padding = is_padded() && is_same ? Padding::SAME : Padding::VALID;
  options.stride_h = static_cast<int32_t>(stride[0]);
  options.stride_w = static_cast<int32_t>(stride[1]);
  options.dilation_h = static_cast<int32_t>(dilation[0]);
  options.dilation_w = static_cast<int32_t>(dilation[1]);
  options.filter_h = static_cast<int32_t>(kernel[0]);
  options.filter_w = static_cast<int32_t>(kernel[1]);
  return options;
}

Window read_window(const Node& node, const Image& input, std::array<int64_t, 2> kernel) {
  Window window{.kernel = kernel,
                .stride = node.size_pair("strides", input.rank),
                .dilation = node.size_pair("dilations", input.rank),
                .padding = {},
                .is_same = true,
                .exceeds_padding = false};
  const std::string auto_pad = node.text("auto_pad", "NOTSET");
  const bool ceil_mode = node.integer("ceil_mode", 0) != 0;
  std::array<int64_t, 4> pads{};
  if (auto_pad == "NOTSET")
    pads = read_pads(node, input.rank);
  else if (auto_pad != "SAME_UPPER" && auto_pad != "SAME_LOWER" && auto_pad != "VALID")
    node.fail("auto_pad of '" + auto_pad + "'");

  for (int i = 0; i < 2; ++i) {
    const int64_t size = input.shape.dims[2 + i];
    const int64_t covered = window_size(kernel[i], window.dilation[i]);
    const Padded same = same_padding(size, covered, window.stride[i]);
    Padded& padding = window.padding[i];
    if (auto_pad == "SAME_UPPER") {
      padding = same;
    } else if (auto_pad == "SAME_LOWER") {
      padding = {same.after, same.before, same.outputs};
    } else {
      padding = explicit_padding(size, covered, window.stride[i], pads[i], pads[2 + i]);
      if (ceil_mode)
        padding = round_up(node, padding, size, covered, window.stride[i], pads[2 + i]);
      if (padding.after > pads[2 + i]) window.exceeds_padding = true;
    }
    if (padding.outputs < 1)
      node.fail(fmt::format("its window covers {} of an input of {} with padding", covered,
                            size + pads[i] + pads[2 + i]));
    if (padding != same) window.is_same = false;
  }
  return window;
}

int emit_padding(const Node& node, int tensor, const Window& window) {
  const auto& [height, width] = window.padding;
  const int32_t padding[] = {0,
                             0,
                             int32_t(height.before),
                             int32_t(height.after),
                             int32_t(width.before),
                             int32_t(width.after),
                             0,
                             0};
  return node.builder().emit_pad(tensor, node.name() + "/pad", padding);
}

}  // namespace solder::compiler
