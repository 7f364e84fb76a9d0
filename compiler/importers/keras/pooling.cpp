#include "compiler/importers/keras/layers.h"
#include "compiler/importers/keras/window.h"

namespace solder::compiler::keras {
namespace {

int import_pooling(const Layer& layer, OperatorType type) {
  const int x = layer.image();
  const Window window = read_window(layer, x, "pool_size");
  const int64_t channels = layer.shape_of(x).dims[3];
  return layer.from_image(
      layer.emit(type, {x}, window.output_shape(layer, channels), window.options()));
}

}  // namespace

int import_max_pooling(const Layer& layer) {
  return import_pooling(layer, OperatorType::MAX_POOL_2D);
}

int import_average_pooling(const Layer& layer) {
  return import_pooling(layer, OperatorType::AVERAGE_POOL_2D);
}

// A pool whose window is all of the image.
int import_global_max_pooling(const Layer& layer) {
  const int x = layer.image();
  const Shape from = layer.shape_of(x);
  Options options;
  options.padding = Padding::VALID;
  options.filter_h = from.dims[1];
  options.filter_w = from.dims[2];
  const Shape pixel{4, {from.dims[0], 1, 1, from.dims[3]}};
  const int y = layer.emit(OperatorType::MAX_POOL_2D, {x}, pixel, options);
  if (layer.boolean("keepdims", false)) return layer.from_image(y);
  return layer.builder().emit_reshape(y, layer.name(), {2, {from.dims[0], from.dims[3]}});
}

int import_global_average_pooling(const Layer& layer) {
  const int x = layer.image();
  const Shape from = layer.shape_of(x);
  Options options;
  options.keep_dims = layer.boolean("keepdims", false);
  const int axes =
      layer.builder().graph().add_tensor(int32_constant(layer.name() + "/axes", std::array{1, 2}));
  const Shape rows{2, {from.dims[0], from.dims[3]}};
  const Shape pixel{4, {from.dims[0], 1, 1, from.dims[3]}};
  const int y =
      layer.emit(OperatorType::MEAN, {x, axes}, options.keep_dims ? pixel : rows, options);
  return options.keep_dims ? layer.from_image(y) : y;
}

}  // namespace solder::compiler::keras
