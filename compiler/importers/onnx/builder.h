// Where the operators of an ONNX graph put what they make of themselves.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "compiler/importers/onnx/value.h"

namespace solder::compiler {

class Builder {
 public:
  explicit Builder(int64_t opset) : opset_(opset) {}

  // Version of ONNX's operators that the model is written in.
  int64_t opset() const { return opset_; }
  Graph& graph() { return graph_; }

  // Throws ModelError when a value of this name exists.
  void define(const std::string& name, Value value);
  // Null when there is none (yet).
  Value* find(const std::string& name);

  // The tensor that holds `value` in `layout`; made of the other layout, or of the constant, when
  // there is none. For other ranks than 4 the layout does not matter. Floats only.
  int tensor(Value& value, Layout layout);

  // Appends an operator of one output and returns that FLOAT32 tensor.
  int emit(OperatorType type, std::vector<int> inputs, const std::string& name, const Shape& shape,
           const Options& options = {});
  int emit_reshape(int tensor, const std::string& name, const Shape& shape);
  // A RESHAPE when the elements keep their order.
  int emit_transpose(int tensor, const std::string& name, std::span<const int32_t> permutation);
  // `padding`: zeros before and after each dimension of the tensor.
  int emit_pad(int tensor, const std::string& name, std::span<const int32_t> padding);

 private:
  int constant_tensor(const Value& value, Layout layout);

  int64_t opset_;
  Graph graph_;
  std::unordered_map<std::string, Value> values_;
};

}  // namespace solder::compiler
