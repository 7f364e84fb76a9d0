#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <memory>

#include "compiler/importers/tflite/testing.h"
#include "compiler/importers/tflite/tflite_importer.h"
#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"
#include "schema/tflite_generated.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::HasSubstr;

struct Case {
  bool adj_x = false, adj_y = false;
  std::vector<int32_t> weights = {};  // dimensions before the last two
};

constexpr int32_t kBatch = 2, kRows = 3, kInner = 4, kColumns = 5;

schema::ModelT model_of(const Case& c, const Floats& weights) {
  schema::ModelT model;
  model.version = 3;
  for (int i = 0; i < 2; ++i) model.buffers.push_back(std::make_unique<schema::BufferT>());
  auto& data = model.buffers[1]->data;
  data.resize(weights.size() * sizeof(float));
  if (!weights.empty()) std::memcpy(data.data(), weights.data(), data.size());
  model.operator_codes.push_back(std::make_unique<schema::OperatorCodeT>());
  model.operator_codes[0]->builtin_code = schema::BuiltinOperator_BATCH_MATMUL;
  model.subgraphs.push_back(std::make_unique<schema::SubGraphT>());
  schema::SubGraphT& subgraph = *model.subgraphs[0];
  const auto add = [&](const char* name, const std::vector<int32_t>& shape, uint32_t buffer) {
    subgraph.tensors.push_back(std::make_unique<schema::TensorT>());
    subgraph.tensors.back()->name = name;
    subgraph.tensors.back()->shape = shape;
    subgraph.tensors.back()->buffer = buffer;
  };
  add("x", {kBatch, c.adj_x ? kInner : kRows, c.adj_x ? kRows : kInner}, 0);
  std::vector<int32_t> shape = c.weights;
  shape.push_back(c.adj_y ? kColumns : kInner);
  shape.push_back(c.adj_y ? kInner : kColumns);
  add("w", shape, 1);
  add("y", {kBatch, kRows, kColumns}, 0);
  auto op = std::make_unique<schema::OperatorT>();
  op->inputs = {0, 1};
  op->outputs = {2};
  schema::BatchMatMulOptionsT options;
  options.adj_x = c.adj_x;
  options.adj_y = c.adj_y;
  op->builtin_options.Set(options);
  subgraph.operators.push_back(std::move(op));
  subgraph.inputs = {0};
  subgraph.outputs = {2};
  return model;
}

Graph import(const schema::ModelT& model) { return import_tflite(file_of(model)); }

Floats product(const Case& c, const Floats& x, const Floats& w) {
  Floats y;
  for (int n = 0; n < kBatch; ++n)
    for (int r = 0; r < kRows; ++r)
      for (int k = 0; k < kColumns; ++k) {
        float sum = 0;
        for (int i = 0; i < kInner; ++i)
          sum += x[n * kRows * kInner + (c.adj_x ? i * kRows + r : r * kInner + i)] *
                 w[c.adj_y ? k * kInner + i : i * kColumns + k];
        y.push_back(sum);
      }
  return y;
}

TEST(BatchMatmul, ByAConstantIsFullyConnected) {
  const Floats x = random_floats(kBatch * kRows * kInner, 1);
  const Floats w = random_floats(kInner * kColumns, 2);
  for (const Case& c : {Case{}, Case{.adj_x = true}, Case{.adj_y = true}, Case{.weights = {1}},
                        Case{.adj_x = true, .adj_y = true, .weights = {1}}}) {
    SCOPED_TRACE(c.adj_x + 2 * c.adj_y);
    Graph graph = import(model_of(c, w));
    EXPECT_EQ(graph.operators.back().type, OperatorType::FULLY_CONNECTED);
    expect_near(run(graph, {x}), {product(c, x, w)});
    run_passes(graph);
    expect_near(run(graph, {x}), {product(c, x, w)});
  }
}

TEST(BatchMatmul, OfIntegers) {
  schema::ModelT model = model_of({}, {});
  auto& tensors = model.subgraphs[0]->tensors;
  for (int t = 0; t < 3; ++t) {
    tensors[t]->type = schema::TensorType_INT8;
    tensors[t]->quantization = std::make_unique<schema::QuantizationParametersT>();
    tensors[t]->quantization->scale = {t == 2 ? 0.25F : 0.5F};
    tensors[t]->quantization->zero_point = {t == 1 ? 0 : 3};
  }
  std::vector<uint8_t> x, w, expected;
  for (int i = 0; i < kBatch * kRows * kInner; ++i) x.push_back(static_cast<uint8_t>(i % 7));
  for (int i = 0; i < kInner * kColumns; ++i) w.push_back(static_cast<uint8_t>(i % 5 - 2));
  model.buffers[1]->data = w;
  for (int row = 0; row < kBatch * kRows; ++row)
    for (int k = 0; k < kColumns; ++k) {
      int sum = 0;
      for (int i = 0; i < kInner; ++i)
        sum += (int{static_cast<int8_t>(x[row * kInner + i])} - 3) *
               int{static_cast<int8_t>(w[i * kColumns + k])};
      expected.push_back(static_cast<uint8_t>(sum + 3));  // 0.5 * 0.5 / 0.25 is 1
    }
  EXPECT_EQ(run_bytes(import(model), {x})[0], expected);
}

TEST(BatchMatmul, Errors) {
  const auto error = [](const std::function<void(schema::ModelT&)>& change) {
    schema::ModelT model = model_of({}, random_floats(kInner * kColumns, 2));
    change(model);
    try {
      import(model);
    } catch (const ModelError& e) {
      return std::string(e.what());
    }
    return std::string("none");
  };
  const auto subgraph = [](schema::ModelT& model) -> schema::SubGraphT& {
    return *model.subgraphs[0];
  };
  EXPECT_THAT(error([&](auto& m) { subgraph(m).tensors[1]->buffer = 0; }),
              HasSubstr("operator 0 BATCH_MATMUL multiplies two tensors that are computed"));
  EXPECT_THAT(error([&](auto& m) {
                subgraph(m).tensors[1]->shape = {2, 2, kColumns};
              }),
              HasSubstr("one matrix for all"));
  EXPECT_THAT(error([&](auto& m) {
                subgraph(m).tensors[0]->shape = {kBatch, kRows, 9};
              }),
              HasSubstr("weights for 4 elements"));
  EXPECT_THAT(error([&](auto& m) { subgraph(m).tensors[0]->shape = {4}; }),
              HasSubstr("rank 2 or more"));
  EXPECT_THAT(error([&](auto& m) { m.buffers[1]->data.resize(8); }),
              HasSubstr("another size than their shape"));
  EXPECT_THAT(error([&](auto& m) { subgraph(m).tensors[1]->type = schema::TensorType_INT8; }),
              HasSubstr("needs weights of FLOAT32, or of INT8"));
  EXPECT_THAT(error([&](auto& m) { subgraph(m).operators[0]->inputs[1] = 7; }),
              HasSubstr("does not exist"));
  EXPECT_THAT(error([&](auto& m) { subgraph(m).operators[0]->inputs.pop_back(); }),
              HasSubstr("has not two inputs"));
}

}  // namespace
}  // namespace solder::compiler
