// Windows that slide over height and width: what convolutions and pools have in common.
#pragma once

#include "compiler/importers/keras/layer.h"
#include "compiler/ir/padding.h"

namespace solder::compiler::keras {

struct Window {
  std::array<int64_t, 2> kernel, stride = {1, 1}, dilation = {1, 1};  // height, width
  bool is_same = false;                                               // padding="same"
  int64_t zeros_left = 0;                                             // padding="causal"
  int64_t batch = 1;
  std::array<Padded, 2> padding = {};  // of height and width, and the output's size

  Options options() const;
  Shape output_shape(const Layer& layer, int64_t channels) const {
    return layer.shape({batch, padding[0].outputs, padding[1].outputs, channels});
  }
};

// The window of `layer` over the tensor `image`. `size`: the argument that says its size.
Window read_window(const Layer& layer, int image, const char* size);

// Puts a PAD before `image` where causal padding wants one, and returns what the window reads.
int emit_padding(const Layer& layer, int image, const Window& window);

}  // namespace solder::compiler::keras
