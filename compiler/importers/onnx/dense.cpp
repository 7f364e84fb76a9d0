#include <fmt/format.h>

#include "compiler/importers/onnx/operators.h"
#include "compiler/ir/transpose.h"

namespace solder::compiler {
namespace {

// The weights of a FULLY_CONNECTED, outputs x inputs, from a matrix that may lie the other way.
Tensor matrix_weights(const Node& node, const Value& matrix, bool is_transposed, float factor) {
  if (matrix.shape.rank != 2)
    node.fail(fmt::format("'{}' has shape {}; only matrices are supported", matrix.name,
                          to_string(matrix.shape)));
  constexpr int32_t kKeep[] = {0, 1}, kSwap[] = {1, 0};
  const std::span<const int32_t> permutation = is_transposed ? kKeep : kSwap;
  if (factor == 1) return weights_of(matrix, permutation, 0);
  Value scaled = matrix;
  scaled.levels.clear();
  for (float& weight : scaled.floats) weight *= factor;
  return weights_of(scaled, permutation, 0);
}

}  // namespace

void import_gemm(Node& node) {
  Value& a = node.floats(0);
  if (a.shape.rank != 2)
    node.fail(fmt::format("input of shape {}; a matrix is wanted", to_string(a.shape)));
  Builder& builder = node.builder();
  int x = node.tensor(a, Layout::kOnnx);
  const bool is_a_transposed = node.integer("transA", 0) != 0;
  if (is_a_transposed) x = builder.emit_transpose(x, node.name() + "/a", std::array{1, 0});
  const int32_t batch = a.shape.dims[is_a_transposed ? 1 : 0];
  const int32_t inputs = a.shape.dims[is_a_transposed ? 0 : 1];

  Tensor weights = matrix_weights(node, node.float_constant(1), node.integer("transB", 0) != 0,
                                  node.number("alpha", 1.0F));
  const int32_t outputs = weights.shape.dims[0];
  if (weights.shape.dims[1] != inputs)
    node.fail(fmt::format("{} inputs, but B is for {}", inputs, weights.shape.dims[1]));

  std::vector<float> bias(outputs);
  std::string bias_name = node.name() + "/bias";
  if (node.has_input(2)) {
    const Value& c = node.float_constant(2);
    bias_name = c.name;
    const int32_t columns = c.shape.dim_of(2, 1);
    if (c.shape.rank > 2 || c.shape.dim_of(2, 0) != 1 || (columns != 1 && columns != outputs))
      node.fail(fmt::format("C of shape {}; one number for each of {} outputs is wanted",
                            to_string(c.shape), outputs));
    const float beta = node.number("beta", 1.0F);
    for (int32_t i = 0; i < outputs; ++i) bias[i] = beta * c.floats[columns == 1 ? 0 : i];
  }
  const int w = builder.graph().add_tensor(std::move(weights));
  const int b = builder.graph().add_tensor(float_constant(bias_name, {1, {outputs}}, bias));
  const Shape shape = node.shape(std::array<int64_t, 2>{batch, outputs});
  node.define_output(node.emit(OperatorType::FULLY_CONNECTED, {x, w, b}, shape), Layout::kOnnx,
                     shape);
}

void import_matmul(Node& node) {
  Value& a = node.floats(0);
  const int32_t rank = a.shape.rank;
  if (rank < 2) node.fail(fmt::format("input of shape {}", to_string(a.shape)));
  Tensor weights = matrix_weights(node, node.float_constant(1), false, 1.0F);
  const int32_t outputs = weights.shape.dims[0];
  if (weights.shape.dims[1] != a.shape.dims[rank - 1])
    node.fail(fmt::format("shapes {} and {} do not fit", to_string(a.shape),
                          to_string(node.input(1).shape)));
  std::vector<int64_t> dims(a.shape.dims, a.shape.dims + rank);
  dims.back() = outputs;
  const Shape shape = node.shape(dims);

  const int x = node.tensor(a, Layout::kOnnx);
  Graph& graph = node.builder().graph();
  const int w = graph.add_tensor(std::move(weights));
  const int b = graph.add_tensor(
      float_constant(node.name() + "/bias", {1, {outputs}}, std::vector<float>(outputs)));
  Options options;
  options.keep_dims = rank > 2;
  node.define_output(node.emit(OperatorType::FULLY_CONNECTED, {x, w, b}, shape, options),
                     Layout::kOnnx, shape);
}

}  // namespace solder::compiler
