#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/importers/onnx/testing.h"
#include "compiler/importers/recurrent_testing.h"
#include "compiler/passes/passes.h"
#include "compiler/testing/graphs.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::HasSubstr;

struct Case {
  const char* op_type;
  const char* direction = "forward";
  bool reset_after = false, has_state = false, is_batch_first = false;
  int times = 4, batch = 2;
};

constexpr int kInputs = 3, kUnits = 5;

int gates_of(const Case& c) {
  const std::string op = c.op_type;
  return op == "LSTM" ? 4 : op == "GRU" ? 3 : 1;
}
int directions_of(const Case& c) { return std::string(c.direction) == "bidirectional" ? 2 : 1; }

struct Values {
  Floats x, w, r, b, h, c;
};
Values values_of(const Case& c) {
  const int d = directions_of(c), g = gates_of(c);
  return {random_floats(c.times * c.batch * kInputs, 1), random_floats(d * g * kUnits * kInputs, 2),
          random_floats(d * g * kUnits * kUnits, 3),     random_floats(d * 2 * g * kUnits, 4),
          random_floats(d * c.batch * kUnits, 5),        random_floats(d * c.batch * kUnits, 6)};
}

OnnxModel model_of(const Case& c) {
  const int64_t d = directions_of(c), g = gates_of(c) * kUnits;
  const Values v = values_of(c);
  OnnxModel model(14);
  const std::vector<int64_t> dims = c.is_batch_first
                                        ? std::vector<int64_t>{c.batch, c.times, kInputs}
                                        : std::vector<int64_t>{c.times, c.batch, kInputs};
  model.input("x", dims).constant("w", {d, g, kInputs}, v.w).constant("r", {d, g, kUnits}, v.r);
  model.constant("b", {d, 2 * g}, v.b);
  std::vector<std::string> inputs = {"x", "w", "r", "b"};
  if (c.has_state) {
    const std::vector<int64_t> state = c.is_batch_first ? std::vector<int64_t>{c.batch, d, kUnits}
                                                        : std::vector<int64_t>{d, c.batch, kUnits};
    inputs.insert(inputs.end(), {"", "h0"});
    model.input("h0", state);
    if (gates_of(c) == 4) inputs.push_back("c0");
    if (gates_of(c) == 4) model.constant("c0", state, v.c);
  }
  model.node(c.op_type, inputs, "y").output("y").output("y_h");
  auto* node = model.proto.mutable_graph()->mutable_node(0);
  node->add_output("y_h");
  if (gates_of(c) == 4) {
    node->add_output("y_c");
    model.output("y_c");
  }
  model.attribute("hidden_size", int64_t{kUnits}).attribute("direction", c.direction);
  if (c.reset_after) model.attribute("linear_before_reset", int64_t{1});
  if (c.is_batch_first) model.attribute("layout", int64_t{1});
  return model;
}

// Y, Y_h and Y_c.
std::vector<Floats> expected_of(const Case& c) {
  const Values v = values_of(c);
  const int directions = directions_of(c), gates = gates_of(c);
  std::vector<Floats> result(gates == 4 ? 3 : 2);
  result[0].resize(c.times * directions * c.batch * kUnits);
  for (size_t i = 1; i < result.size(); ++i) result[i].resize(directions * c.batch * kUnits);
  for (int d = 0; d < directions; ++d) {
    CellWeights cell;
    const auto part = [&](const Floats& all, int index, int count) {
      const auto size = static_cast<int>(all.size()) / count;
      return Floats(all.begin() + index * size, all.begin() + (index + 1) * size);
    };
    cell.w = part(v.w, d, directions);
    cell.r = part(v.r, d, directions);
    const Floats wb = part(v.b, 2 * d, 2 * directions), rb = part(v.b, 2 * d + 1, 2 * directions);
    cell.wb.assign(wb.begin(), wb.end());
    cell.rb.assign(rb.begin(), rb.end());
    const bool is_backwards = d == 1 || std::string(c.direction) == "reverse";
    for (int sample = 0; sample < c.batch; ++sample) {
      const int state =
          (c.is_batch_first ? sample * directions + d : d * c.batch + sample) * kUnits;
      Doubles h(kUnits), s(kUnits);
      for (int u = 0; u < kUnits && c.has_state; ++u) h[u] = v.h[state + u], s[u] = v.c[state + u];
      for (int n = 0; n < c.times; ++n) {
        const int time = is_backwards ? c.times - 1 - n : n;
        const int at = (c.is_batch_first ? sample * c.times + time : time * c.batch + sample);
        const Doubles x(v.x.begin() + at * kInputs, v.x.begin() + (at + 1) * kInputs);
        if (gates == 4) lstm_step(cell, x, h, s);
        if (gates == 3) gru_step(cell, x, h, c.reset_after);
        if (gates == 1) rnn_step(cell, x, h);
        const int to = c.is_batch_first ? (sample * c.times + time) * directions + d
                                        : (time * directions + d) * c.batch + sample;
        std::ranges::copy(h, result[0].begin() + to * kUnits);
      }
      std::ranges::copy(h, result[1].begin() + state);
      if (gates == 4) std::ranges::copy(s, result[2].begin() + state);
    }
  }
  return result;
}

