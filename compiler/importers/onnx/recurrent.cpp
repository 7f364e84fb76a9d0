// LSTM, GRU and RNN, unrolled.
#include "compiler/ir/recurrent.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/importers/onnx/operators.h"
#include "compiler/ir/elementwise.h"

namespace solder::compiler {
namespace {

template <OperatorType type>
int apply(GraphBuilder& builder, int x, const std::string& name) {
  return emit_unary(builder, type, x, name);
}

int apply_hard_sigmoid(GraphBuilder& builder, int x, const std::string& name) {
  return emit_hard_sigmoid(builder, x, 0.2F, 0.5F, name);
}

ElementFunction function_called(const Node& node, const std::string& name) {
  if (name == "Sigmoid") return apply<OperatorType::LOGISTIC>;
  if (name == "Tanh") return apply<OperatorType::TANH>;
  if (name == "Relu") return apply<OperatorType::RELU>;
  if (name == "HardSigmoid") return apply_hard_sigmoid;
  node.fail("activation '" + name + "'; Sigmoid, Tanh, Relu and HardSigmoid are supported");
}

struct Recurrence {
  int32_t gates, directions, batch = 0, inputs = 0, units = 0;
  bool is_batch_first, is_first_backwards;
  std::vector<ElementFunction> functions = {};  // of each direction in turn
};

Recurrence read_recurrence(Node& node, int32_t gates, const std::vector<std::string>& defaults) {
  const Shape& x = node.floats(0).shape;
  const Shape& w = node.float_constant(1).shape;
  const Shape& r = node.float_constant(2).shape;
  const std::string direction = node.text("direction", "forward");
  Recurrence result{.gates = gates,
                    .directions = direction == "bidirectional" ? 2 : 1,
                    .is_batch_first = node.integer("layout", 0) != 0,
                    .is_first_backwards = direction == "reverse"};
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional")
    node.fail("direction '" + direction + "'");
  if (x.rank != 3 || w.rank != 3 || r.rank != 3 || w.dims[0] != result.directions)
    node.fail(fmt::format("shapes {}, {} and {} of X, W and R", to_string(x), to_string(w),
                          to_string(r)));
  result.batch = x.dims[result.is_batch_first ? 0 : 1];
  result.inputs = x.dims[2];
  result.units = r.dims[2];
  const int64_t rows = int64_t{gates} * result.units;
  if (!(w == Shape{3, {result.directions, static_cast<int32_t>(rows), result.inputs}}) ||
      !(r == Shape{3, {result.directions, static_cast<int32_t>(rows), result.units}}) ||
      node.integer("hidden_size", result.units) != result.units)
    node.fail(fmt::format("W of shape {} and R of shape {} do not fit inputs of {}", to_string(w),
                          to_string(r), result.inputs));
  if (node.has_input(4)) {
    const int64_t times = x.dims[result.is_batch_first ? 1 : 0];
    for (const int64_t length : node.integer_constant(4))
      if (length != times) node.fail("sequences of several lengths are not supported");
  }
  if (node.has_attribute("clip")) node.fail("clip is not supported");

  std::vector<std::string> names = node.texts("activations");
  if (names.empty())
    for (int32_t i = 0; i < result.directions; ++i)
      names.insert(names.end(), defaults.begin(), defaults.end());
  if (names.size() != defaults.size() * static_cast<size_t>(result.directions))
    node.fail(fmt::format("{} activations", names.size()));
  if (node.has_attribute("activation_alpha") || node.has_attribute("activation_beta"))
    node.fail("activation_alpha and activation_beta are not supported");
  for (const std::string& name : names) result.functions.push_back(function_called(node, name));
  return result;
}

// Gate `from` of a list of gates becomes gate number `i` of the result.
std::vector<float> rows_of(std::span<const float> all, int32_t gates, std::span<const int> from) {
  const size_t block = all.size() / static_cast<size_t>(gates);
  std::vector<float> result;
  for (const int gate : from) {
    const auto part = all.subspan(static_cast<size_t>(gate) * block, block);
    result.insert(result.end(), part.begin(), part.end());
  }
  return result;
}

// What a direction of a node has in W, R and B.
struct Weights {
  std::span<const float> w, r;
  std::vector<float> wb = {}, rb = {};  // [gates * units]
  int32_t gates;

