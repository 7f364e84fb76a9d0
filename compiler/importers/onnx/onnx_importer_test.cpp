#include "compiler/importers/onnx/onnx_importer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/importers/onnx/testing.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ImportOnnx, WhatIsRefusedAsAWhole) {
  OnnxModel model = small_onnx_model();
  model.proto.mutable_opset_import(0)->set_version(8);
  EXPECT_EQ(model.import_error(), "opset 8 is not supported; export with opset 9 to 18");
  model = small_onnx_model();
  model.proto.clear_opset_import();
  EXPECT_EQ(model.import_error(), "the ONNX model names no opset");
  model = small_onnx_model();
  model.node("If", {"x"}, "z");
  EXPECT_THAT(
      model.import_error(),
      AllOf(StartsWith("node 7 'If_node' (If): this operator is not supported; supported: "),
            HasSubstr("Add, AveragePool, ")));
  model = small_onnx_model();
  model.proto.mutable_graph()->mutable_node(0)->set_domain("com.example");
  EXPECT_THAT(model.import_error(), HasSubstr("this operator of domain com.example"));
  model = small_onnx_model();
  model.output("nowhere");
  EXPECT_EQ(model.import_error(), "output 'nowhere' is not computed");
  model = small_onnx_model();
  model.proto.mutable_graph()->mutable_node(2)->set_input(0, "f");
  EXPECT_EQ(model.import_error(),
            "node 2 'Relu_node' (Relu): input 'f' is not defined before this node");
  model = small_onnx_model();
  model.proto.mutable_graph()->mutable_node(2)->set_output(0, "c");
  EXPECT_EQ(model.import_error(), "two values are named 'c'");
  model = small_onnx_model();
  model.proto.mutable_graph()->mutable_initializer(0)->set_data_location(
      onnx::TensorProto::EXTERNAL);
  EXPECT_EQ(model.import_error(),
            "initializer 'w': its data is in another file; save the model as one file");
  model = small_onnx_model();
  model.proto.mutable_graph()->mutable_initializer(0)->set_data_type(onnx::TensorProto::DOUBLE);
  EXPECT_THAT(model.import_error(), HasSubstr("initializer 'w': type DOUBLE is not supported"));
  model = small_onnx_model();
  model.proto.mutable_graph()->mutable_initializer(0)->set_dims(0, 4);
  EXPECT_THAT(model.import_error(),
              HasSubstr("54 elements of data, its dimensions 4x2x3x3 want 72"));
  model = small_onnx_model();
  model.proto.mutable_graph()->mutable_initializer(0)->set_dims(0, -3);
  EXPECT_THAT(model.import_error(), HasSubstr("dimension 0 is -3"));
}

TEST(ImportOnnx, InputsOfUnknownSize) {
  OnnxModel model;
  model.input("x", {1, -1}).output("y").node("Relu", {"x"}, "y");
  EXPECT_EQ(model.import_error(),
            "input 'x': dimension 1 ('n') is not fixed; export the model with fixed sizes");
  auto& type = *model.proto.mutable_graph()->mutable_input(0)->mutable_type();
  type.mutable_tensor_type()->set_elem_type(onnx::TensorProto::STRING);
  EXPECT_EQ(model.import_error(), "input 'x' must be of type FLOAT, INT64 or INT32");
  type.mutable_tensor_type()->clear_shape();
  EXPECT_THAT(model.import_error(), HasSubstr("has no tensor shape"));
}

TEST(ImportOnnx, PassingAnInputThroughIsACopy) {
  OnnxModel model;
  model.input("x", {1, 2}).output("y").node("Identity", {"x"}, "y");
  const Graph graph = model.import();
  EXPECT_EQ(operator_types(graph), std::vector{OperatorType::RESHAPE});
  EXPECT_EQ(graph.tensors[graph.outputs[0]].name, "y");
}

}  // namespace
}  // namespace solder::compiler
