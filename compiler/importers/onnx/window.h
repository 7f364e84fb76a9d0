// Windows that slide over height and width: what Conv and the pools have in common.
#pragma once

#include "compiler/importers/onnx/node.h"
#include "compiler/ir/padding.h"

namespace solder::compiler {

struct Window {
  std::array<int64_t, 2> kernel, stride, dilation;  // height, width
  std::array<Padded, 2> padding;                    // of height and width, and the output's size
  // Whether TFLite's SAME pads this much; without padding it is VALID anyway.
  bool is_same;
  // Whether some window reads beyond the padding that the node asks for (ceil_mode).
  bool exceeds_padding;

  bool is_padded() const;
  // Options with the stride, the dilation, the filter and SAME or VALID.
  Options options() const;
};

// The window of `node` over its input 0 of rank 4 with `kernel` as height and width.
Window read_window(const Node& node, const Shape& input, std::array<int64_t, 2> kernel);

// Puts a PAD of zeros before `tensor` (channels-last).
int emit_padding(const Node& node, int tensor, const Window& window);

}  // namespace solder::compiler
