// ONNX models made by tests.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

#include "compiler/ir/graph.h"

namespace solder::compiler::testing {

class OnnxModel {
 public:
  explicit OnnxModel(int64_t opset = 13);

  onnx::ModelProto proto;

  // Dimensions below 0 are symbolic.
  OnnxModel& input(const std::string& name, const std::vector<int64_t>& dims);
  OnnxModel& output(const std::string& name);
  OnnxModel& constant(const std::string& name, const std::vector<int64_t>& dims,
                      const std::vector<float>& values);
  OnnxModel& integers(const std::string& name, const std::vector<int64_t>& values);
  // INT8, UINT8 or INT32 numbers.
  OnnxModel& levels(const std::string& name, const std::vector<int64_t>& dims,
                    const std::vector<int32_t>& values, onnx::TensorProto::DataType type);
  // The attributes that follow belong to this node.
  OnnxModel& node(const std::string& op_type, const std::vector<std::string>& inputs,
                  const std::string& output);
  OnnxModel& attribute(const std::string& name, int64_t value);
  OnnxModel& attribute(const std::string& name, float value);
  OnnxModel& attribute(const std::string& name, const char* value);
  OnnxModel& attribute(const std::string& name, const std::vector<int64_t>& values);

  std::vector<uint8_t> bytes() const;
  Graph import() const;
  // What the ModelError of import() says; fails the test when there is none.
  std::string import_error() const;

 private:
  onnx::AttributeProto& add_attribute(const std::string& name,
                                      onnx::AttributeProto::AttributeType type);
};

// One node with input "x" and output "y".
OnnxModel one_node(const std::string& op_type, const std::vector<int64_t>& dims, int64_t opset = 13,
                   const std::vector<std::string>& more_inputs = {});

// Conv, batch norm, relu, max pool, flatten, dense, softmax: a bit of everything.
OnnxModel small_onnx_model();

// A row-major value in ONNX's order as a channels-last tensor, and back; other ranks than 4 stay.
std::vector<float> to_channels_last(const std::vector<float>& values, const Shape& onnx_shape);
std::vector<float> from_channels_last(const std::vector<float>& values, const Shape& onnx_shape);

}  // namespace solder::compiler::testing
