// One node of an ONNX graph as the importer of its operator sees it: attributes, input values, and
// the means to define its output. Everything here throws ModelError naming the node.
#pragma once

#include <onnx/onnx_pb.h>

#include <array>
#include <span>
#include <string>
#include <vector>

#include "compiler/importers/onnx/builder.h"

namespace solder::compiler {

class Node {
 public:
  Node(const onnx::NodeProto& proto, int index, Builder& builder)
      : proto_(proto), index_(index), builder_(builder) {}

  [[noreturn]] void fail(const std::string& message) const;

  int64_t opset() const { return builder_.opset(); }
  Builder& builder() const { return builder_; }
  // Name of the first output that has one, for the tensors made on the way to it.
  const std::string& name() const {
    int first = 0;
    while (first + 1 < proto_.output_size() && proto_.output(first).empty()) ++first;
    return proto_.output(first);
  }

  // Attributes; the fallback when the node has none of that name.
  bool has_attribute(const std::string& name) const;
  int64_t integer(const std::string& name, int64_t fallback) const;
  float number(const std::string& name, float fallback) const;
  std::string text(const std::string& name, const std::string& fallback) const;
  std::vector<int64_t> integers(const std::string& name, std::vector<int64_t> fallback) const;
  std::vector<float> numbers(const std::string& name) const;
  // `lists` times height and width, for an input of `rank` 3 (which leaves out the height) or 4.
  // What is left out, or all of it, is the fallback.
  std::vector<int64_t> spatial(const std::string& name, int32_t rank, int64_t fallback,
                               size_t lists = 1) const;
  // Height and width, each in [1, 2^20], else 1.
  std::array<int64_t, 2> size_pair(const std::string& name, int32_t rank) const;
  Value constant_attribute(const std::string& name) const;
  // Whether a tensor has no elements.
  bool is_empty_constant(const std::string& name) const;
  std::vector<std::string> texts(const std::string& name) const;

  // Inputs, counted from 0.
  int input_count() const { return proto_.input_size(); }
  bool has_input(int index) const;
  Value& input(int index) const;
  // A value of floats, constant or not.
  Value& floats(int index) const;
  // A value that is only moved: of floats, or integers that are fed or computed.
  Value& moved_value(int index) const;
  // A constant of floats.
  Value& float_constant(int index) const;
  // A constant of integers.
  const std::vector<int64_t>& integer_constant(int index) const;
  // An axis in [-rank, rank) as one in [0, rank).
  int32_t axis(int64_t axis, int32_t rank) const;

  Shape shape(std::span<const int64_t> dims) const;
  int tensor(Value& value, Layout layout) const { return builder_.tensor(value, layout); }
  int emit(OperatorType type, std::vector<int> inputs, Shape stored, const Options& options = {},
           const char* suffix = "") const;

  // Defines the output, as a tensor of the graph that holds a value of `shape` in `layout`, or as
  // a value that exists under another name, or as a constant.
  void define_output(int tensor, Layout layout, const Shape& shape) const;
  void define_output(Value value) const { builder_.define(name(), std::move(value)); }

  // The others, counted from 0 with the first.
  int output_count() const { return proto_.output_size(); }
  // Whether it has a name; define nothing else.
  bool has_output(int index) const;
  void define_output(int index, int tensor, Layout layout, const Shape& shape) const;

 private:
  const onnx::AttributeProto* find(const std::string& name,
                                   onnx::AttributeProto::AttributeType type) const;

  const onnx::NodeProto& proto_;
  int index_;
  Builder& builder_;
};

}  // namespace solder::compiler
