#include "compiler/importers/tflite/batch_matmul.h"

#include <fmt/format.h>

#include <array>
#include <numeric>

#include "compiler/ir/transpose.h"

namespace solder::compiler {

void import_batch_matmul(const schema::Operator& source, const std::string& where,
                         GraphBuilder& builder, int tensors) {
  const auto fail = [&](const std::string& message) { throw ModelError(where + " " + message); };
  const auto *inputs = source.inputs(), *outputs = source.outputs();
  if (inputs == nullptr || inputs->size() != 2 || outputs == nullptr || outputs->size() != 1)
    fail("has not two inputs and one output");
  int x = inputs->Get(0);
  const int y = inputs->Get(1), output = outputs->Get(0);
  for (const int tensor : {x, y, output})
    if (tensor < 0 || tensor >= tensors) fail("names a tensor that does not exist");
  Graph& graph = builder.graph();
  const auto* options = source.builtin_options_as_BatchMatMulOptions();
  const bool adj_x = options != nullptr && options->adj_x();
  const bool adj_y = options != nullptr && options->adj_y();

  const Tensor matrix = graph.tensors[y];
  const int32_t rank = matrix.shape.rank;
  if (!matrix.is_constant() || graph.tensors[x].is_constant())
    fail(
        "multiplies two tensors that are computed; only a product with constant weights on its "
        "right is supported");
  if (rank < 2 ||
      matrix.shape.elements() != int64_t{matrix.shape.dims[rank - 2]} * matrix.shape.dims[rank - 1])
    fail(fmt::format("has weights of shape {}; one matrix for all is wanted",
                     to_string(matrix.shape)));
  if (matrix.type != TensorType::FLOAT32 &&
      (matrix.type != TensorType::INT8 || matrix.quantization.scale.size() != 1 ||
       matrix.quantization.zero_point[0] != 0))
    fail("needs weights of FLOAT32, or of INT8 with one scale and zero point 0");
  if (static_cast<int64_t>(matrix.data.size()) != matrix.bytes())
    fail("has weights of another size than their shape says");

  const int32_t x_rank = graph.tensors[x].shape.rank;
  if (x_rank < 2) fail("needs an input of rank 2 or more");
  if (adj_x) {
    std::array<int32_t, kMaxRank> order;
    std::iota(order.begin(), order.end(), 0);
    std::swap(order[x_rank - 1], order[x_rank - 2]);
    x = builder.emit_transpose(x, graph.tensors[output].name + "/x",
                               {order.data(), static_cast<size_t>(x_rank)});
  }
  Tensor weights = matrix;
  weights.shape = {2, {matrix.shape.dims[rank - 2], matrix.shape.dims[rank - 1]}};
  if (!adj_y) {
    constexpr int32_t kSwap[] = {1, 0};
    weights.data = transposed(matrix.data, weights.shape, kSwap, size_of(matrix.type));
    weights.shape = transposed(weights.shape, kSwap);
  }
  const int32_t columns = weights.shape.dims[1];
  if (graph.tensors[x].shape.dims[x_rank - 1] != columns)
    fail(fmt::format("multiplies shape {} by weights for {} elements",
                     to_string(graph.tensors[x].shape), columns));
  const int w = graph.add_tensor(std::move(weights));
  graph.operators.push_back({.type = OperatorType::FULLY_CONNECTED,
                             .inputs = {x, w, -1},
                             .outputs = {output},
                             .options = {.keep_dims = x_rank > 2}});
}

}  // namespace solder::compiler
