// A value of an ONNX graph, and the graph tensors that hold it.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/graph.h"

namespace solder::compiler {

// How the dimensions of a value lie in a tensor. Only values of rank 4 have two layouts.
enum class Layout { kOnnx, kChannelsLast };

// Dimension i of a channels-last tensor is dimension kToChannelsLast[i] of the ONNX value.
inline constexpr int32_t kToChannelsLast[] = {0, 2, 3, 1};
inline constexpr int32_t kFromChannelsLast[] = {0, 3, 1, 2};

struct Value {
  std::string name = {};
  Shape shape = {};  // in ONNX's order of dimensions

  // A constant has one of these, row-major in ONNX's order. Integers are never computed with: they
  // are shapes, axes and bounds.
  std::vector<float> floats = {};
  std::vector<int64_t> integers = {};

  // The tensor that holds the value in each Layout, -1 where there is none yet.
  int tensors[2] = {-1, -1};

  bool is_constant() const { return !floats.empty() || !integers.empty(); }
  int& tensor(Layout layout) { return tensors[static_cast<int>(layout)]; }

  // A layout that costs nothing to have.
  Layout layout() const {
    return tensors[static_cast<int>(Layout::kChannelsLast)] >= 0 ? Layout::kChannelsLast
                                                                 : Layout::kOnnx;
  }
};

// The shape of the tensor that holds a value of `shape` in `layout`.
Shape stored_shape(const Shape& shape, Layout layout);

}  // namespace solder::compiler
