#include "compiler/importers/tflite/testing.h"

#include <cstring>
#include <memory>

namespace solder::compiler::testing {
namespace {

constexpr int32_t kBatch = LstmGates::kBatch, kTimes = LstmGates::kTimes;
constexpr int32_t kInputs = LstmGates::kInputs, kUnits = LstmGates::kUnits;

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

// Of one operator without operands.
schema::ModelT model_of(schema::BuiltinOperator code) {
  schema::ModelT model;
  model.version = 3;
  model.buffers.push_back(std::make_unique<schema::BufferT>());
  model.subgraphs.push_back(std::make_unique<schema::SubGraphT>());
  model.operator_codes.push_back(std::make_unique<schema::OperatorCodeT>());
  model.operator_codes[0]->builtin_code = code;
  return model;
}

void add_state(schema::ModelT& model, int32_t& input) {
  input = add_tensor(model, "state", {kBatch, kUnits});
  model.subgraphs[0]->tensors.back()->is_variable = true;
}

}  // namespace

std::vector<uint8_t> file_of(const schema::ModelT& model) {
  flatbuffers::FlatBufferBuilder builder;
  schema::FinishModelBuffer(builder, schema::Model::Pack(builder, &model));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

LstmGates LstmGates::random() {
  LstmGates gates;
  for (uint32_t g = 0; g < 4; ++g) {
    gates.w[g] = random_floats(kUnits * kInputs, 3 * g + 1);
    gates.r[g] = random_floats(kUnits * kUnits, 3 * g + 2);
    gates.b[g] = random_floats(kUnits, 3 * g + 3);
  }
  return gates;
}

schema::ModelT sequence_lstm_model(const LstmGates& gates, bool time_major) {
  schema::ModelT model = model_of(schema::BuiltinOperator_UNIDIRECTIONAL_SEQUENCE_LSTM);
  schema::SubGraphT& subgraph = *model.subgraphs[0];

  const int32_t first = time_major ? kTimes : kBatch, second = time_major ? kBatch : kTimes;
  auto op = std::make_unique<schema::OperatorT>();
  op->inputs.assign(24, -1);
  op->inputs[0] = add_tensor(model, "x", {first, second, kInputs});
  for (int g = 0; g < 4; ++g) {
    op->inputs[1 + g] = add_tensor(model, "w", {kUnits, kInputs}, gates.w[g]);
    op->inputs[5 + g] = add_tensor(model, "r", {kUnits, kUnits}, gates.r[g]);
    op->inputs[12 + g] = add_tensor(model, "b", {kUnits}, gates.b[g]);
  }
  for (int i = 18; i < 20; ++i) add_state(model, op->inputs[i]);
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

schema::ModelT bidirectional_lstm_model(const LstmGates& forwards, const LstmGates& backwards,
                                        bool is_merged) {
  schema::ModelT model = model_of(schema::BuiltinOperator_BIDIRECTIONAL_SEQUENCE_LSTM);
  schema::SubGraphT& subgraph = *model.subgraphs[0];
  auto op = std::make_unique<schema::OperatorT>();
  op->inputs.assign(48, -1);
  op->inputs[0] = add_tensor(model, "x", {kBatch, kTimes, kInputs});
  for (int g = 0; g < 4; ++g) {
    op->inputs[1 + g] = add_tensor(model, "w", {kUnits, kInputs}, forwards.w[g]);
    op->inputs[5 + g] = add_tensor(model, "r", {kUnits, kUnits}, forwards.r[g]);
    op->inputs[12 + g] = add_tensor(model, "b", {kUnits}, forwards.b[g]);
    op->inputs[18 + g] = add_tensor(model, "w", {kUnits, kInputs}, backwards.w[g]);
    op->inputs[22 + g] = add_tensor(model, "r", {kUnits, kUnits}, backwards.r[g]);
    op->inputs[29 + g] = add_tensor(model, "b", {kUnits}, backwards.b[g]);
  }
  for (int i = 35; i < 39; ++i) add_state(model, op->inputs[i]);
  op->outputs = {add_tensor(model, "y", {kBatch, kTimes, is_merged ? 2 * kUnits : kUnits})};
  if (!is_merged) op->outputs.push_back(add_tensor(model, "z", {kBatch, kTimes, kUnits}));
  schema::BidirectionalSequenceLSTMOptionsT options;
  options.fused_activation_function = schema::ActivationFunctionType_TANH;
  options.time_major = false;
  options.merge_outputs = is_merged;
  op->builtin_options.Set(options);
  subgraph.inputs = {op->inputs[0]};
  subgraph.outputs = op->outputs;
  subgraph.operators.push_back(std::move(op));
  return model;
}

}  // namespace solder::compiler::testing
