// LSTM, GRU and SimpleRNN, unrolled; the layers around them.
#include "compiler/ir/recurrent.h"

#include <algorithm>
#include <array>

#include "compiler/importers/keras/activation.h"
#include "compiler/importers/keras/layers.h"
#include "compiler/ir/elementwise.h"

namespace solder::compiler::keras {
namespace {

// Columns [first, first + count) of a kernel of inputs x outputs, as rows.
std::vector<float> rows_of(const FloatArray& kernel, int64_t first, int64_t count) {
  const int64_t inputs = kernel.shape.dims[0], outputs = kernel.shape.dims[1];
  std::vector<float> rows;
  for (int64_t o = first; o < first + count; ++o)
    for (int64_t i = 0; i < inputs; ++i)
      rows.push_back(kernel.values[static_cast<size_t>(i * outputs + o)]);
  return rows;
}

// The weights of a recurrent layer with `gates` gates: kernel, recurrent kernel, bias.
class Weights {
 public:
  // `biases`: how many the layer keeps, 2 where the recurrent part has its own.
  Weights(const Layer& layer, int64_t gates, int64_t biases)
      : units_(layer.integer("units", 0)), columns_(gates * units_) {
    if (units_ < 1 || columns_ > kMaxTensorBytes) layer.fail(fmt::format("units of {}", units_));
    const Shape& x = layer.shape_of(layer.input());
    kernel_ = &layer.weight(0, {x.dims[2], columns_}, "kernel");
    recurrent_ = &layer.weight(1, {units_, columns_}, "recurrent kernel");
    bias_.resize(static_cast<size_t>(2 * columns_));
    if (!layer.boolean("use_bias", true)) return;
    const std::vector<int64_t> dims =
        biases == 1 ? std::vector{columns_} : std::vector{biases, columns_};
    std::ranges::copy(layer.weight(2, dims, "bias").values, bias_.begin());
  }

  int32_t units() const { return static_cast<int32_t>(units_); }
  DenseWeights input(int64_t first, int64_t count) const {
    return dense(*kernel_, 0, first, count);
  }
  DenseWeights recurrent(int64_t first, int64_t count) const {
    return dense(*recurrent_, columns_, first, count);
  }

 private:
  // Gates [first, first + count).
  DenseWeights dense(const FloatArray& kernel, int64_t bias, int64_t first, int64_t count) const {
    const auto at = bias_.begin() + bias + first * units_;
    return {rows_of(kernel, first * units_, count * units_), {at, at + count * units_}};
  }

