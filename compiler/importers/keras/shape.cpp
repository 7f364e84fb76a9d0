#include <algorithm>

#include "compiler/importers/keras/layers.h"
#include "compiler/ir/transpose.h"

namespace solder::compiler::keras {
namespace {

std::string dumped(const Layer& layer, const char* argument) {
  const Json* value = layer.argument(argument);
  return value == nullptr ? "missing" : value->dump();
}

// Zeros before and after height and width (width alone for 1-D layers), which Keras spells n,
// [n, n] or [[n, n], [n, n]].
std::vector<int64_t> read_zeros(const Layer& layer) {
  const size_t wanted = 2 * static_cast<size_t>(layer.spatial_rank());
  std::vector<int64_t> zeros;
  if (const Json* list = list_of(layer.argument("padding"));
      list != nullptr && !list->empty() && list_of(&(*list)[0]) != nullptr) {
    for (const Json& pair : *list)
      if (const Json* sides = list_of(&pair))
        for (const Json& side : *sides) zeros.push_back(integer_of(&side).value_or(-1));
  } else {
    zeros = layer.integers("padding", {1});
    if (zeros.size() == 1) zeros.assign(wanted, zeros[0]);
    if (zeros.size() == 2 && wanted == 4) zeros = {zeros[0], zeros[0], zeros[1], zeros[1]};
  }
  if (zeros.size() != wanted ||
      !std::ranges::all_of(zeros, [](int64_t n) { return n >= 0 && n <= kMaxTensorBytes; }))
    layer.fail("padding is " + dumped(layer, "padding"));
  return zeros;
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
  layer.require_channels_last();
  const int x = layer.input();
  const int spatial = layer.spatial_rank();
  if (layer.shape_of(x).rank != spatial + 2)
    layer.fail(fmt::format("input of shape {}; rank {} is wanted", to_string(layer.shape_of(x)),
                           spatial + 2));
  std::vector<int32_t> padding{0, 0};
  for (const int64_t zeros : read_zeros(layer)) padding.push_back(static_cast<int32_t>(zeros));
  padding.insert(padding.end(), {0, 0});
  return layer.builder().emit_pad(x, layer.name(), padding);
}

int import_no_op(const Layer& layer) { return layer.input(); }

}  // namespace solder::compiler::keras
