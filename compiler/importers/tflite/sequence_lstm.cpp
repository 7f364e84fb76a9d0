#include "compiler/importers/tflite/sequence_lstm.h"

#include <fmt/format.h>

#include "compiler/ir/elementwise.h"
#include "compiler/ir/recurrent.h"

namespace solder::compiler {
namespace {

// Where the format has what of one direction; gates are in the order input, forget, cell, output,
// as ours are.
struct Places {
  size_t weights, recurrent, peephole, bias, projection, states;
};
constexpr Places kAlone = {1, 5, 9, 12, 16, 18};
constexpr size_t kNormalization = 20, kEnd = 24;
constexpr Places kForwards = {1, 5, 9, 12, 16, 35}, kBackwards = {18, 22, 26, 29, 33, 37};
constexpr size_t kAuxiliary = 39, kEndOfBoth = 48;
constexpr size_t kGates = 4, kProjections = 2, kStates = 2;

class SequenceLstm {
 public:
  SequenceLstm(const schema::Operator& source, const std::string& where, GraphBuilder& builder,
               std::vector<bool>& is_variable, size_t inputs)
      : where_(where),
        builder_(builder),
        graph_(builder.graph()),
        is_variable_(is_variable),
        // The first tensors of the graph are those of the file.
        tensors_(static_cast<int>(is_variable.size())),
        inputs_(inputs, -1) {
    const auto *from = source.inputs(), *to = source.outputs();
    if (from == nullptr || from->size() > inputs || to == nullptr || to->size() < 1)
      fail(fmt::format("has not up to {} inputs and an output", inputs));
    for (uint32_t i = 0; i < from->size(); ++i) inputs_[i] = checked(from->Get(i));
    for (const int32_t output : *to) outputs_.push_back(checked(output));
    if (inputs_[0] < 0 || outputs_[0] < 0) fail("has no input or no output");
    if (graph_.tensors[inputs_[0]].type != TensorType::FLOAT32)
      fail(
          fmt::format("computes with {}, whose rounding is TensorFlow Lite's alone; convert the "
                      "float model with solder instead",
                      type_name(graph_.tensors[inputs_[0]].type)));
    if (input_shape().rank != 3) fail("needs an input of rank 3");
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw ModelError(where_ + " " + message);
  }

  void refuse(size_t first, size_t end, const char* message) const {
    for (size_t i = first; i < end; ++i)
      if (inputs_[i] >= 0) fail(message);
  }

  template <class Options>
  void check(const Options* options) const {
    if (options == nullptr ||
        options->fused_activation_function() != schema::ActivationFunctionType_TANH)
      fail("has an activation other than TANH");
    if (options->cell_clip() != 0 || options->proj_clip() != 0)
      fail("clips its cells, which is not supported");
  }

  size_t output_count() const { return outputs_.size(); }
  // Rows of the recurrent weights.
  int32_t units(const Places& places) const {
    const int tensor = inputs_[places.recurrent];
    if (tensor < 0 || graph_.tensors[tensor].shape.rank != 2)
      fail("has no matrix of recurrent weights for its input gate");
    return graph_.tensors[tensor].shape.dims[0];
  }

  // Appends the steps of one direction; returns the tensor of all its times, called `name`.
  int unroll_direction(const Places& places, bool time_major, bool is_backwards,
                       const std::string& name) {
    refuse(places.peephole, places.peephole + kGates - 1,
           "has peephole weights, which are not supported");
    refuse(places.projection, places.projection + kProjections,
           "has a projection, which is not supported");
    take_states(places.states);
    const int32_t units = this->units(places);
    const ElementFunction logistic = function_of(OperatorType::LOGISTIC);
    const ElementFunction tanh = function_of(OperatorType::TANH);
    const LstmWeights weights{dense(places.weights, places.bias, units, input_shape().dims[2]),
                              dense(places.recurrent, 0, units, units), logistic, tanh, tanh};
    const int32_t time_axis = time_major ? 0 : 1;
    const RecurrentResult result = unroll(builder_,
                                          {.name = name,
                                           .x = inputs_[0],
                                           .time_axis = time_axis,
                                           .units = units,
                                           .is_backwards = is_backwards},
                                          weights);
    return builder_.emit_pack(result.h, name, time_axis);
  }

  // The last operator emitted writes the operator's output `index` instead of a tensor of its own.
  void end_in(size_t index) {
    const int output = outputs_[index];
    const Tensor& own = graph_.tensors.back();
    if (output < 0 || graph_.tensors[output].type != TensorType::FLOAT32 ||
        !(graph_.tensors[output].shape == own.shape))
      fail("needs FLOAT32 outputs of its times and units");
    graph_.tensors.pop_back();
    graph_.operators.back().outputs = {output};
  }
  std::string name_of(size_t output) const { return graph_.tensors[outputs_[output]].name; }