  DenseWeights input(std::span<const int> from) const {
    return {rows_of(w, gates, from), rows_of(wb, gates, from)};
  }
  DenseWeights recurrent(std::span<const int> from) const {
    return {rows_of(r, gates, from), rows_of(rb, gates, from)};
  }
};

// `input` with all of the biases, `recurrent` with none of them.
void move_bias(DenseWeights& input, DenseWeights& recurrent) {
  for (size_t i = 0; i < input.bias.size(); ++i) {
    input.bias[i] += recurrent.bias[i];
    recurrent.bias[i] = 0;
  }
}

Weights weights_of(Node& node, const Recurrence& shape, int32_t direction) {
  const auto part = [&](int index) {
    const std::vector<float>& all = node.float_constant(index).floats;
    const size_t size = all.size() / static_cast<size_t>(shape.directions);
    return std::span(all).subspan(size * static_cast<size_t>(direction), size);
  };
  const auto rows = static_cast<size_t>(shape.gates) * static_cast<size_t>(shape.units);
  Weights result{.w = part(1), .r = part(2), .gates = shape.gates};
  result.wb.resize(rows);
  result.rb.resize(rows);
  if (!node.has_input(3)) return result;
  if (node.float_constant(3).floats.size() != 2 * rows * static_cast<size_t>(shape.directions))
    node.fail(fmt::format("B of shape {}", to_string(node.input(3).shape)));
  const auto b = part(3);
  std::copy_n(b.begin(), rows, result.wb.begin());
  std::copy_n(b.begin() + static_cast<ptrdiff_t>(rows), rows, result.rb.begin());
  return result;
}

// The part of an initial state [directions, batch, units] for one direction, -1 where it is zeros.
int initial_state(Node& node, int index, const Recurrence& shape, int32_t direction,
                  const std::string& name) {
  if (!node.has_input(index)) return -1;
  Value& state = node.floats(index);
  const int32_t axis = shape.is_batch_first ? 1 : 0;
  Shape wanted{3, {shape.batch, shape.batch, shape.units}};
  wanted.dims[axis] = shape.directions;
  if (!(state.shape == wanted))
    node.fail(fmt::format("initial state of shape {}, {} is wanted", to_string(state.shape),
                          to_string(wanted)));
  if (std::ranges::all_of(state.floats, [](float x) { return x == 0; }) && state.is_constant())
    return -1;
  Builder& builder = node.builder();
  int x = node.tensor(state, Layout::kOnnx);
  if (shape.directions > 1) x = builder.emit_slice_along(x, name + "/initial", axis, direction, 1);
  return builder.emit_reshape(x, name + "/state", {2, {shape.batch, shape.units}});
}

// `Unroll`: of one direction, from its weights, its functions, and the layer.
template <class Unroll>
void import_recurrent(Node& node, int32_t gates, const std::vector<std::string>& defaults,
                      Unroll unroll_direction) {
  const Recurrence shape = read_recurrence(node, gates, defaults);
  const int32_t time_axis = shape.is_batch_first ? 1 : 0;
  Builder& builder = node.builder();
  std::vector<RecurrentResult> results;
  for (int32_t d = 0; d < shape.directions; ++d) {
    const bool is_backwards = shape.is_first_backwards || d == 1;
    const std::string name = node.name() + (is_backwards ? "/backward" : "/forward");
    const RecurrentLayer layer{
        .name = name,
        .x = node.tensor(node.floats(0), Layout::kOnnx),
        .time_axis = time_axis,
        .units = shape.units,
        .is_backwards = is_backwards,
        .h = initial_state(node, 5, shape, d, name + "/h"),
        .c = gates == 4 ? initial_state(node, 6, shape, d, name + "/c") : -1};
    const std::span functions =
        std::span(shape.functions).subspan(static_cast<size_t>(d) * defaults.size());
    results.push_back(unroll_direction(builder, layer, weights_of(node, shape, d), functions));
  }

  const auto times = static_cast<int32_t>(results[0].h.size());
  if (node.has_output(0)) {
    // [time, direction, batch, units], or [batch, time, direction, units].
    const int32_t axis = shape.is_batch_first ? 2 : 1;
    Shape one{4, {times, 1, shape.batch, shape.units}};
    if (shape.is_batch_first) one.dims[0] = shape.batch, one.dims[1] = times, one.dims[2] = 1;
    std::vector<int> parts;
    for (size_t d = 0; d < results.size(); ++d) {
      const std::string name = fmt::format("{}/direction{}", node.name(), d);
      const int sequence = builder.emit_pack(results[d].h, name, time_axis);
      parts.push_back(builder.emit_reshape(sequence, name + "/4d", one));
    }
    const int y =
        parts.size() == 1 ? parts[0] : builder.emit_concatenation(parts, node.name(), axis);
    node.define_output(0, y, Layout::kOnnx, builder.shape_of(y));
  }
  for (const int output : {1, 2}) {
    if (!node.has_output(output) || (output == 2 && gates != 4)) continue;
    std::vector<int> last;
    for (const RecurrentResult& result : results)
      last.push_back(output == 1 ? result.last_h : result.last_c);
    const int y = builder.emit_pack(last, fmt::format("{}/last{}", node.name(), output),
                                    shape.is_batch_first ? 1 : 0);
    node.define_output(output, y, Layout::kOnnx, builder.shape_of(y));
  }
}

}  // namespace

// ONNX has the gates in the order input, output, forget, cell.
void import_lstm(Node& node) {
  if (node.has_input(7)) {
    const auto& p = node.float_constant(7).floats;
    if (!std::ranges::all_of(p, [](float x) { return x == 0; }))
      node.fail("peephole weights are not supported");
  }
  if (node.integer("input_forget", 0) != 0) node.fail("input_forget is not supported");
  import_recurrent(node, 4, {"Sigmoid", "Tanh", "Tanh"},
                   [](Builder& builder, const RecurrentLayer& layer, const Weights& weights,
                      std::span<const ElementFunction> functions) {
                     constexpr int kGates[] = {0, 2, 3, 1};
                     LstmWeights lstm{weights.input(kGates), weights.recurrent(kGates),
                                      functions[0], functions[1], functions[2]};
                     move_bias(lstm.input, lstm.recurrent);
                     return unroll(builder, layer, lstm);
                   });
}

void import_gru(Node& node) {
  const bool reset_after = node.integer("linear_before_reset", 0) != 0;
  import_recurrent(node, 3, {"Sigmoid", "Tanh"},
                   [&](Builder& builder, const RecurrentLayer& layer, const Weights& weights,
                       std::span<const ElementFunction> functions) {
                     constexpr int kGates[] = {0, 1}, kCandidate[] = {2};
                     GruWeights gru{weights.input(kGates),
                                    weights.recurrent(kGates),
                                    weights.input(kCandidate),
                                    weights.recurrent(kCandidate),
                                    reset_after,
                                    functions[0],
                                    functions[1]};
                     move_bias(gru.input_gates, gru.recurrent_gates);
                     if (!reset_after) move_bias(gru.input_candidate, gru.recurrent_candidate);
                     return unroll(builder, layer, gru);
                   });
}

void import_rnn(Node& node) {
  import_recurrent(node, 1, {"Tanh"},
                   [](Builder& builder, const RecurrentLayer& layer, const Weights& weights,
                      std::span<const ElementFunction> functions) {
                     constexpr int kAll[] = {0};
                     RnnWeights rnn{weights.input(kAll), weights.recurrent(kAll), functions[0]};
                     move_bias(rnn.input, rnn.recurrent);
                     return unroll(builder, layer, rnn);
                   });
}

}  // namespace solder::compiler
