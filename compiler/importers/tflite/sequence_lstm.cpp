#include "compiler/importers/tflite/sequence_lstm.h"

#include <array>

#include "compiler/ir/elementwise.h"
#include "compiler/ir/recurrent.h"

namespace solder::compiler {
namespace {

// Where the format has what; gates are in the order input, forget, cell, output, as ours are.
constexpr size_t kInputWeights = 1, kRecurrentWeights = 5, kPeephole = 9, kBias = 12;
constexpr size_t kProjection = 16, kStates = 18, kNormalization = 20, kEnd = 24;

class SequenceLstm {
 public:
  // The first `tensors` of the graph are those of the file.
  SequenceLstm(const schema::Operator& source, const std::string& where, const Graph& graph,
               size_t tensors)
      : where_(where), graph_(graph), tensors_(static_cast<int>(tensors)) {
    inputs_.fill(-1);
    const auto* inputs = source.inputs();
    const auto* outputs = source.outputs();
    if (inputs == nullptr || inputs->size() > kEnd || outputs == nullptr || outputs->size() != 1)
      fail("has not up to 24 inputs and one output");
    for (uint32_t i = 0; i < inputs->size(); ++i) inputs_[i] = checked(inputs->Get(i));
    output_ = checked(outputs->Get(0));
    if (inputs_[0] < 0 || output_ < 0) fail("has no input or no output");
    refuse(kPeephole, kBias, "has peephole weights, which are not supported");
    refuse(kProjection, kStates, "has a projection, which is not supported");
    refuse(kNormalization, kEnd, "has layer normalization, which is not supported");
  }

  [[noreturn]] void fail(const char* message) const { throw ModelError(where_ + " " + message); }

  int input() const { return inputs_[0]; }
  int output() const { return output_; }

  // Rows of the recurrent weights.
  int32_t units() const {
    const int tensor = inputs_[kRecurrentWeights];
    if (tensor < 0 || graph_.tensors[tensor].shape.rank != 2)
      fail("has no matrix of recurrent weights for its input gate");
    return graph_.tensors[tensor].shape.dims[0];
  }

  // Weights of all gates, from input `weights` on, and their bias or zeros.
  DenseWeights dense(size_t weights, bool has_bias, int32_t units, int32_t columns) const {
    DenseWeights result;
    for (size_t gate = 0; gate < 4; ++gate) {
      append(result.weights, inputs_[weights + gate], {2, {units, columns}});
      if (has_bias && inputs_[kBias + gate] >= 0)
        append(result.bias, inputs_[kBias + gate], {1, {units}});
      else
        result.bias.resize(result.bias.size() + static_cast<size_t>(units));
    }
    return result;
  }

  // A state that another operator has, too, would not be zeros.
  void take_states(std::vector<bool>& is_variable) const {
    for (size_t i = kStates; i < kNormalization; ++i) {
      const int state = inputs_[i];
      if (state < 0 || !is_variable[state] || !graph_.tensors[state].data.empty())
        fail("needs a variable tensor of its own, without data, for each of its two states");
      is_variable[state] = false;
    }
  }

 private:
  int checked(int tensor) const {
    if (tensor < -1 || tensor >= tensors_) fail("names a tensor that does not exist");
    return tensor;
  }
  void refuse(size_t first, size_t end, const char* message) const {
    for (size_t i = first; i < end; ++i)
      if (inputs_[i] >= 0) fail(message);
  }
  void append(std::vector<float>& all, int tensor, const Shape& shape) const {
    if (tensor < 0 || graph_.tensors[tensor].type != TensorType::FLOAT32 ||
        !(graph_.tensors[tensor].shape == shape) ||
        graph_.tensors[tensor].data.size() != sizeof(float) * shape.elements())
      fail("needs FLOAT32 constants of fitting shapes as weights and biases of its four gates");
    const auto values = graph_.tensors[tensor].values<float>();
    all.insert(all.end(), values.begin(), values.end());
  }

  const std::string& where_;
  const Graph& graph_;
  int tensors_;
  std::array<int, kEnd> inputs_;
  int output_ = -1;
};

ElementFunction function_of(OperatorType type) {
  return [type](GraphBuilder& builder, int x, const std::string& name) {
    return emit_unary(builder, type, x, name);
  };
}

}  // namespace

void unroll_sequence_lstm(const schema::Operator& source, const std::string& where,
                          GraphBuilder& builder, std::vector<bool>& is_variable) {
  Graph& graph = builder.graph();
  const SequenceLstm lstm(source, where, graph, is_variable.size());
  const auto* options = source.builtin_options_as_UnidirectionalSequenceLSTMOptions();
  if (options == nullptr ||
      options->fused_activation_function() != schema::ActivationFunctionType_TANH)
    lstm.fail("has an activation other than TANH");
  if (options->cell_clip() != 0 || options->proj_clip() != 0)
    lstm.fail("clips its cells, which is not supported");
  if (options->diagonal_recurrent_tensors())
    lstm.fail("has diagonal recurrent weights, which are not supported");
  lstm.take_states(is_variable);

  const int32_t units = lstm.units();
  const Shape from = builder.shape_of(lstm.input()), to = builder.shape_of(lstm.output());
  if (graph.tensors[lstm.input()].type != TensorType::FLOAT32 ||
      graph.tensors[lstm.output()].type != TensorType::FLOAT32 || from.rank != 3 ||
      !(to == Shape{3, {from.dims[0], from.dims[1], units}}))
    lstm.fail("needs a FLOAT32 input of rank 3 and an output of its times and units");
  const ElementFunction logistic = function_of(OperatorType::LOGISTIC);
  const ElementFunction tanh = function_of(OperatorType::TANH);
  const LstmWeights weights{lstm.dense(kInputWeights, true, units, from.dims[2]),
                            lstm.dense(kRecurrentWeights, false, units, units), logistic, tanh,
                            tanh};
  const std::string name = graph.tensors[lstm.output()].name;
  const int32_t time_axis = options->time_major() ? 0 : 1;
  const RecurrentResult result = unroll(
      builder, {.name = name, .x = lstm.input(), .time_axis = time_axis, .units = units}, weights);
  builder.emit_pack(result.h, name, time_axis);
  // Into the tensor that exists.
  graph.tensors.pop_back();
  graph.operators.back().outputs = {lstm.output()};
}

}  // namespace solder::compiler
