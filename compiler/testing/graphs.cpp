#include "compiler/testing/graphs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>

#include "compiler/planning/executable.h"
#include "runtime/kernels/kernel_list.h"

namespace solder::compiler::testing {

Floats random_floats(int64_t count, uint32_t seed) {
  std::mt19937 random(seed);
  Floats values(count);
  for (float& value : values) value = static_cast<float>(random() % 20001) / 10000.0F - 1.0F;
  return values;
}

Floats counting_floats(int64_t count) {
  Floats values(count);
  std::iota(values.begin(), values.end(), 1.0F);
  return values;
}

int add_input(Graph& graph, const Shape& shape) {
  const int tensor = graph.add_tensor({.name = "input", .shape = shape});
  graph.inputs.push_back(tensor);
  return tensor;
}

int add_constant(Graph& graph, const Shape& shape, const Floats& values) {
  return graph.add_tensor(float_constant("constant", shape, values));
}

int add_int32_constant(Graph& graph, const std::vector<int32_t>& values) {
  return graph.add_tensor(int32_constant("integers", values));
}

int add_operator(Graph& graph, OperatorType type, const std::vector<int>& inputs,
                 const Shape& shape, const Options& options) {
  const int output = graph.add_tensor({.name = operator_name(type), .shape = shape});
  graph.operators.push_back(
      {.type = type, .inputs = inputs, .outputs = {output}, .options = options});
  return output;
}

std::vector<OperatorType> operator_types(const Graph& graph) {
  std::vector<OperatorType> types;
  for (const Operator& op : graph.operators) types.push_back(op.type);
  return types;
}

std::vector<std::vector<uint8_t>> run_bytes(const Graph& graph,
                                            const std::vector<std::vector<uint8_t>>& inputs) {
  const Executable executable(graph, kReferenceKernels);
  const Model model = executable.model();
  for (uint32_t i = 0; i < model.input_count(); ++i) {
    assert(inputs[i].size() == model.input_info(i).bytes);
    std::ranges::copy(inputs[i], model.input<uint8_t>(i));
  }
  model.invoke();
  std::vector<std::vector<uint8_t>> outputs;
  for (uint32_t i = 0; i < model.output_count(); ++i) {
    const auto* first = model.output<uint8_t>(i);
    outputs.emplace_back(first, first + model.output_info(i).bytes);
  }
  return outputs;
}

std::vector<Floats> run(const Graph& graph, const std::vector<Floats>& inputs) {
  std::vector<std::vector<uint8_t>> bytes;
  for (const Floats& input : inputs) {
    const auto* first = reinterpret_cast<const uint8_t*>(input.data());
    bytes.emplace_back(first, first + input.size() * sizeof(float));
  }
  std::vector<Floats> outputs;
  for (const auto& output : run_bytes(graph, bytes)) {
    outputs.emplace_back(output.size() / sizeof(float));
    std::memcpy(outputs.back().data(), output.data(), output.size());
  }
  return outputs;
}

std::vector<Floats> run_on_noise(const Graph& graph) {
  std::vector<Floats> inputs;
  for (const int input : graph.inputs)
    inputs.push_back(
        random_floats(graph.tensors[input].shape.elements(), static_cast<uint32_t>(inputs.size())));
  return run(graph, inputs);
}

void expect_near(const std::vector<Floats>& a, const std::vector<Floats>& b, float tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].size(), b[i].size()) << "output " << i;
    for (size_t k = 0; k < a[i].size(); ++k)
      ASSERT_NEAR(a[i][k], b[i][k], tolerance * std::max(1.0F, std::abs(b[i][k])))
          << "output " << i << ", element " << k;
  }
}

}  // namespace solder::compiler::testing
