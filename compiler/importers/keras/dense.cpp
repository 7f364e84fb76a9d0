#include "compiler/importers/keras/activation.h"
#include "compiler/importers/keras/bias.h"
#include "compiler/importers/keras/layers.h"
#include "compiler/ir/transpose.h"

namespace solder::compiler::keras {

int import_dense(const Layer& layer) {
  const int x = layer.input();
  Shape shape = layer.shape_of(x);
  if (shape.rank < 2) layer.fail(fmt::format("input of shape {}", to_string(shape)));
  const int32_t inputs = shape.dims[shape.rank - 1];
  const int64_t outputs = layer.integer("units", 0);
  const FloatArray& kernel = layer.weight(0, {inputs, outputs}, "kernel");
  Tensor weights = float_constant(layer.name() + "/kernel", kernel.shape, kernel.values);
  constexpr int32_t kSwap[] = {1, 0};
  weights.data = transposed(weights.data, weights.shape, kSwap, sizeof(float));
  weights.shape = transposed(weights.shape, kSwap);
  const int w = layer.builder().graph().add_tensor(std::move(weights));
  const int b = bias_tensor(layer, 1, outputs);
  shape.dims[shape.rank - 1] = static_cast<int32_t>(outputs);
  Options options;
  options.keep_dims = shape.rank > 2;
  return emit_activated(layer, OperatorType::FULLY_CONNECTED, {x, w, b}, shape, options);
}

}  // namespace solder::compiler::keras