TEST(OnnxRecurrent, ComputesWhatItsDefinitionSays) {
  std::vector<Case> cases;
  for (const char* op : {"LSTM", "GRU", "RNN"})
    for (const char* direction : {"forward", "reverse", "bidirectional"})
      for (const bool has_state : {false, true})
        for (const bool option : {false, true}) {
          const bool is_gru = std::string(op) == "GRU";
          cases.push_back({op, direction, is_gru && option, has_state, !is_gru && option});
        }
  cases.push_back({.op_type = "LSTM", .times = 1, .batch = 1});
  cases.push_back({.op_type = "GRU", .reset_after = true, .times = 1});
  cases.push_back({.op_type = "GRU", .is_batch_first = true, .batch = 1});
  for (const Case& c : cases) {
    SCOPED_TRACE(fmt::format("{} {} reset_after {} state {} batch first {}", c.op_type, c.direction,
                             c.reset_after, c.has_state, c.is_batch_first));
    Graph graph = model_of(c).import();
    const Values v = values_of(c);
    std::vector<Floats> inputs = {v.x};
    if (c.has_state) inputs.push_back(v.h);
    std::vector<Floats> expected = expected_of(c);
    const auto check = [&] {
      std::vector<Floats> found = run(graph, inputs);
      const Shape y = c.is_batch_first ? Shape{4, {c.batch, c.times, directions_of(c), kUnits}}
                                       : Shape{4, {c.times, directions_of(c), c.batch, kUnits}};
      found[0] = from_channels_last(found[0], y);
      expect_near(found, expected);
    };
    check();
    run_passes(graph);
    check();
  }
}

// However many steps there are, the weights are there once.
TEST(OnnxRecurrent, StepsShareTheirWeights) {
  const auto floats = [](int times) {
    Graph graph = model_of({.op_type = "LSTM", .times = times}).import();
    run_passes(graph);
    int64_t count = 0;
    for (const Tensor& tensor : graph.tensors)
      if (tensor.is_constant() && tensor.type == TensorType::FLOAT32)
        count += tensor.shape.elements();
    return count;
  };
  EXPECT_EQ(floats(3), floats(30));
}

TEST(OnnxRecurrent, Errors) {
  const auto error = [](const char* attribute, auto value) {
    return model_of({.op_type = "LSTM"}).attribute(attribute, value).import_error();
  };
  EXPECT_THAT(error("clip", 1.0F), HasSubstr("clip"));
  EXPECT_THAT(error("input_forget", int64_t{1}), HasSubstr("input_forget"));
  EXPECT_THAT(model_of({.op_type = "LSTM", .direction = "both"}).import_error(),
              HasSubstr("direction 'both'"));
  EXPECT_THAT(model_of({.op_type = "RNN", .times = 1025, .batch = 1}).import_error(),
              HasSubstr("1025 time steps; at most 1024"));
  OnnxModel model = model_of({.op_type = "LSTM", .has_state = true});
  model.constant("p", {1, 3 * kUnits}, random_floats(3 * kUnits, 1));
  model.proto.mutable_graph()->mutable_node(0)->add_input("p");
  EXPECT_THAT(model.import_error(), HasSubstr("peephole"));
  OnnxModel affine = model_of({.op_type = "RNN"});
  auto* attribute = affine.proto.mutable_graph()->mutable_node(0)->add_attribute();
  attribute->set_name("activations");
  attribute->set_type(onnx::AttributeProto::STRINGS);
  attribute->add_strings("Affine");
  EXPECT_THAT(affine.import_error(), HasSubstr("activation 'Affine'"));
  attribute->add_strings("Tanh");
  EXPECT_THAT(affine.import_error(), HasSubstr("2 activations"));
}

}  // namespace
}  // namespace solder::compiler
