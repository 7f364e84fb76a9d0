#include "compiler/importers/tflite/sequence_lstm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>

#include "compiler/importers/recurrent_testing.h"
#include "compiler/importers/tflite/tflite_importer.h"
#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::HasSubstr;

constexpr int32_t kBatch = 2, kTimes = 4, kInputs = 3, kUnits = 5;

// Gates are in TensorFlow Lite's order: input, forget, cell, output.
struct Gates {
  Floats w[4], r[4], b[4];
};

Gates random_gates() {
  Gates gates;
  for (uint32_t g = 0; g < 4; ++g) {
    gates.w[g] = random_floats(kUnits * kInputs, 3 * g + 1);
    gates.r[g] = random_floats(kUnits * kUnits, 3 * g + 2);
    gates.b[g] = random_floats(kUnits, 3 * g + 3);
  }
  return gates;
}

int add_tensor(schema::ModelT& model, const std::string& name, const std::vector<int32_t>& shape,
               const Floats& data = {}) {
  auto tensor = std::make_unique<schema::TensorT>();
  tensor->name = name;
  tensor->shape = shape;
  if (!data.empty()) {
    tensor->buffer = static_cast<uint32_t>(model.buffers.size());
    model.buffers.push_back(std::make_unique<schema::BufferT>());
    model.buffers.back()->data.resize(data.size() * sizeof(float));
    std::memcpy(model.buffers.back()->data.data(), data.data(), data.size() * sizeof(float));
  }
  auto& tensors = model.subgraphs[0]->tensors;
  tensors.push_back(std::move(tensor));
  return static_cast<int>(tensors.size()) - 1;
}

// A model of one LSTM, as the converter writes it.
schema::ModelT lstm_model(const Gates& gates, bool time_major) {
  schema::ModelT model;
  model.version = 3;
  model.buffers.push_back(std::make_unique<schema::BufferT>());
  model.subgraphs.push_back(std::make_unique<schema::SubGraphT>());
  schema::SubGraphT& subgraph = *model.subgraphs[0];
  model.operator_codes.push_back(std::make_unique<schema::OperatorCodeT>());
  model.operator_codes[0]->builtin_code = schema::BuiltinOperator_UNIDIRECTIONAL_SEQUENCE_LSTM;

  const int32_t first = time_major ? kTimes : kBatch, second = time_major ? kBatch : kTimes;
  auto op = std::make_unique<schema::OperatorT>();
  op->inputs.assign(24, -1);
  op->inputs[0] = add_tensor(model, "x", {first, second, kInputs});
  for (int g = 0; g < 4; ++g) {
    op->inputs[1 + g] = add_tensor(model, "w", {kUnits, kInputs}, gates.w[g]);
    op->inputs[5 + g] = add_tensor(model, "r", {kUnits, kUnits}, gates.r[g]);
    op->inputs[12 + g] = add_tensor(model, "b", {kUnits}, gates.b[g]);
  }
  for (int i = 18; i < 20; ++i) {
    op->inputs[i] = add_tensor(model, "state", {kBatch, kUnits});
    subgraph.tensors.back()->is_variable = true;
  }
  op->outputs = {add_tensor(model, "y", {first, second, kUnits})};
  schema::UnidirectionalSequenceLSTMOptionsT options;
  options.fused_activation_function = schema::ActivationFunctionType_TANH;
  options.time_major = time_major;
  op->builtin_options.Set(options);
  subgraph.inputs = {op->inputs[0]};
  subgraph.outputs = op->outputs;
  subgraph.operators.push_back(std::move(op));
  return model;
}

Graph import(const schema::ModelT& model) {
  flatbuffers::FlatBufferBuilder builder;
  schema::FinishModelBuffer(builder, schema::Model::Pack(builder, &model));
  return import_tflite({builder.GetBufferPointer(), builder.GetSize()});
}

Floats expected_of(const Gates& gates, const Floats& x, bool time_major) {
  CellWeights cell;
  for (const int g : {0, 3, 1, 2}) {  // ONNX's order
    cell.w.insert(cell.w.end(), gates.w[g].begin(), gates.w[g].end());
    cell.r.insert(cell.r.end(), gates.r[g].begin(), gates.r[g].end());
    cell.wb.insert(cell.wb.end(), gates.b[g].begin(), gates.b[g].end());
  }
  cell.rb.resize(cell.wb.size());
  Floats y(kBatch * kTimes * kUnits);
  for (int n = 0; n < kBatch; ++n) {
    Doubles h(kUnits), c(kUnits);
    for (int t = 0; t < kTimes; ++t) {
      const int row = time_major ? t * kBatch + n : n * kTimes + t;
      lstm_step(cell, {x.begin() + row * kInputs, x.begin() + (row + 1) * kInputs}, h, c);
      std::ranges::copy(h, y.begin() + row * kUnits);
    }
  }
  return y;
}

