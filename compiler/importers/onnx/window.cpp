#include "compiler/importers/onnx/window.h"

#include <fmt/format.h>

namespace solder::compiler {
namespace {

constexpr int64_t kLargestPadding = 1 << 16;

// Top, left, bottom, right.
std::array<int64_t, 4> read_pads(const Node& node) {
  const std::vector<int64_t> pads = node.integers("pads", {0, 0, 0, 0});
  if (pads.size() != 4)
    node.fail(fmt::format("pads has {} entries, 4 are wanted (2-D windows only)", pads.size()));
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

Window read_window(const Node& node, const Shape& input, std::array<int64_t, 2> kernel) {
  Window window{.kernel = kernel,
                .stride = node.size_pair("strides"),
                .dilation = node.size_pair("dilations"),
                .padding = {},
                .is_same = true,
                .exceeds_padding = false};
  const std::string auto_pad = node.text("auto_pad", "NOTSET");
  const bool ceil_mode = node.integer("ceil_mode", 0) != 0;
  std::array<int64_t, 4> pads{};
  if (auto_pad == "NOTSET")
    pads = read_pads(node);
  else if (auto_pad != "SAME_UPPER" && auto_pad != "SAME_LOWER" && auto_pad != "VALID")
    node.fail("auto_pad of '" + auto_pad + "'");

  for (int i = 0; i < 2; ++i) {
    const int64_t size = input.dims[2 + i];
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
