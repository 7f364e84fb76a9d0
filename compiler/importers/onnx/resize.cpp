// Images in other sizes.
#include <fmt/format.h>

#include <cmath>

#include "compiler/importers/onnx/operators.h"
#include "compiler/ir/transpose.h"

namespace solder::compiler {
namespace {

// Output sizes for scales, as ONNX rounds them.
std::vector<int64_t> scaled(const Node& node, const Shape& shape,
                            const std::vector<float>& scales) {
  std::vector<int64_t> sizes;
  for (size_t i = 0; i < scales.size(); ++i) {
    const float size = std::floor(static_cast<float>(shape.dims[i]) * scales[i]);
    if (!(size >= 1 && size <= static_cast<float>(kMaxTensorBytes)))
      node.fail(fmt::format("scale {} of dimension {}", scales[i], i));
    sizes.push_back(static_cast<int64_t>(size));
  }
  return sizes;
}

void emit_resize(Node& node, OperatorType type, const std::vector<int64_t>& sizes,
                 const Options& options) {
  Value& input = node.floats(0);
  if (input.shape.rank != 4 || sizes.size() != 4 || sizes[0] != input.shape.dims[0] ||
      sizes[1] != input.shape.dims[1])
    node.fail(fmt::format("from {} to [{}]; only height and width of rank 4 can change",
                          to_string(input.shape), fmt::join(sizes, ", ")));
  const Shape shape = node.shape(sizes);
  const int size = node.builder().graph().add_tensor(
      int32_constant(node.name() + "/size", std::array{shape.dims[2], shape.dims[3]}));
  const int x = node.tensor(input, Layout::kChannelsLast);
  node.define_output(
      node.emit(type, {x, size}, stored_shape(shape, Layout::kChannelsLast), options),
      Layout::kChannelsLast, shape);
}

OperatorType read_type(const Node& node) {
  const std::string mode = node.text("mode", "nearest");
  if (mode == "nearest") return OperatorType::RESIZE_NEAREST_NEIGHBOR;
  if (mode != "linear" && mode != "bilinear")
    node.fail("mode '" + mode + "'; nearest and linear are supported");
  return OperatorType::RESIZE_BILINEAR;
}

// Whether each size is a multiple of the input's.
bool is_enlarged_by_integers(const Shape& from, const std::vector<int64_t>& sizes) {
  for (size_t i = 0; i < sizes.size(); ++i)
    if (sizes[i] % from.dims[i] != 0) return false;
  return true;
}

// Where ONNX's choice of coordinates is one that the operator has.
Options read_coordinates(const Node& node, OperatorType type, const std::vector<int64_t>& sizes) {
  Options options;
  // Before opset 11 there was nothing to choose.
  const bool is_old = node.opset() < 11;
  const std::string where =
      node.text("coordinate_transformation_mode", is_old ? "asymmetric" : "half_pixel");
  const std::string rounding = node.text("nearest_mode", is_old ? "floor" : "round_prefer_floor");
  const Shape& from = node.input(0).shape;
  if (type == OperatorType::RESIZE_BILINEAR) {
    options.align_corners = where == "align_corners";
    // PyTorch's differs for outputs of one pixel alone.
    const bool has_one_pixel = sizes.size() == 4 && (sizes[2] == 1 || sizes[3] == 1);
    options.half_pixel_centers =
        where == "half_pixel" || (where == "pytorch_half_pixel" && !has_one_pixel);
    if (options.align_corners || options.half_pixel_centers || where == "asymmetric")
      return options;
  } else if (where == "asymmetric" && rounding == "floor" &&
             !is_enlarged_by_integers(from, sizes)) {
    return options;
  } else if (where == "align_corners" && rounding == "round_prefer_ceil") {
    options.align_corners = true;
    return options;
  } else if (where == "tf_half_pixel_for_nn" && rounding == "floor") {
    options.half_pixel_centers = true;
    return options;
  } else if (is_enlarged_by_integers(from, sizes) &&
             ((where == "asymmetric" && rounding == "floor") ||
              ((where == "half_pixel" || where == "pytorch_half_pixel") &&
               (rounding == "round_prefer_floor" || rounding == "round_prefer_ceil")))) {
    // Every pixel of the output lies within one of the input, its centre clear of the edges.
    options.half_pixel_centers = true;
    return options;
  }
  node.fail(fmt::format(
      "coordinate_transformation_mode {} with nearest_mode {} is not supported for mode {}; use "
      "asymmetric with floor, or for linear half_pixel, align_corners or asymmetric",
      where, rounding, node.text("mode", "nearest")));
}

// Sizes of the axes that `axes` names (all without it), put among those of the input.
std::vector<int64_t> among_all(const Node& node, const std::vector<int64_t>& sizes) {
  const Shape& shape = node.input(0).shape;
  const std::vector<int64_t> axes = node.integers("axes", {});
  if (axes.empty()) return sizes;
  if (axes.size() != sizes.size()) node.fail("sizes and axes differ in length");
  std::vector<int64_t> all(shape.dims, shape.dims + shape.rank);
  for (size_t i = 0; i < axes.size(); ++i) all[node.axis(axes[i], shape.rank)] = sizes[i];
  return all;
}

}  // namespace

void import_resize(Node& node) {
  const OperatorType type = read_type(node);
  const Shape& shape = node.floats(0).shape;
  if (node.integer("antialias", 0) != 0) node.fail("antialias is not supported");
  if (node.text("keep_aspect_ratio_policy", "stretch") != "stretch")
    node.fail("keep_aspect_ratio_policy is not supported");
  const int scales = node.opset() < 11 ? 1 : 2;
  std::vector<int64_t> sizes;
  if (node.has_input(3)) {
    sizes = among_all(node, node.integer_constant(3));
  } else {
    const std::vector<int64_t> axes = node.integers("axes", {});
    std::vector<float> all = node.float_constant(scales).floats;
    if (!axes.empty()) {
      const std::vector<float> given = all;
      all.assign(static_cast<size_t>(shape.rank), 1.0F);
      if (axes.size() != given.size()) node.fail("scales and axes differ in length");
      for (size_t i = 0; i < axes.size(); ++i) all[node.axis(axes[i], shape.rank)] = given[i];
    }
    if (std::ssize(all) != shape.rank) node.fail("it has not one scale per dimension");
    sizes = scaled(node, shape, all);
    // Coordinates follow from the scale, not from the sizes.
    for (int32_t i = 0; i < shape.rank; ++i)
      if (static_cast<float>(sizes[i]) != static_cast<float>(shape.dims[i]) * all[i])
        node.fail(fmt::format("scale {} of {} pixels is no whole number of pixels", all[i],
                              shape.dims[i]));
  }
  emit_resize(node, type, sizes, read_coordinates(node, type, sizes));
}

void import_upsample(Node& node) {
  const std::vector<float>& scales = node.float_constant(1).floats;
  const Shape& shape = node.floats(0).shape;
  if (std::ssize(scales) != shape.rank) node.fail("it has not one scale per dimension");
  const OperatorType type = read_type(node);
  const std::vector<int64_t> sizes = scaled(node, shape, scales);
  emit_resize(node, type, sizes, read_coordinates(node, type, sizes));
}

void import_space_to_depth(Node& node) {
  Value& input = node.floats(0);
  const int64_t size = node.integer("blocksize", 0);
  const Shape& from = input.shape;
  if (from.rank != 4 || size < 1 || from.dims[2] % size != 0 || from.dims[3] % size != 0)
    node.fail(fmt::format("blocks of {} do not fit an input of {}", size, to_string(from)));
  const Shape shape = node.shape(std::array<int64_t, 4>{from.dims[0], from.dims[1] * size * size,
                                                        from.dims[2] / size, from.dims[3] / size});
  Options options;
  options.block_size = static_cast<int32_t>(size);
  const int y = node.emit(OperatorType::SPACE_TO_DEPTH, {node.tensor(input, Layout::kChannelsLast)},
                          stored_shape(shape, Layout::kChannelsLast), options);
  node.define_output(y, Layout::kChannelsLast, shape);
}

// In mode DCR blocks come before channels, as in TensorFlow Lite; in CRD behind.
void import_depth_to_space(Node& node) {
  Value& input = node.floats(0);
  const int64_t size = node.integer("blocksize", 0);
  const std::string mode = node.text("mode", "DCR");
  const Shape& from = input.shape;
  if (mode != "DCR" && mode != "CRD") node.fail("mode '" + mode + "'");
  if (from.rank != 4 || size < 1 || size > kMaxTensorBytes || from.dims[1] % (size * size) != 0)
    node.fail(fmt::format("blocks of {} do not fit an input of {}", size, to_string(from)));
  const int64_t channels = from.dims[1] / (size * size);
  const Shape shape = node.shape(
      std::array<int64_t, 4>{from.dims[0], channels, from.dims[2] * size, from.dims[3] * size});
  Builder& builder = node.builder();
  int x = node.tensor(input, Layout::kChannelsLast);
  if (mode == "CRD") {
    // The channels of each pixel, transposed.
    const Shape stored = builder.shape_of(x);
    const int32_t pixels = stored.dims[0] * stored.dims[1] * stored.dims[2];
    const Shape pairs{3, {pixels, static_cast<int32_t>(channels), stored.dims[3] / shape.dims[1]}};
    x = builder.emit_reshape(x, node.name() + "/channels", pairs);
    x = builder.emit_transpose(x, node.name() + "/blocks", std::array{0, 2, 1});
    x = builder.emit_reshape(x, node.name() + "/pixels", stored);
  }
  Options options;
  options.block_size = static_cast<int32_t>(size);
  const int y = node.emit(OperatorType::DEPTH_TO_SPACE, {x},
                          stored_shape(shape, Layout::kChannelsLast), options);
  node.define_output(y, Layout::kChannelsLast, shape);
}

}  // namespace solder::compiler
