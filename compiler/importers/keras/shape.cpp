#include <algorithm>
#include <array>

#include "compiler/importers/keras/layers.h"
#include "compiler/ir/transpose.h"

namespace solder::compiler::keras {
namespace {

std::string dumped(const Layer& layer, const char* argument) {
  const Json* value = layer.argument(argument);
  return value == nullptr ? "missing" : value->dump();
}

// Amounts before and after height and width (width alone for 1-D layers), which Keras spells n,
// [n, n] or [[n, n], [n, n]].
std::vector<int64_t> read_margins(const Layer& layer, const char* key) {
  const size_t wanted = 2 * static_cast<size_t>(layer.spatial_rank());
  std::vector<int64_t> margins;
  if (const Json* list = list_of(layer.argument(key));
      list != nullptr && !list->empty() && list_of(&(*list)[0]) != nullptr) {
    for (const Json& pair : *list)
      if (const Json* sides = list_of(&pair))
        for (const Json& side : *sides) margins.push_back(integer_of(&side).value_or(-1));
  } else {
    margins = layer.integers(key, {1});
    if (margins.size() == 1) margins.assign(wanted, margins[0]);
    if (margins.size() == 2 && wanted == 4)
      margins = {margins[0], margins[0], margins[1], margins[1]};
  }
  if (margins.size() != wanted ||
      !std::ranges::all_of(margins, [](int64_t n) { return n >= 0 && n <= kMaxTensorBytes; }))
    layer.fail(fmt::format("{} is {}", key, dumped(layer, key)));
  return margins;
}

// The input, of a rank that fits the layer.
int channels_last_input(const Layer& layer) {
  layer.require_channels_last();
  const int x = layer.input();
  const int rank = layer.spatial_rank() + 2;
  if (layer.shape_of(x).rank != rank)
    layer.fail(
        fmt::format("input of shape {}; rank {} is wanted", to_string(layer.shape_of(x)), rank));
  return x;
}

}  // namespace

int import_flatten(const Layer& layer) {
  layer.require_channels_last();
  const int x = layer.input();
  const Shape from = layer.shape_of(x);
  return layer.builder().emit_reshape(x, layer.name(),
                                      layer.shape({from.dims[0], from.elements() / from.dims[0]}));
}

int import_reshape(const Layer& layer) {
  const int x = layer.input();
  const Shape from = layer.shape_of(x);
  std::vector<int64_t> dims = layer.integers("target_shape", {});
  dims.insert(dims.begin(), from.dims[0]);
  int64_t known = 1;
  for (const int64_t dim : dims)
    if (dim > 0 && known <= kMaxTensorBytes) known *= std::min(dim, kMaxTensorBytes + 1);
  const auto open = std::ranges::find(dims, -1);
  if (open != dims.end()) *open = from.elements() / known;
  const Shape to = layer.shape(dims);
  if (to.elements() != from.elements())
    layer.fail(fmt::format("{} cannot become {}", to_string(from), to_string(to)));
  return layer.builder().emit_reshape(x, layer.name(), to);
}

int import_permute(const Layer& layer) {
  const int x = layer.input();
  const int32_t rank = layer.shape_of(x).rank;
  std::vector<int32_t> permutation{0};
  for (const int64_t dim : layer.integers("dims", {}))
    permutation.push_back(dim < 1 || dim >= rank ? -1 : static_cast<int32_t>(dim));
  if (!is_permutation(permutation, rank))
    layer.fail(fmt::format("dims {} for an input of shape {}", dumped(layer, "dims"),
                           to_string(layer.shape_of(x))));
  return layer.builder().emit_transpose(x, layer.name(), permutation);
}

int import_zero_padding(const Layer& layer) {
  const int x = channels_last_input(layer);
  std::vector<int32_t> padding{0, 0};
  for (const int64_t zeros : read_margins(layer, "padding"))
    padding.push_back(static_cast<int32_t>(zeros));
  padding.insert(padding.end(), {0, 0});
  return layer.builder().emit_pad(x, layer.name(), padding);
}

int import_cropping(const Layer& layer) {
  const int x = channels_last_input(layer);
  const Shape shape = layer.shape_of(x);
  const std::vector<int64_t> margins = read_margins(layer, "cropping");
  std::vector<int32_t> start(shape.rank), size(shape.dims, shape.dims + shape.rank);
  for (size_t i = 0; i < margins.size(); i += 2) {
    const int64_t left = size[1 + i / 2] - margins[i] - margins[i + 1];
    if (left < 1) layer.fail(fmt::format("nothing is left of {}", to_string(shape)));
    start[1 + i / 2] = static_cast<int32_t>(margins[i]);
    size[1 + i / 2] = static_cast<int32_t>(left);
  }
  return layer.builder().emit_slice(x, layer.name(), start, size);
}

int import_up_sampling(const Layer& layer) {
  const int x = layer.image();
  const auto size = layer.size_pair("size", {2, 2});
  const std::string how = layer.text("interpolation", "nearest");
  if (how != "nearest" && how != "bilinear")
    layer.fail(fmt::format("interpolation \"{}\"; nearest and bilinear are supported", how));
  const Shape from = layer.shape_of(x);
  const Shape to =
      layer.shape({from.dims[0], from.dims[1] * size[0], from.dims[2] * size[1], from.dims[3]});
  Options options;
  options.half_pixel_centers = true;
  const int sizes = layer.builder().graph().add_tensor(
      int32_constant(layer.name() + "/size", std::array{to.dims[1], to.dims[2]}));
  return layer.from_image(layer.emit(
      how == "nearest" ? OperatorType::RESIZE_NEAREST_NEIGHBOR : OperatorType::RESIZE_BILINEAR,
      {x, sizes}, to, options));
}

int import_repeat_vector(const Layer& layer) {
  const int x = layer.input();
  const Shape shape = layer.shape_of(x);
  const int64_t count = layer.integer("n", 0);
  if (shape.rank != 2 || count < 1 || count > kMaxTensorBytes)
    layer.fail(fmt::format("n of {} for an input of shape {}", count, to_string(shape)));
  const Shape row = layer.shape({shape.dims[0], 1, shape.dims[1]});
  GraphBuilder& builder = layer.builder();
  return builder.emit_repeat(builder.emit_reshape(x, layer.name() + "/row", row), layer.name(), 1,
                             static_cast<int32_t>(count));
}

// Its input is of indices, even where the model calls them floats.
int import_embedding(const Layer& layer) {
  if (layer.boolean("mask_zero", false))
    layer.fail("mask_zero is not supported; build the model with mask_zero=False");
  const int x = layer.input();
  Graph& graph = layer.builder().graph();
  const bool is_fed = graph.producer_of(x) < 0 && graph.users_of(x).empty();
  if (graph.tensors[x].type != TensorType::INT32 && !is_fed)
    layer.fail("its indices are computed as floats, or used elsewhere as such");
  graph.tensors[x].type = TensorType::INT32;
  const int64_t words = layer.integer("input_dim", 0), depth = layer.integer("output_dim", 0);
  const FloatArray& table = layer.weight(0, {words, depth}, "embeddings");
  const Shape indices = graph.tensors[x].shape;
  std::vector<int64_t> dims(indices.dims, indices.dims + indices.rank);
  dims.push_back(depth);
  const int rows = layer.constant("/embeddings", table.shape, table.values);
  return layer.emit(OperatorType::GATHER, {rows, x}, layer.shape(dims));
}

int import_no_op(const Layer& layer) { return layer.input(); }

}  // namespace solder::compiler::keras