TEST(SequenceLstm, IsUnrolled) {
  const Gates gates = random_gates();
  const Floats x = random_floats(kBatch * kTimes * kInputs, 99);
  for (const bool time_major : {false, true}) {
    SCOPED_TRACE(time_major);
    Graph graph = import(lstm_model(gates, time_major));
    const Floats expected = expected_of(gates, x, time_major);
    expect_near(run(graph, {x}), {expected});
    run_passes(graph);
    expect_near(run(graph, {x}), {expected});
  }
}

TEST(SequenceLstm, BiasesMayBeAbsent) {
  Gates gates = random_gates();
  schema::ModelT model = lstm_model(gates, false);
  for (int g = 0; g < 4; ++g) {
    model.subgraphs[0]->operators[0]->inputs[12 + g] = -1;
    gates.b[g].assign(kUnits, 0);
  }
  const Floats x = random_floats(kBatch * kTimes * kInputs, 99);
  expect_near(run(import(model), {x}), {expected_of(gates, x, false)});
}

TEST(SequenceLstm, Errors) {
  const auto error =
      [](const std::function<void(schema::SubGraphT&, schema::OperatorT&,
                                  schema::UnidirectionalSequenceLSTMOptionsT&)>& change) {
        schema::ModelT model = lstm_model(random_gates(), false);
        schema::OperatorT& op = *model.subgraphs[0]->operators[0];
        change(*model.subgraphs[0], op, *op.builtin_options.AsUnidirectionalSequenceLSTMOptions());
        try {
          import(model);
        } catch (const ModelError& e) {
          return std::string(e.what());
        }
        return std::string("none");
      };
  const auto error_of_input = [&](int input, int tensor) {
    return error([&](auto&, auto& op, auto&) { op.inputs[input] = tensor; });
  };
  EXPECT_THAT(error_of_input(9, 1), HasSubstr("operator 0 UNIDIRECTIONAL_SEQUENCE_LSTM has peep"));
  EXPECT_THAT(error_of_input(16, 1), HasSubstr("projection"));
  EXPECT_THAT(error_of_input(20, 1), HasSubstr("layer normalization"));
  EXPECT_THAT(error_of_input(0, -1), HasSubstr("no input"));
  EXPECT_THAT(error_of_input(1, -1), HasSubstr("constants of fitting shapes"));
  EXPECT_THAT(error_of_input(5, -1), HasSubstr("no matrix of recurrent weights"));
  EXPECT_THAT(error_of_input(6, 1), HasSubstr("constants of fitting shapes"));
  EXPECT_THAT(error_of_input(12, 0), HasSubstr("constants of fitting shapes"));
  EXPECT_THAT(error_of_input(3, 99), HasSubstr("does not exist"));
  EXPECT_THAT(error_of_input(3, -2), HasSubstr("does not exist"));
  // One that exists because of the unrolling.
  EXPECT_THAT(error([](auto& subgraph, auto&, auto&) { subgraph.outputs[0] = 30; }),
              HasSubstr("tensor 30 does not exist"));
  EXPECT_THAT(error_of_input(18, 0), HasSubstr("variable tensor of its own"));
  EXPECT_THAT(error([](auto&, auto& op, auto&) { op.inputs[19] = op.inputs[18]; }),
              HasSubstr("variable tensor of its own"));
  EXPECT_THAT(error([](auto&, auto& op, auto&) { op.inputs.resize(12); }),
              HasSubstr("variable tensor of its own"));
  EXPECT_THAT(error([](auto&, auto& op, auto&) { op.inputs.resize(25, -1); }),
              HasSubstr("up to 24 inputs"));
  EXPECT_THAT(error([](auto& subgraph, auto&, auto&) { subgraph.tensors[0]->is_variable = true; }),
              HasSubstr("tensor 0 'x': variable tensors"));
  EXPECT_THAT(error([](auto& subgraph, auto&, auto&) {
                subgraph.tensors[0]->shape = {8, 3};
              }),
              HasSubstr("input of rank 3"));
  EXPECT_THAT(error([](auto&, auto&, auto& options) { options.cell_clip = 1; }),
              HasSubstr("clips"));
  EXPECT_THAT(error([](auto&, auto&, auto& options) { options.diagonal_recurrent_tensors = true; }),
              HasSubstr("diagonal"));
  EXPECT_THAT(error([](auto&, auto&, auto& options) {
                options.fused_activation_function = schema::ActivationFunctionType_RELU;
              }),
              HasSubstr("activation other than TANH"));
}

}  // namespace
}  // namespace solder::compiler
