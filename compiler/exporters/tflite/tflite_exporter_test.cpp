#include "compiler/exporters/tflite/tflite_exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "compiler/exporters/tflite/versions.h"
#include "compiler/importers/importer.h"
#include "compiler/importers/tflite/tflite_importer.h"
#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"
#include "schema/tflite_generated.h"

namespace solder::compiler {
namespace {

using namespace testing;

// One of every operator, with options that differ from what a missing field means. Not a network
// that computes anything.
Graph graph_of_everything() {
  Graph graph{.name = "everything"};
  const Shape image{4, {1, 4, 4, 2}};
  int x = add_input(graph, image);
  Options options;
  options.activation = Activation::RELU6;
  options.padding = Padding::VALID;
  options.stride_h = 2;
  options.stride_w = 3;
  Options dilated = options;
  dilated.dilation_h = 2;
  dilated.dilation_w = 3;
  const int w = add_constant(graph, {4, {2, 1, 1, 2}}, {1, 2, 3, 4});
  x = add_operator(graph, OperatorType::CONV_2D, {x, w, -1}, image, dilated);
  x = add_operator(graph, OperatorType::DEPTHWISE_CONV_2D, {x, w}, image, dilated);
  const int shape = add_int32_constant(graph, {1, 4, 4, 2});
  x = add_operator(graph, OperatorType::TRANSPOSE_CONV, {shape, w, x}, image, options);
  Options pool = options;
  pool.filter_h = 5;
  pool.filter_w = 6;
  x = add_operator(graph, OperatorType::AVERAGE_POOL_2D, {x}, image, pool);
  x = add_operator(graph, OperatorType::MAX_POOL_2D, {x}, image, pool);
  Options fused;
  fused.activation = Activation::RELU_N1_TO_1;
  for (const OperatorType type :
       {OperatorType::ADD, OperatorType::SUB, OperatorType::MUL, OperatorType::DIV})
    x = add_operator(graph, type, {x, x}, image, fused);
  fused.keep_dims = true;
  x = add_operator(graph, OperatorType::FULLY_CONNECTED, {x, w}, image, fused);
  Options concatenation;
  concatenation.activation = Activation::RELU;
  concatenation.axis = -1;
  x = add_operator(graph, OperatorType::CONCATENATION, {x, x}, {4, {1, 4, 4, 4}}, concatenation);
  Options mean;
  mean.keep_dims = true;
  const int axes = add_int32_constant(graph, {1, 2});
  for (const OperatorType type :
       {OperatorType::MEAN, OperatorType::SUM, OperatorType::REDUCE_MAX, OperatorType::REDUCE_MIN})
    x = add_operator(graph, type, {x, axes}, image, mean);
  Options leaky_relu;
  leaky_relu.alpha = 0.25F;
  x = add_operator(graph, OperatorType::LEAKY_RELU, {x}, image, leaky_relu);
  Options gelu;
  gelu.approximate = true;
  x = add_operator(graph, OperatorType::GELU, {x}, image, gelu);
  for (const OperatorType type : {OperatorType::MAXIMUM, OperatorType::MINIMUM, OperatorType::PRELU,
                                  OperatorType::SQUARED_DIFFERENCE})
    x = add_operator(graph, type, {x, x}, image);
  Options softmax;
  softmax.beta = 0.5F;
  x = add_operator(graph, OperatorType::SOFTMAX, {x}, image, softmax);
  Options slice;
  slice.begin_mask = 1;
  slice.end_mask = 2;
  slice.ellipsis_mask = 4;
  slice.new_axis_mask = 8;
  slice.shrink_axis_mask = 16;
  x = add_operator(graph, OperatorType::STRIDED_SLICE, {x}, image, slice);
  Options gather;
  gather.axis = 2;
  gather.batch_dims = 1;
  x = add_operator(graph, OperatorType::GATHER, {x}, image, gather);
  gather.batch_dims = 0;
  x = add_operator(graph, OperatorType::PACK, {x, x}, image, gather);
  x = add_operator(graph, OperatorType::UNPACK, {x}, image, gather);
  Options block;
  block.block_size = 2;
  x = add_operator(graph, OperatorType::SPACE_TO_DEPTH, {x}, image, block);
  x = add_operator(graph, OperatorType::DEPTH_TO_SPACE, {x}, image, block);
  Options corners, centers, symmetric;
  corners.align_corners = centers.half_pixel_centers = true;
  x = add_operator(graph, OperatorType::RESIZE_BILINEAR, {x}, image, corners);
  x = add_operator(graph, OperatorType::RESIZE_NEAREST_NEIGHBOR, {x}, image, centers);
  symmetric.mirror_mode = MirrorPadMode::SYMMETRIC;
  x = add_operator(graph, OperatorType::MIRROR_PAD, {x}, image, symmetric);
  for (const OperatorType type : {OperatorType::SPLIT, OperatorType::SPLIT_V}) {
    x = add_operator(graph, type, {x, x}, image);
    graph.operators.back().outputs.push_back(graph.add_tensor({.name = "part", .shape = image}));
  }
  for (const OperatorType type :
       {OperatorType::EXPAND_DIMS, OperatorType::PADV2,        OperatorType::SLICE,
        OperatorType::SQUEEZE,     OperatorType::DEQUANTIZE,   OperatorType::ABS,
        OperatorType::ELU,         OperatorType::EXP,          OperatorType::HARD_SWISH,
        OperatorType::LOG,         OperatorType::LOGISTIC,     OperatorType::NEG,
        OperatorType::RELU,        OperatorType::RELU_N1_TO_1, OperatorType::RELU6,
        OperatorType::RESHAPE,     OperatorType::RSQRT,        OperatorType::SQRT,
        OperatorType::SQUARE,      OperatorType::TANH,         OperatorType::PAD,
        OperatorType::TRANSPOSE,   OperatorType::QUANTIZE})
    x = add_operator(graph, type, {x}, image);
  graph.tensors[x].type = TensorType::INT8;
  graph.tensors[x].quantization = {{0.5F, 0.25F}, {-3, 4}, 3};
  graph.outputs = {x};
  return graph;
}

TEST(TfliteExporter, ImportGivesTheGraphBack) {
  const Graph graph = graph_of_everything();
  EXPECT_EQ(import_tflite(export_tflite(graph)), graph);
}

TEST(TfliteExporter, IsDeterministic) {
  EXPECT_EQ(export_tflite(graph_of_everything()), export_tflite(graph_of_everything()));
}

TEST(TfliteExporter, BuffersAreAligned) {
  const std::vector<uint8_t> bytes = export_tflite(graph_of_everything());
  const schema::Model& model = *schema::GetModel(bytes.data());
  EXPECT_EQ(model.buffers()->Get(0)->data(), nullptr);
  ASSERT_EQ(model.buffers()->size(), 4);
  for (uint32_t i = 1; i < model.buffers()->size(); ++i)
    EXPECT_EQ((model.buffers()->Get(i)->data()->data() - bytes.data()) % 16, 0);
}

// The older field holds no more than 127.
TEST(TfliteExporter, CodesAreInBothFields) {
  const std::vector<uint8_t> bytes = export_tflite(graph_of_everything());
  for (const auto* code : *schema::GetModel(bytes.data())->operator_codes())
    EXPECT_EQ(int32_t{code->deprecated_builtin_code()},
              std::min(int32_t{code->builtin_code()}, 127));
}

TEST(TfliteExporter, Versions) {
  Graph graph = graph_of_everything();
  const auto version = [&](int op) { return operator_version(graph, graph.operators[op]); };
  const int input = graph.operators[0].inputs[0], filter = graph.operators[0].inputs[1];
  EXPECT_EQ(version(0), 1);
  graph.tensors[filter].type = TensorType::INT8;
  EXPECT_EQ(version(0), 2);
  graph.tensors[input].type = TensorType::INT8;
  EXPECT_EQ(version(0), 3);
  graph.tensors[input].type = TensorType::INT16;
  EXPECT_EQ(version(0), 4);
  graph.tensors[filter].shape.dims[3] = 1;
  EXPECT_EQ(version(0), 6);
  // FULLY_CONNECTED without a bias.
  EXPECT_EQ(version(9), 6);
}

// Of operators whose inputs and output are of one type: FLOAT32, INT8, INT16.
TEST(TfliteExporter, VersionsByType) {
  using enum OperatorType;
  const struct {
    OperatorType type;
    int32_t f32, s8, s16;
  } cases[] = {
      {ABS, 1, 2, 3},     {ADD, 1, 2, 3},     {DIV, 1, 1, 1},        {ELU, 1, 1, 1},
      {EXP, 1, 2, 2},     {GELU, 1, 2, 1},    {HARD_SWISH, 1, 1, 1}, {LEAKY_RELU, 1, 1, 2},
      {MAXIMUM, 1, 2, 4}, {MINIMUM, 1, 2, 4}, {PRELU, 1, 1, 1},      {REDUCE_MAX, 1, 2, 3},
      {SUB, 1, 2, 5},     {SUM, 1, 2, 1},     {TANH, 1, 2, 3},       {SQUARED_DIFFERENCE, 1, 2, 1},
  };
  for (const auto& c : cases) {
    for (const auto& [type, expected] : {std::pair{TensorType::FLOAT32, c.f32},
                                         {TensorType::INT8, c.s8},
                                         {TensorType::INT16, c.s16}}) {
      Graph graph;
      const int x = add_input(graph, {1, {2}});
      add_operator(graph, c.type, {x, x}, {1, {2}});
      for (Tensor& tensor : graph.tensors) tensor.type = type;
      EXPECT_EQ(operator_version(graph, graph.operators[0]), expected) << operator_name(c.type);
    }
  }
  // MUL whose output has a scale below the product of its inputs'.
  Graph graph;
  const int x = add_input(graph, {1, {2}});
  add_operator(graph, MUL, {x, x}, {1, {2}});
  for (Tensor& tensor : graph.tensors) tensor.type = TensorType::INT8;
  for (Tensor& tensor : graph.tensors) tensor.quantization = {.scale = {0.5F}, .zero_point = {0}};
  EXPECT_EQ(operator_version(graph, graph.operators[0]), 2);
  graph.tensors[1].quantization.scale[0] = 0.25F;
  EXPECT_EQ(operator_version(graph, graph.operators[0]), 3);
}

// The format names the dimensions that SQUEEZE drops.
TEST(TfliteExporter, SqueezedDimensions) {
  const auto squeezed = [](const Shape& from, const Shape& to) {
    Graph graph;
    graph.outputs = {add_operator(graph, OperatorType::SQUEEZE, {add_input(graph, from)}, to)};
    const std::vector<uint8_t> bytes = export_tflite(graph);
    const auto* op = schema::GetModel(bytes.data())->subgraphs()->Get(0)->operators()->Get(0);
    const auto* dims = op->builtin_options_as_SqueezeOptions()->squeeze_dims();
    return dims ? std::vector<int32_t>(dims->begin(), dims->end()) : std::vector<int32_t>();
  };
  EXPECT_EQ(squeezed({4, {1, 1, 5, 1}}, {1, {5}}), (std::vector{0, 1, 3}));
  EXPECT_EQ(squeezed({4, {2, 1, 5, 1}}, {3, {2, 5, 1}}), std::vector{1});
  EXPECT_EQ(squeezed({3, {2, 5, 1}}, {2, {2, 5}}), std::vector{2});
  EXPECT_EQ(squeezed({2, {2, 5}}, {2, {2, 5}}), std::vector<int32_t>{});
}

TEST(TfliteExporter, RoundTripOfRealModels) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(SOLDER_SHARED_DIR) / "models";
  if (!fs::exists(folder)) GTEST_SKIP() << "no models in " << folder;
  int models = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".tflite") continue;
    Graph graph = import_model(entry.path());
    EXPECT_TRUE(import_tflite(export_tflite(graph)) == graph) << entry.path();
    run_passes(graph);
    EXPECT_TRUE(import_tflite(export_tflite(graph)) == graph) << entry.path();
    ++models;
  }
  EXPECT_GT(models, 0);
}

}  // namespace
}  // namespace solder::compiler
