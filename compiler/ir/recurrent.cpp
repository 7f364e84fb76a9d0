#include "compiler/ir/recurrent.h"

#include <fmt/format.h>

#include <array>

namespace solder::compiler {
namespace {

// As many inputs as an operator may have in the runtime.
constexpr int32_t kMostSteps = 1024;

// A dense layer whose constants exist once, however often it is called.
class Dense {
 public:
  Dense(GraphBuilder& builder, const std::string& name, const DenseWeights& from)
      : builder_(builder) {
    Graph& graph = builder.graph();
    std::vector<float> bias = from.bias;
    outputs_ = static_cast<int32_t>(bias.size());
    const auto inputs = static_cast<int32_t>(from.weights.size() / bias.size());
    weights_ =
        graph.add_tensor(float_constant(name + "/weights", {2, {outputs_, inputs}}, from.weights));
    bias_ = graph.add_tensor(float_constant(name + "/bias", {1, {outputs_}}, bias));
  }

  // x of -1 is zeros.
  int operator()(int x, int32_t batch, const std::string& name) const {
    if (x < 0) return bias_;
    return builder_.emit(OperatorType::FULLY_CONNECTED, {x, weights_, bias_}, name,
                         {2, {batch, outputs_}});
  }

 private:
  GraphBuilder& builder_;
  int32_t outputs_ = 0;
  int weights_ = -1, bias_ = -1;
};

// What a step computes with; -1 stands for zeros.
class Step {
 public:
  Step(GraphBuilder& builder, std::string name, int32_t samples)
      : batch(samples), builder_(builder), name_(std::move(name)) {}

  const int32_t batch;

  int apply(const ElementFunction& function, int x, const char* name) const {
    return function && x >= 0 ? function(builder_, x, name_ + name) : x;
  }
  int dense(const Dense& layer, int x, const char* name) const {
    return layer(x, batch, name_ + name);
  }
  int add(int a, int b, const char* name) const {
    if (a < 0 || b < 0) return a < 0 ? b : a;
    return emit(OperatorType::ADD, a, b, name);
  }
  int mul(int a, int b, const char* name) const {
    return a < 0 || b < 0 ? -1 : emit(OperatorType::MUL, a, b, name);
  }
  // b may not be zeros.
  int sub(int a, int b, const char* name) const { return emit(OperatorType::SUB, a, b, name); }

  std::vector<int> split(int x, int32_t parts, const char* name) const {
    const std::vector<int32_t> sizes(parts, builder_.shape_of(x).dims[1] / parts);
    return builder_.emit_split(x, name_ + name, 1, sizes);
  }

 private:
  int emit(OperatorType type, int a, int b, const char* name) const {
    const Shape shape{2, {batch, builder_.shape_of(a).dims[builder_.shape_of(a).rank - 1]}};
    return builder_.emit(type, {a, b}, name_ + name, shape);
  }

  GraphBuilder& builder_;
  std::string name_;
};

struct State {
  int h = -1, c = -1;
};

// Calls step(Step, x of the time, state) for one time after the other.
template <class Function>
RecurrentResult unroll_steps(GraphBuilder& builder, const RecurrentLayer& layer, Function step) {
  const Shape shape = builder.shape_of(layer.x);
  const int32_t times = shape.dims[layer.time_axis], batch = shape.dims[1 - layer.time_axis];
  if (times > kMostSteps)
    throw ModelError(fmt::format("layer \"{}\" has {} time steps; at most {} are supported",
                                 layer.name, times, kMostSteps));
  RecurrentResult result;
  result.h.resize(times);
  State state{layer.h, layer.c};
  for (int32_t n = 0; n < times; ++n) {
    const int32_t time = layer.is_backwards ? times - 1 - n : n;
    const std::string name = fmt::format("{}/{}", layer.name, time);
    const int x = times == 1
                      ? layer.x
                      : builder.emit_slice_along(layer.x, name + "/x", layer.time_axis, time, 1);
    state = step(Step(builder, name, batch), x, state);
    result.h[time] = state.h;
  }
  result.last_h = state.h;
  result.last_c = state.c;
  return result;
}

}  // namespace

RecurrentResult unroll(GraphBuilder& builder, const RecurrentLayer& layer,
                       const LstmWeights& weights) {
  const Dense input(builder, layer.name + "/input", weights.input);
  const Dense recurrent(builder, layer.name + "/recurrent", weights.recurrent);
  return unroll_steps(builder, layer, [&](const Step& s, int x, State state) -> State {
    const int from_x = s.dense(input, x, "/from_x");
    const int from_h = state.h < 0 ? -1 : s.dense(recurrent, state.h, "/from_h");
    const std::vector<int> gates = s.split(s.add(from_x, from_h, "/gates"), 4, "/gate");
    const int i = s.apply(weights.f, gates[0], "/i");
    const int f = state.c < 0 ? -1 : s.apply(weights.f, gates[1], "/f");
    const int g = s.apply(weights.g, gates[2], "/g");
    const int o = s.apply(weights.f, gates[3], "/o");
    const int c = s.add(s.mul(f, state.c, "/kept"), s.mul(i, g, "/new"), "/c");
    return {s.mul(o, s.apply(weights.h, c, "/squashed"), "/h"), c};
  });
}

RecurrentResult unroll(GraphBuilder& builder, const RecurrentLayer& layer,
                       const GruWeights& weights) {
  const Dense input_gates(builder, layer.name + "/input_gates", weights.input_gates);
  const Dense gates(builder, layer.name + "/recurrent_gates", weights.recurrent_gates);
  const Dense input(builder, layer.name + "/input_candidate", weights.input_candidate);
  const Dense candidate(builder, layer.name + "/recurrent_candidate", weights.recurrent_candidate);
  return unroll_steps(builder, layer, [&](const Step& s, int x, State state) -> State {
    const int h = state.h;
    const int sum = s.add(s.dense(input_gates, x, "/gates_from_x"),
                          h < 0 ? -1 : s.dense(gates, h, "/gates_from_h"), "/gates");
    const std::vector<int> zr = s.split(sum, 2, "/gate");
    const int z = s.apply(weights.f, zr[0], "/z"), r = s.apply(weights.f, zr[1], "/r");
    int from_h = -1;
    if (weights.reset_after)
      from_h = s.mul(r, s.dense(candidate, h, "/from_h"), "/reset");
    else if (h >= 0)
      from_h = s.dense(candidate, s.mul(r, h, "/reset"), "/from_h");
    const int sum_of_candidate = s.add(s.dense(input, x, "/from_x"), from_h, "/sum");
    const int g = s.apply(weights.g, sum_of_candidate, "/candidate");
    // update * h + (1 - update) * g
    if (h < 0) return {.h = s.sub(g, s.mul(z, g, "/forgotten"), "/h")};
    return {.h = s.add(g, s.mul(z, s.sub(h, g, "/difference"), "/kept"), "/h")};
  });
}

RecurrentResult unroll(GraphBuilder& builder, const RecurrentLayer& layer,
                       const RnnWeights& weights) {
  const Dense input(builder, layer.name + "/input", weights.input);
  const Dense recurrent(builder, layer.name + "/recurrent", weights.recurrent);
  return unroll_steps(builder, layer, [&](const Step& s, int x, State state) -> State {
    const int from_h = state.h < 0 ? -1 : s.dense(recurrent, state.h, "/from_h");
    const int sum = s.add(s.dense(input, x, "/from_x"), from_h, "/sum");
    return {.h = s.apply(weights.f, sum, "/h")};
  });
}

}  // namespace solder::compiler
