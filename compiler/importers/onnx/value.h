// A value of an ONNX graph, and the graph tensors that hold it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"

namespace solder::compiler {

// How the dimensions of a value lie in a tensor. Only values of rank 3 and 4 have two layouts:
// NxCxW becomes NxWxC where convolutions and pools meet it, NCHW becomes NHWC from the model's
// input on.
enum class Layout { kOnnx, kChannelsLast };

inline bool has_layouts(const Shape& shape) { return shape.rank == 3 || shape.rank == 4; }

// Dimension i of a channels-last tensor is dimension to_channels_last(rank)[i] of the ONNX value.
inline constexpr int32_t kToChannelsLast[] = {0, 2, 3, 1};
inline constexpr int32_t kFromChannelsLast[] = {0, 3, 1, 2};
inline constexpr int32_t kSwapRowsAndChannels[] = {0, 2, 1};
inline std::span<const int32_t> to_channels_last(int32_t rank) {
  return rank == 4 ? std::span<const int32_t>(kToChannelsLast) : kSwapRowsAndChannels;
}
inline std::span<const int32_t> from_channels_last(int32_t rank) {
  return rank == 4 ? std::span<const int32_t>(kFromChannelsLast) : kSwapRowsAndChannels;
}

struct Value {
  std::string name = {};
  Shape shape = {};  // in ONNX's order of dimensions

  // A constant has one of these, row-major in ONNX's order. Integers are never computed with: they
  // are shapes, axes and bounds.
  std::vector<float> floats = {};
  std::vector<int64_t> integers = {};

  // Of a value that is fed or computed: whether it is of INT32. ONNX's INT64 becomes that.
  bool is_integer = false;

  int32_t data_type = 0;  // of integers that were read: their TensorProto.DataType

  // Of a constant whose floats are scale * level, the levels, with zero points of 0, in ONNX's
  // order of dimensions. Without levels and floats: what QuantizeLinear made, INT8 (UINT8 less
  // 128).
  Quantization quantization = {};
  std::vector<int8_t> levels = {};

  // The tensor that holds the value in each Layout, -1 where there is none yet.
  int tensors[2] = {-1, -1};

  bool is_constant() const { return !floats.empty() || !integers.empty(); }
  bool is_quantized() const { return !quantization.scale.empty() && !is_constant(); }
  int& tensor(Layout layout) { return tensors[static_cast<int>(layout)]; }

  // A layout that costs nothing to have.
  Layout layout() const {
    return tensors[static_cast<int>(Layout::kChannelsLast)] >= 0 ? Layout::kChannelsLast
                                                                 : Layout::kOnnx;
  }
};

// Whether the dimensions of `value` lie in another order in `layout`, and where its `axis` is then.
inline bool is_moved(const Value& value, Layout layout) {
  return has_layouts(value.shape) && layout == Layout::kChannelsLast;
}
inline int32_t stored_axis(const Value& value, Layout layout, int32_t axis) {
  return is_moved(value, layout) ? from_channels_last(value.shape.rank)[axis] : axis;
}

// A constant of weights with its dimensions moved: INT8 where its scales, if many, are those of
// dimension `channels` then, else FLOAT32.
Tensor weights_of(const Value& value, std::span<const int32_t> permutation, int32_t channels);

// The shape of the tensor that holds a value of `shape` in `layout`.
Shape stored_shape(const Shape& shape, Layout layout);

}  // namespace solder::compiler