  int64_t units_, columns_;
  const FloatArray* kernel_ = nullptr;
  const FloatArray* recurrent_ = nullptr;
  std::vector<float> bias_;  // of the input, then of the recurrent part
};

// The candidate's function, and the gates'.
ElementFunction activation(const Layer& layer) { return element_function(layer, "activation"); }
ElementFunction gate_activation(const Layer& layer) {
  return element_function(layer, "recurrent_activation");
}

RecurrentResult unroll_lstm(const Layer& layer, RecurrentLayer recurrent) {
  const Weights weights(layer, 4, 1);
  recurrent.units = weights.units();
  const ElementFunction f = activation(layer);
  return unroll(
      layer.builder(), recurrent,
      LstmWeights{weights.input(0, 4), weights.recurrent(0, 4), gate_activation(layer), f, f});
}

RecurrentResult unroll_gru(const Layer& layer, RecurrentLayer recurrent) {
  const bool reset_after = layer.boolean("reset_after", false);
  const Weights weights(layer, 3, reset_after ? 2 : 1);
  recurrent.units = weights.units();
  GruWeights gru{
      weights.input(0, 2), weights.recurrent(0, 2), weights.input(2, 1), weights.recurrent(2, 1),
      reset_after,         gate_activation(layer),  activation(layer)};
  // Gates just add what both parts make.
  for (size_t i = 0; i < gru.input_gates.bias.size(); ++i) {
    gru.input_gates.bias[i] += gru.recurrent_gates.bias[i];
    gru.recurrent_gates.bias[i] = 0;
  }
  return unroll(layer.builder(), recurrent, gru);
}

RecurrentResult unroll_rnn(const Layer& layer, RecurrentLayer recurrent) {
  const Weights weights(layer, 1, 1);
  recurrent.units = weights.units();
  return unroll(layer.builder(), recurrent,
                RnnWeights{weights.input(0, 1), weights.recurrent(0, 1), activation(layer)});
}

constexpr struct {
  const char* class_name;
  RecurrentResult (*unroll)(const Layer& layer, RecurrentLayer recurrent);
} kRecurrent[] = {{"GRU", unroll_gru}, {"LSTM", unroll_lstm}, {"SimpleRNN", unroll_rnn}};

// The result of a recurrent layer: its last h, or those of all times in the order of computing.
// `in_time_order`: in the input's order instead.
int emit_recurrent(const Layer& layer, bool in_time_order) {
  const Shape& shape = layer.shape_of(layer.input());
  if (shape.rank != 3) layer.fail(fmt::format("input of shape {}", to_string(shape)));
  for (const char* argument : {"return_state", "stateful", "time_major"})
    if (layer.boolean(argument, false))
      layer.fail(fmt::format("{} is not supported; build the model without it", argument));
  const auto* found = std::ranges::find_if(
      kRecurrent, [&](const auto& entry) { return layer.class_name() == entry.class_name; });
  if (found == std::end(kRecurrent))
    layer.fail("only LSTM, GRU and SimpleRNN are supported as recurrent layers");
  const bool is_backwards = layer.boolean("go_backwards", false);
  RecurrentResult result = found->unroll(
      layer, {.name = layer.name(), .x = layer.input(), .is_backwards = is_backwards});
  if (!layer.boolean("return_sequences", false)) return result.last_h;
  if (is_backwards && !in_time_order) std::ranges::reverse(result.h);
  return layer.builder().emit_pack(result.h, layer.name(), 1);
}

// The layer that an argument of a wrapper describes.
KerasLayer wrapped(const Layer& layer, const char* argument) {
  const Json* description = layer.argument(argument);
  const Json* config = description == nullptr ? nullptr : find(*description, "config");
  if (config == nullptr) layer.fail(fmt::format("{} is missing", argument));
  KerasLayer result;
  result.class_name = text_of(find(*description, "class_name")).value_or("");
  result.name = text_of(find(*config, "name")).value_or(layer.name());
  result.config = config;
  return result;
}

int merge(const Layer& layer, const std::vector<int>& parts) {
  const std::string mode = layer.text("merge_mode", "concat");
  GraphBuilder& builder = layer.builder();
  const Shape shape = layer.shape_of(parts[0]);
  if (mode == "concat") return builder.emit_concatenation(parts, layer.name(), shape.rank - 1);
  if (mode == "mul") return layer.emit(OperatorType::MUL, parts, shape);
  if (mode == "sum") return layer.emit(OperatorType::ADD, parts, shape);
  if (mode != "ave")
    layer.fail(fmt::format("merge_mode \"{}\"; concat, sum, mul and ave are supported", mode));
  const int sum = layer.emit(OperatorType::ADD, parts, shape, {}, "/sum");
  return emit_with_number(builder, OperatorType::MUL, sum, 0.5F, layer.name());
}

}  // namespace

int import_recurrent(const Layer& layer) { return emit_recurrent(layer, false); }

int import_bidirectional(const Layer& layer) {
  if (layer.argument("merge_mode") == nullptr && layer.config().contains("merge_mode"))
    layer.fail("merge_mode None, which returns both directions, is not supported");
  const KerasLayer forward = wrapped(layer, "layer");
  KerasLayer backward =
      layer.argument("backward_layer") != nullptr ? wrapped(layer, "backward_layer") : forward;
  if (layer.with(forward, 0, 0).boolean("go_backwards", false))
    layer.fail("a layer that goes backwards itself is not supported");
  Json reversed = *backward.config;
  reversed["go_backwards"] = true;
  backward.config = &reversed;
  backward.name += "/backward";
  const size_t half = layer.weight_count() / 2;
  const int a = emit_recurrent(layer.with(forward, 0, half), true);
  const int b = emit_recurrent(layer.with(backward, half, half), true);
  return merge(layer, {a, b});
}

// Times are more of a batch to the layer within.
int import_time_distributed(const Layer& layer) {
  const int x = layer.input();
  const Shape shape = layer.shape_of(x);
  if (shape.rank < 3) layer.fail(fmt::format("input of shape {}", to_string(shape)));
  const KerasLayer inner = wrapped(layer, "layer");
  std::vector<int64_t> dims{int64_t{shape.dims[0]} * shape.dims[1]};
  dims.insert(dims.end(), shape.dims + 2, shape.dims + shape.rank);
  GraphBuilder& builder = layer.builder();
  const int batch = builder.emit_reshape(x, layer.name() + "/batch", layer.shape(dims));
  const Layer within = layer.with(inner, 0, layer.weight_count(), {batch});
  const int y = find_layer_importer(inner)(within);
  const Shape result = layer.shape_of(y);
  std::vector<int64_t> outputs{shape.dims[0], shape.dims[1]};
  outputs.insert(outputs.end(), result.dims + 1, result.dims + result.rank);
  return builder.emit_reshape(y, layer.name() + "/times", layer.shape(outputs));
}

}  // namespace solder::compiler::keras
