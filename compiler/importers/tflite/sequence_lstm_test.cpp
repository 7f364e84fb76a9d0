#include "compiler/importers/tflite/sequence_lstm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>

#include "compiler/importers/recurrent_testing.h"
#include "compiler/importers/tflite/testing.h"
#include "compiler/importers/tflite/tflite_importer.h"
#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::HasSubstr;

constexpr int32_t kBatch = LstmGates::kBatch, kTimes = LstmGates::kTimes;
constexpr int32_t kInputs = LstmGates::kInputs, kUnits = LstmGates::kUnits;
using Gates = LstmGates;

Graph import(const schema::ModelT& model) { return import_tflite(file_of(model)); }

Floats expected_of(const Gates& gates, const Floats& x, bool time_major,
                   bool is_backwards = false) {
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
    for (int step = 0; step < kTimes; ++step) {
      const int t = is_backwards ? kTimes - 1 - step : step;
      const int row = time_major ? t * kBatch + n : n * kTimes + t;
      lstm_step(cell, {x.begin() + row * kInputs, x.begin() + (row + 1) * kInputs}, h, c);
      std::ranges::copy(h, y.begin() + row * kUnits);
    }
  }
  return y;
}

TEST(SequenceLstm, IsUnrolled) {
  const Gates gates = Gates::random();
  const Floats x = random_floats(kBatch * kTimes * kInputs, 99);
  for (const bool time_major : {false, true}) {
    SCOPED_TRACE(time_major);
    Graph graph = import(sequence_lstm_model(gates, time_major));
    const Floats expected = expected_of(gates, x, time_major);
    expect_near(run(graph, {x}), {expected});
    run_passes(graph);
    expect_near(run(graph, {x}), {expected});
  }
}

TEST(SequenceLstm, BothDirections) {
  const Gates forwards = Gates::random();
  Gates backwards = Gates::random();
  for (Floats& weights : backwards.r) std::ranges::reverse(weights);
  const Floats x = random_floats(kBatch * kTimes * kInputs, 99);
  const Floats a = expected_of(forwards, x, false), b = expected_of(backwards, x, false, true);
  Floats merged;
  for (int row = 0; row < kBatch * kTimes; ++row)
    for (const Floats& half : {a, b})
      merged.insert(merged.end(), half.begin() + row * kUnits, half.begin() + (row + 1) * kUnits);
  for (const bool is_merged : {false, true}) {
    SCOPED_TRACE(is_merged);
    Graph graph = import(bidirectional_lstm_model(forwards, backwards, is_merged));
    const std::vector<Floats> expected =
        is_merged ? std::vector<Floats>{merged} : std::vector<Floats>{a, b};
    expect_near(run(graph, {x}), expected);
    run_passes(graph);
    expect_near(run(graph, {x}), expected);
  }
}

TEST(SequenceLstm, ErrorsOfBothDirections) {
  const auto error = [](const std::function<void(schema::OperatorT&)>& change) {
    schema::ModelT model = bidirectional_lstm_model(Gates::random(), Gates::random(), false);
    change(*model.subgraphs[0]->operators[0]);
    try {
      import(model);
    } catch (const ModelError& e) {
      return std::string(e.what());
    }
    return std::string("none");
  };
  EXPECT_THAT(error([](auto& op) { op.inputs[39] = 0; }),
              HasSubstr("BIDIRECTIONAL_SEQUENCE_LSTM has an auxiliary input"));
  EXPECT_THAT(error([](auto& op) { op.inputs[26] = 0; }), HasSubstr("peephole"));
  EXPECT_THAT(error([](auto& op) { op.inputs[33] = 0; }), HasSubstr("projection"));
  EXPECT_THAT(error([](auto& op) { op.inputs[37] = op.inputs[35]; }),
              HasSubstr("variable tensor of its own"));
  EXPECT_THAT(error([](auto& op) { op.outputs.pop_back(); }), HasSubstr("backward half"));
  EXPECT_THAT(error([](auto& op) { op.outputs[1] = op.inputs[0]; }),
              HasSubstr("outputs of its times and units"));
  EXPECT_THAT(error([](auto& op) { op.inputs.resize(49, -1); }), HasSubstr("up to 48 inputs"));
}

// INT8 weights count by their scale; TensorFlow Lite would round the activations, too.
TEST(SequenceLstm, HybridWeightsAreTheirValues) {
  Gates gates = Gates::random();
  schema::ModelT model = sequence_lstm_model(gates, false);
  const int forget = model.subgraphs[0]->operators[0]->inputs[2];
  schema::TensorT& tensor = *model.subgraphs[0]->tensors[forget];
  tensor.type = schema::TensorType_INT8;
  tensor.quantization = std::make_unique<schema::QuantizationParametersT>();
  tensor.quantization->scale = {0.0625F};
  tensor.quantization->zero_point = {0};
  std::vector<uint8_t> levels;
  for (float& weight : gates.w[1]) {
    const auto level = static_cast<int8_t>(weight * 16);
    levels.push_back(static_cast<uint8_t>(level));
    weight = 0.0625F * static_cast<float>(level);
  }
  model.buffers[tensor.buffer]->data = levels;
  const Floats x = random_floats(kBatch * kTimes * kInputs, 99);
  expect_near(run(import(model), {x}), {expected_of(gates, x, false)});

  // Integers throughout are rounded as no operator of ours is.
  model.subgraphs[0]->tensors[0]->type = schema::TensorType_INT8;
  EXPECT_THROW(import(model), ModelError);
}

TEST(SequenceLstm, BiasesMayBeAbsent) {
  Gates gates = Gates::random();
  schema::ModelT model = sequence_lstm_model(gates, false);
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
        schema::ModelT model = sequence_lstm_model(Gates::random(), false);
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
