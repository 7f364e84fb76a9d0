#include "compiler/importers/tflite/tflite_importer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "compiler/exporters/tflite/tflite_exporter.h"
#include "compiler/testing/graphs.h"
#include "schema/tflite_generated.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::HasSubstr;

// A convolution of a 1x4x4x1 image.
Graph small_graph() {
  Graph graph{.name = "main"};
  const int x = add_input(graph, {4, {1, 4, 4, 1}});
  const int w = add_constant(graph, {4, {2, 3, 3, 1}}, random_floats(18, 1));
  const int b = add_constant(graph, {1, {2}}, {1, 2});
  Options options;
  options.padding = Padding::VALID;
  graph.outputs = {
      add_operator(graph, OperatorType::CONV_2D, {x, w, b}, {4, {1, 2, 2, 2}}, options)};
  return graph;
}

std::unique_ptr<schema::QuantizationParametersT> quantized(std::vector<float> scales) {
  auto parameters = std::make_unique<schema::QuantizationParametersT>();
  parameters->scale = std::move(scales);
  return parameters;
}

// The error that importing the small graph's file gives after a change to it.
std::string error_after(const std::function<void(schema::ModelT&)>& change) {
  const std::vector<uint8_t> bytes = export_tflite(small_graph());
  schema::ModelT model;
  schema::GetModel(bytes.data())->UnPackTo(&model);
  change(model);
  flatbuffers::FlatBufferBuilder builder;
  schema::FinishModelBuffer(builder, schema::Model::Pack(builder, &model));
  try {
    import_tflite({builder.GetBufferPointer(), builder.GetSize()});
  } catch (const ModelError& error) {
    return error.what();
  }
  return "none";
}

TEST(TfliteImporter, NeedsNoAlignment) {
  std::vector<uint8_t> bytes = export_tflite(small_graph());
  bytes.insert(bytes.begin(), 0);
  EXPECT_EQ(import_tflite(std::span(bytes).subspan(1)), small_graph());
}

TEST(TfliteImporter, WhatIsNoTflite) {
  const auto error = [](const std::vector<uint8_t>& bytes) {
    try {
      import_tflite(bytes);
    } catch (const ModelError& e) {
      return std::string(e.what());
    }
    return std::string("none");
  };
  EXPECT_EQ(error({}), "not a .tflite file: no TFL3 identifier");
  EXPECT_EQ(error({0, 0, 0, 0, 'T', 'F', 'L', '3'}), "the .tflite file is damaged or cut short");
}

TEST(TfliteImporter, UnknownOperatorsAreNamed) {
  EXPECT_THAT(error_after([](auto& model) {
                model.operator_codes[0]->builtin_code = schema::BuiltinOperator_SVDF;
                model.operator_codes[0]->deprecated_builtin_code = schema::BuiltinOperator_SVDF;
              }),
              HasSubstr("operator 0 SVDF is not supported; supported: ADD, AVERAGE_POOL_2D, "));
  EXPECT_THAT(error_after([](auto& model) {
                model.operator_codes[0]->builtin_code = schema::BuiltinOperator_CUSTOM;
                model.operator_codes[0]->custom_code = "Magic";
              }),
              HasSubstr("operator 0 CUSTOM 'Magic' is not supported"));
  EXPECT_THAT(error_after([](auto& model) {
                model.operator_codes[0]->builtin_code = schema::BuiltinOperator(9999);
              }),
              HasSubstr("operator 0 of unknown code 9999 is not supported"));
}

TEST(TfliteImporter, OlderFilesHaveTheDeprecatedCodeAlone) {
  EXPECT_EQ(error_after([](auto& model) {
              model.operator_codes[0]->builtin_code = schema::BuiltinOperator_ADD;
              model.operator_codes[0]->deprecated_builtin_code = schema::BuiltinOperator_CONV_2D;
            }),
            "none");
}

TEST(TfliteImporter, Errors) {
  EXPECT_THAT(error_after([](auto& model) { model.version = 2; }), HasSubstr("version 2"));
  EXPECT_THAT(error_after([](auto& model) { model.subgraphs.clear(); }), HasSubstr("0 subgraphs"));
  EXPECT_THAT(error_after([](auto& model) { model.subgraphs[0]->operators[0]->opcode_index = 7; }),
              HasSubstr("operator code 7 does not exist"));
  EXPECT_THAT(error_after([](auto& model) {
                auto& options =
                    *model.subgraphs[0]->operators[0]->builtin_options.AsConv2DOptions();
                options.fused_activation_function = schema::ActivationFunctionType_TANH;
              }),
              AllOf(HasSubstr("operator 0 CONV_2D"), HasSubstr("fused activation")));
  const auto error_of_input = [](const std::function<void(schema::TensorT&)>& change) {
    return error_after([&](auto& model) { change(*model.subgraphs[0]->tensors[0]); });
  };
  EXPECT_THAT(error_of_input([](auto& tensor) { tensor.shape = {1, 1, 1, 1, 1, 1}; }),
              HasSubstr("tensor 0 'input': 6 dimensions"));
  EXPECT_THAT(error_of_input([](auto& tensor) {
                tensor.shape = {-1, 4};
              }),
              HasSubstr("dimension 0 is -1"));
  EXPECT_THAT(error_of_input([](auto& tensor) { tensor.type = schema::TensorType_STRING; }),
              HasSubstr("type STRING is not supported"));
  EXPECT_THAT(error_of_input([](auto& tensor) { tensor.is_variable = true; }),
              HasSubstr("variable tensors"));
  EXPECT_THAT(error_of_input([](auto& tensor) { tensor.buffer = 9; }),
              HasSubstr("buffer 9 does not exist"));
  EXPECT_THAT(error_of_input([](auto& tensor) { tensor.buffer = 1; }),
              HasSubstr("72 bytes of data, FLOAT32 1x4x4x1 takes 64"));
  EXPECT_THAT(error_of_input([](auto& tensor) {
                tensor.quantization = quantized({1, 2});
              }),
              HasSubstr("2 quantization scales"));
}

TEST(TfliteImporter, ScalesWithoutZeroPointsHaveZeros) {
  const std::vector<uint8_t> bytes = export_tflite(small_graph());
  schema::ModelT model;
  schema::GetModel(bytes.data())->UnPackTo(&model);
  model.subgraphs[0]->tensors[0]->quantization = quantized({0.5F});
  flatbuffers::FlatBufferBuilder builder;
  schema::FinishModelBuffer(builder, schema::Model::Pack(builder, &model));
  const Graph graph = import_tflite({builder.GetBufferPointer(), builder.GetSize()});
  EXPECT_EQ(graph.tensors[0].quantization, (Quantization{{0.5F}, {0}, 0}));
}

}  // namespace
}  // namespace solder::compiler
