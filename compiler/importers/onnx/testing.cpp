#include "compiler/importers/onnx/testing.h"

#include <gtest/gtest.h>

#include "compiler/importers/onnx/onnx_importer.h"
#include "compiler/importers/onnx/value.h"
#include "compiler/ir/transpose.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler::testing {

OnnxModel::OnnxModel(int64_t opset) {
  proto.set_ir_version(8);
  proto.add_opset_import()->set_version(opset);
  proto.mutable_graph()->set_name("test");
}

OnnxModel& OnnxModel::input(const std::string& name, const std::vector<int64_t>& dims) {
  auto* input = proto.mutable_graph()->add_input();
  input->set_name(name);
  auto* type = input->mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx::TensorProto::FLOAT);
  type->mutable_shape();
  for (const int64_t size : dims) {
    auto* dim = type->mutable_shape()->add_dim();
    if (size < 0)
      dim->set_dim_param("n");
    else
      dim->set_dim_value(size);
  }
  return *this;
}

OnnxModel& OnnxModel::output(const std::string& name) {
  proto.mutable_graph()->add_output()->set_name(name);
  return *this;
}

OnnxModel& OnnxModel::constant(const std::string& name, const std::vector<int64_t>& dims,
                               const std::vector<float>& values) {
  auto* tensor = proto.mutable_graph()->add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(onnx::TensorProto::FLOAT);
  tensor->mutable_dims()->Assign(dims.begin(), dims.end());
  tensor->mutable_float_data()->Assign(values.begin(), values.end());
  return *this;
}

OnnxModel& OnnxModel::integers(const std::string& name, const std::vector<int64_t>& values) {
  auto* tensor = proto.mutable_graph()->add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(onnx::TensorProto::INT64);
  tensor->add_dims(static_cast<int64_t>(values.size()));
  tensor->set_raw_data(values.data(), values.size() * sizeof(int64_t));
  return *this;
}

OnnxModel& OnnxModel::levels(const std::string& name, const std::vector<int64_t>& dims,
                             const std::vector<int32_t>& values, onnx::TensorProto::DataType type) {
  auto* tensor = proto.mutable_graph()->add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(type);
  tensor->mutable_dims()->Assign(dims.begin(), dims.end());
  tensor->mutable_int32_data()->Assign(values.begin(), values.end());
  return *this;
}

OnnxModel& OnnxModel::node(const std::string& op_type, const std::vector<std::string>& inputs,
                           const std::string& output) {
  auto* node = proto.mutable_graph()->add_node();
  node->set_op_type(op_type);
  node->set_name(op_type + "_node");
  for (const std::string& input : inputs) node->add_input(input);
  node->add_output(output);
  return *this;
}

onnx::AttributeProto& OnnxModel::add_attribute(const std::string& name,
                                               onnx::AttributeProto::AttributeType type) {
  auto* graph = proto.mutable_graph();
  auto* attribute = graph->mutable_node(graph->node_size() - 1)->add_attribute();
  attribute->set_name(name);
  attribute->set_type(type);
  return *attribute;
}

OnnxModel& OnnxModel::attribute(const std::string& name, int64_t value) {
  add_attribute(name, onnx::AttributeProto::INT).set_i(value);
  return *this;
}

OnnxModel& OnnxModel::attribute(const std::string& name, float value) {
  add_attribute(name, onnx::AttributeProto::FLOAT).set_f(value);
  return *this;
}

OnnxModel& OnnxModel::attribute(const std::string& name, const char* value) {
  add_attribute(name, onnx::AttributeProto::STRING).set_s(value);
  return *this;
}

OnnxModel& OnnxModel::attribute(const std::string& name, const std::vector<int64_t>& values) {
  add_attribute(name, onnx::AttributeProto::INTS)
      .mutable_ints()
      ->Assign(values.begin(), values.end());
  return *this;
}

std::vector<uint8_t> OnnxModel::bytes() const {
  const std::string text = proto.SerializeAsString();
  return {text.begin(), text.end()};
}

Graph OnnxModel::import() const { return import_onnx(bytes()); }

std::string OnnxModel::import_error() const {
  try {
    import();
  } catch (const ModelError& error) {
    return error.what();
  }
  ADD_FAILURE() << "imported without an error";
  return "";
}

OnnxModel one_node(const std::string& op_type, const std::vector<int64_t>& dims, int64_t opset,
                   const std::vector<std::string>& more_inputs) {
  std::vector<std::string> inputs = {"x"};
  inputs.insert(inputs.end(), more_inputs.begin(), more_inputs.end());
  OnnxModel model(opset);
  model.input("x", dims).output("y").node(op_type, inputs, "y");
  return model;
}

OnnxModel small_onnx_model() {
  OnnxModel model;
  model.input("x", {-1, 2, 6, 6}).output("y");
  model.constant("w", {3, 2, 3, 3}, random_floats(54, 1));
  for (const char* name : {"scale", "shift", "mean", "var"}) model.constant(name, {3}, {1, 2, 3});
  model.constant("dense", {12, 4}, random_floats(48, 2)).integers("flat", {0, -1});
  model.node("Conv", {"x", "w"}, "c").attribute("pads", {1, 1, 0, 0});
  model.attribute("strides", {1, 1});
  model.node("BatchNormalization", {"c", "scale", "shift", "mean", "var"}, "n");
  model.node("Relu", {"n"}, "r").node("MaxPool", {"r"}, "p");
  model.attribute("kernel_shape", {2, 2}).attribute("strides", {2, 2});
  model.node("Reshape", {"p", "flat"}, "f").node("MatMul", {"f", "dense"}, "d");
  model.node("Softmax", {"d"}, "y").attribute("axis", int64_t{-1});
  return model;
}

namespace {

std::vector<float> moved(const std::vector<float>& values, const Shape& shape,
                         std::span<const int32_t> permutation) {
  const Tensor tensor = float_constant("", shape, values);
  const std::vector<uint8_t> data = transposed(tensor.data, shape, permutation, sizeof(float));
  const auto* first = reinterpret_cast<const float*>(data.data());
  return {first, first + values.size()};
}

}  // namespace

std::vector<float> to_channels_last(const std::vector<float>& values, const Shape& onnx_shape) {
  return onnx_shape.rank == 4 ? moved(values, onnx_shape, kToChannelsLast) : values;
}

std::vector<float> from_channels_last(const std::vector<float>& values, const Shape& onnx_shape) {
  if (onnx_shape.rank != 4) return values;
  return moved(values, stored_shape(onnx_shape, Layout::kChannelsLast), kFromChannelsLast);
}

}  // namespace solder::compiler::testing
