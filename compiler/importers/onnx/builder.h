// Where the operators of an ONNX graph put what they make of themselves.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "compiler/importers/onnx/value.h"
#include "compiler/ir/graph_builder.h"

namespace solder::compiler {

class Builder : public GraphBuilder {
 public:
  explicit Builder(int64_t opset) : opset_(opset) {}

  // Version of ONNX's operators that the model is written in.
  int64_t opset() const { return opset_; }

  // Throws ModelError when a value of this name exists.
  void define(const std::string& name, Value value);
  // Null when there is none (yet).
  Value* find(const std::string& name);

  // The tensor that holds `value` in `layout`; made of the other layout, or of the constant, when
  // there is none. For other ranks than 3 and 4 the layout does not matter. Floats only.
  int tensor(Value& value, Layout layout);

 private:
  int constant_tensor(const Value& value, Layout layout);

  int64_t opset_;
  std::unordered_map<std::string, Value> values_;
};

}  // namespace solder::compiler