 private:
  static ElementFunction function_of(OperatorType type) {
    return [type](GraphBuilder& builder, int x, const std::string& name) {
      return emit_unary(builder, type, x, name);
    };
  }

  const Shape& input_shape() const { return graph_.tensors[inputs_[0]].shape; }
  int checked(int tensor) const {
    if (tensor < -1 || tensor >= tensors_) fail("names a tensor that does not exist");
    return tensor;
  }

  // Weights of all gates, from input `weights` on; the bias from `bias` on, or zeros.
  DenseWeights dense(size_t weights, size_t bias, int32_t units, int32_t columns) const {
    DenseWeights result;
    for (size_t gate = 0; gate < kGates; ++gate) {
      append(result.weights, inputs_[weights + gate], {2, {units, columns}});
      if (bias != 0 && inputs_[bias + gate] >= 0)
        append(result.bias, inputs_[bias + gate], {1, {units}});
      else
        result.bias.resize(result.bias.size() + static_cast<size_t>(units));
    }
    return result;
  }

  // INT8 ones of a hybrid operator by their scale: activations are not rounded to INT8 here.
  void append(std::vector<float>& all, int tensor, const Shape& shape) const {
    const char* message =
        "needs FLOAT32 constants of fitting shapes as weights and biases of its four gates, or "
        "INT8 ones of one scale each";
    if (tensor < 0) fail(message);
    const Tensor& constant = graph_.tensors[tensor];
    const auto elements = static_cast<size_t>(shape.elements());
    if (!(constant.shape == shape) ||
        constant.data.size() != elements * static_cast<size_t>(size_of(constant.type)))
      fail(message);
    const Quantization& q = constant.quantization;
    if (constant.type == TensorType::FLOAT32) {
      const auto values = constant.values<float>();
      all.insert(all.end(), values.begin(), values.end());
    } else if (constant.type == TensorType::INT8 && q.scale.size() == 1 && q.zero_point[0] == 0) {
      for (const int8_t level : constant.values<int8_t>())
        all.push_back(q.scale[0] * static_cast<float>(level));
    } else {
      fail(message);
    }
  }

  // A state that another operator has, too, would not be zeros.
  void take_states(size_t first) {
    for (size_t i = first; i < first + kStates; ++i) {
      const int state = inputs_[i];
      if (state < 0 || !is_variable_[state] || !graph_.tensors[state].data.empty())
        fail("needs a variable tensor of its own, without data, for each of its states");
      is_variable_[state] = false;
    }
  }

  const std::string& where_;
  GraphBuilder& builder_;
  Graph& graph_;
  std::vector<bool>& is_variable_;
  int tensors_;
  std::vector<int> inputs_, outputs_;
};

}  // namespace

void unroll_sequence_lstm(const schema::Operator& source, const std::string& where,
                          GraphBuilder& builder, std::vector<bool>& is_variable) {
  SequenceLstm lstm(source, where, builder, is_variable, kEnd);
  const auto* options = source.builtin_options_as_UnidirectionalSequenceLSTMOptions();
  lstm.check(options);
  if (options->diagonal_recurrent_tensors())
    lstm.fail("has diagonal recurrent weights, which are not supported");
  lstm.refuse(kNormalization, kEnd, "has layer normalization, which is not supported");
  lstm.unroll_direction(kAlone, options->time_major(), false, lstm.name_of(0));
  lstm.end_in(0);
}

void unroll_bidirectional_lstm(const schema::Operator& source, const std::string& where,
                               GraphBuilder& builder, std::vector<bool>& is_variable) {
  SequenceLstm lstm(source, where, builder, is_variable, kEndOfBoth);
  const auto* options = source.builtin_options_as_BidirectionalSequenceLSTMOptions();
  lstm.check(options);
  lstm.refuse(kAuxiliary, kEndOfBoth, "has an auxiliary input, which is not supported");
  const bool is_merged = options->merge_outputs(), time_major = options->time_major();
  if (!is_merged && lstm.output_count() < 2) lstm.fail("has no output of its backward half");
  const std::string name = lstm.name_of(0);
  const int forwards =
      lstm.unroll_direction(kForwards, time_major, false, is_merged ? name + "/forwards" : name);
  if (!is_merged) lstm.end_in(0);
  const std::string back_name = is_merged ? name + "/backwards" : lstm.name_of(1);
  const int backwards = lstm.unroll_direction(kBackwards, time_major, true, back_name);
  if (!is_merged) return lstm.end_in(1);
  builder.emit_concatenation({forwards, backwards}, name, 2);
  lstm.end_in(0);
}

}  // namespace solder::compiler
