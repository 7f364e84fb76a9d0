// Images and the windows that slide over their height and width: what Conv, the pools and others
// have in common.
#pragma once

#include "compiler/importers/onnx/node.h"
#include "compiler/ir/padding.h"

namespace solder::compiler {

// Input 0 of a node as an image: NxCxW has a height of 1, NxC a width of 1, too.
struct Image {
  int32_t rank;  // of the input
  Shape shape;   // NCHW
  int tensor;    // channels-last
};

Shape image_shape(const Shape& shape);
// Refuses other ranks than lowest_rank (2 or more) to 4.
Image read_image(const Node& node, int32_t lowest_rank);
// Defines the output, of the input's rank; `tensor` holds it as an image of `shape` (NCHW).
void define_image(const Node& node, const Image& input, int tensor, const Shape& shape);

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

// The window of `node` over `input`, of rank 3 or 4, with `kernel` as height and width.
Window read_window(const Node& node, const Image& input, std::array<int64_t, 2> kernel);

// Puts a PAD of zeros before `tensor` (channels-last).
int emit_padding(const Node& node, int tensor, const Window& window);

}  // namespace solder::compiler
