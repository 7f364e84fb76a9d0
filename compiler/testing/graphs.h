// Small graphs for tests, and running them with the reference kernels.
#pragma once

#include <vector>

#include "compiler/ir/graph.h"

namespace solder::compiler::testing {

using Floats = std::vector<float>;

// Numbers in [-1, 1], the same for the same arguments on every machine.
Floats random_floats(int64_t count, uint32_t seed);
// 1, 2, 3, ...
Floats counting_floats(int64_t count);

// An input of the graph.
int add_input(Graph& graph, const Shape& shape);
int add_constant(Graph& graph, const Shape& shape, const Floats& values);
int add_int32_constant(Graph& graph, const std::vector<int32_t>& values);
// An operator of one output, a new tensor of FLOAT32, which is returned.
int add_operator(Graph& graph, OperatorType type, const std::vector<int>& inputs,
                 const Shape& shape, const Options& options = {});

std::vector<OperatorType> operator_types(const Graph& graph);

// What each output holds after an inference on `inputs`: raw elements, and FLOAT32 ones.
std::vector<std::vector<uint8_t>> run_bytes(const Graph& graph,
                                            const std::vector<std::vector<uint8_t>>& inputs);
std::vector<Floats> run(const Graph& graph, const std::vector<Floats>& inputs);
// Runs on random_floats, one seed for each input.
std::vector<Floats> run_on_noise(const Graph& graph);

// Fails the test where a and b differ by more than `tolerance` times the larger of 1 and |b|.
void expect_near(const std::vector<Floats>& a, const std::vector<Floats>& b,
                 float tolerance = 1e-5F);

}  // namespace solder::compiler::testing
