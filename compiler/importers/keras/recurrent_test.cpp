#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/importers/keras/testing.h"
#include "compiler/importers/recurrent_testing.h"

namespace solder::compiler {
namespace {

using namespace testing;
using ::testing::HasSubstr;

constexpr int kTimes = 4, kInputs = 3, kUnits = 5;

struct Case {
  const char* class_name;
  bool reset_after = false, is_backwards = false, returns_sequences = false, use_bias = true;
};

int gates_of(const Case& c) {
  const std::string name = c.class_name;
  return name == "LSTM" ? 4 : name == "GRU" ? 3 : 1;
}

// As Keras has them: inputs x outputs, gates one after the other along the outputs.
struct KerasWeights {
  Floats kernel, recurrent, bias;
};
KerasWeights weights_of(const Case& c, uint32_t seed) {
  const int outputs = gates_of(c) * kUnits;
  return {random_floats(kInputs * outputs, seed), random_floats(kUnits * outputs, seed + 1),
          random_floats(outputs * (c.reset_after ? 2 : 1), seed + 2)};
}
std::vector<KerasWeight> list_of(const Case& c, const KerasWeights& w, const std::string& prefix) {
  const int outputs = gates_of(c) * kUnits;
  std::vector<KerasWeight> list = {{prefix + "kernel:0", {kInputs, outputs}, w.kernel},
                                   {prefix + "recurrent_kernel:0", {kUnits, outputs}, w.recurrent}};
  if (c.use_bias && c.reset_after) list.push_back({prefix + "bias:0", {2, outputs}, w.bias});
  if (c.use_bias && !c.reset_after) list.push_back({prefix + "bias:0", {outputs}, w.bias});
  return list;
}

CellWeights cell_of(const Case& c, const KerasWeights& from) {
  // Keras's LSTM: input, forget, cell, output.
  const std::vector<int> order = gates_of(c) == 4 ? std::vector{0, 3, 1, 2} : std::vector{0, 1, 2};
  const int gates = gates_of(c), outputs = gates * kUnits;
  CellWeights cell;
  for (int g = 0; g < gates; ++g)
    for (int u = 0; u < kUnits; ++u) {
      const int column = order[g] * kUnits + u;
      for (int i = 0; i < kInputs; ++i) cell.w.push_back(from.kernel[i * outputs + column]);
      for (int i = 0; i < kUnits; ++i) cell.r.push_back(from.recurrent[i * outputs + column]);
      cell.wb.push_back(c.use_bias ? from.bias[column] : 0);
      cell.rb.push_back(c.use_bias && c.reset_after ? from.bias[outputs + column] : 0);
    }
  return cell;
}

// h after each step, in the order of computing.
std::vector<Doubles> steps_of(const Case& c, const KerasWeights& weights, const Floats& input) {
  const CellWeights cell = cell_of(c, weights);
  std::vector<Doubles> result;
  Doubles h(kUnits), s(kUnits);
  for (int n = 0; n < kTimes; ++n) {
    const int time = c.is_backwards ? kTimes - 1 - n : n;
    const Doubles x(input.begin() + time * kInputs, input.begin() + (time + 1) * kInputs);
    if (gates_of(c) == 4) lstm_step(cell, x, h, s);
    if (gates_of(c) == 3) gru_step(cell, x, h, c.reset_after);
    if (gates_of(c) == 1) rnn_step(cell, x, h);
    result.push_back(h);
  }
  return result;
}

Json arguments_of(const Case& c) {
  Json json = {{"units", kUnits},
               {"activation", "tanh"},
               {"recurrent_activation", "sigmoid"},
               {"use_bias", c.use_bias},
               {"go_backwards", c.is_backwards},
               {"return_sequences", c.returns_sequences}};
  if (gates_of(c) == 3) json["reset_after"] = c.reset_after;
  return json;
}

Floats concatenated(const std::vector<Doubles>& parts) {
  Floats all;
  for (const Doubles& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

TEST(KerasRecurrent, ComputesWhatItsDefinitionSays) {
  const Floats x = random_floats(kTimes * kInputs, 9);
  for (const char* name : {"LSTM", "GRU", "SimpleRNN"})
    for (const bool reset_after : {false, true})
      for (const bool is_backwards : {false, true})
        for (const bool sequences : {false, true})
          for (const bool use_bias : {false, true}) {
            const Case c{name, reset_after, is_backwards, sequences, use_bias};
            if (reset_after && gates_of(c) != 3) continue;
            SCOPED_TRACE(fmt::format("{} {} {} {} {}", name, reset_after, is_backwards, sequences,
                                     use_bias));
            const KerasWeights weights = weights_of(c, 1);
            const Graph graph =
                one_layer({kTimes, kInputs}, name, arguments_of(c), list_of(c, weights, ""))
                    .import();
            auto steps = steps_of(c, weights, x);
            if (!sequences) steps.erase(steps.begin(), steps.end() - 1);
            expect_near(run(graph, {x}), {concatenated(steps)});
          }
}

TEST(KerasRecurrent, Bidirectional) {
  const Floats x = random_floats(kTimes * kInputs, 9);
  for (const bool sequences : {false, true})
    for (const char* mode : {"concat", "sum", "mul", "ave"}) {
      SCOPED_TRACE(fmt::format("{} {}", mode, sequences));
      Case forward{.class_name = "LSTM", .returns_sequences = sequences}, backward = forward;
      backward.is_backwards = true;
      const KerasWeights a = weights_of(forward, 1), b = weights_of(backward, 5);
      std::vector<KerasWeight> weights = list_of(forward, a, "bidirectional/forward_lstm/cell/");
      for (const KerasWeight& w : list_of(backward, b, "bidirectional/backward_lstm/cell/"))
        weights.push_back(w);
      const Json arguments = {
          {"name", "bidirectional"},
          {"merge_mode", mode},
          {"layer", {{"class_name", "LSTM"}, {"config", arguments_of(forward)}}}};
      const Graph graph =
          one_layer({kTimes, kInputs}, "Bidirectional", arguments, weights).import();
      auto one = steps_of(forward, a, x), two = steps_of(backward, b, x);
      // The backward steps in the order of times.
      if (sequences) std::ranges::reverse(two);
      if (!sequences) one = {one.back()}, two = {two.back()};
      Floats expected;
      for (size_t t = 0; t < one.size(); ++t) {
        const std::string how = mode;
        if (how == "concat") {
          expected.insert(expected.end(), one[t].begin(), one[t].end());
          expected.insert(expected.end(), two[t].begin(), two[t].end());
          continue;
        }
        for (int u = 0; u < kUnits; ++u)
          expected.push_back(
              static_cast<float>(how == "mul" ? one[t][u] * two[t][u]
                                              : (one[t][u] + two[t][u]) / (how == "ave" ? 2 : 1)));
      }
      expect_near(run(graph, {x}), {expected});
    }
}

TEST(KerasRecurrent, TimeDistributed) {
  const Json arguments = {
      {"layer", {{"class_name", "Dense"}, {"config", {{"units", 2}, {"activation", "linear"}}}}}};
  const Graph graph = one_layer({2, 1}, "TimeDistributed", arguments,
                                {{"kernel:0", {1, 2}, {10, 1}}, {"bias:0", {2}, {0, 5}}})
                          .import();
  expect_near(run(graph, {{1, 2}}), {{10, 6, 20, 7}});
  EXPECT_EQ(to_string(graph.tensors[graph.outputs[0]].shape), "1x2x2");
}

TEST(KerasRecurrent, Errors) {
  const auto error = [](const char* key, const Json& value) {
    const Case c{.class_name = "LSTM"};
    Json arguments = arguments_of(c);
    arguments[key] = value;
    return one_layer({kTimes, kInputs}, "LSTM", arguments, list_of(c, weights_of(c, 1), ""))
        .import_error();
  };
  EXPECT_THAT(error("stateful", true), HasSubstr("stateful is not supported"));
  EXPECT_THAT(error("return_state", true), HasSubstr("return_state is not supported"));
  EXPECT_THAT(error("activation", "cosine"), HasSubstr("activation \"cosine\""));
  EXPECT_THAT(error("units", 6), HasSubstr("kernel has shape"));
  EXPECT_THAT(error("units", -1), HasSubstr("units of -1"));
  EXPECT_THAT(one_layer({4, 3}, "Bidirectional",
                        {{"layer", {{"class_name", "Dense"}, {"config", {{"units", 1}}}}}})
                  .import_error(),
              HasSubstr("only LSTM, GRU and SimpleRNN"));
  EXPECT_THAT(one_layer({4, 3}, "Bidirectional").import_error(), HasSubstr("layer is missing"));
}

}  // namespace
}  // namespace solder::compiler
