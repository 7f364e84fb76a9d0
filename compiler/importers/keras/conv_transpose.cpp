#include <algorithm>

#include "compiler/importers/keras/activation.h"
#include "compiler/importers/keras/bias.h"
#include "compiler/importers/keras/layers.h"
#include "compiler/ir/dilate.h"
#include "compiler/ir/padding.h"
#include "compiler/ir/transpose.h"

namespace solder::compiler::keras {
namespace {

// The output of height or width, as Keras works it out; `taps` with those that dilation puts
// between, `extra`: the output_padding, -1 for None.
int64_t output_size(int64_t input, int64_t taps, int64_t stride, bool is_same, int64_t extra) {
  if (extra >= 0) return (input - 1) * stride + taps - (is_same ? 2 * (taps / 2) : 0) + extra;
  return input * stride + (is_same ? 0 : std::max<int64_t>(taps - stride, 0));
}

// From height x width x outputs x inputs to outputs x height x width x inputs.
int filter_tensor(const Layer& layer, const FloatArray& kernel, std::array<int64_t, 2> size,
                  std::array<int64_t, 2> dilation) {
  const int32_t* last = kernel.shape.dims + kernel.shape.rank;
  const Shape shape = layer.shape({size[0], size[1], last[-2], last[-1]});
  constexpr int32_t kOutputsFirst[] = {2, 0, 1, 3};
  Tensor filter = float_constant(layer.name() + "/kernel", shape, kernel.values);
  filter.data = transposed(filter.data, shape, kOutputsFirst, sizeof(float));
  filter.shape = transposed(shape, kOutputsFirst);
  return layer.builder().graph().add_tensor(dilated(filter, dilation[0], dilation[1]));
}

}  // namespace

int import_conv_transpose(const Layer& layer) {
  const int x = layer.image();
  const Shape input = layer.shape_of(x);
  const auto size = layer.size_pair("kernel_size", {0, 0});
  const auto stride = layer.size_pair("strides", {1, 1});
  const auto dilation = layer.size_pair("dilation_rate", {1, 1});
  if (size[0] < 1) layer.fail("kernel_size is missing");
  if (layer.integer("groups", 1) != 1) layer.fail("groups are not supported");
  const std::string padding = layer.text("padding", "valid");
  const bool is_same = padding == "same";
  if (!is_same && padding != "valid") layer.fail("padding \"" + padding + "\" is not supported");
  std::vector<int64_t> extra{-1, -1};
  if (layer.argument("output_padding") != nullptr) {
    extra = layer.integers("output_padding", {});
    if (extra.size() == 1) extra.insert(extra.begin(), layer.spatial_rank() == 1 ? 0 : extra[0]);
  }
  const int64_t outputs = layer.integer("filters", 0);
  std::vector<int64_t> dims{input.dims[0]};
  for (size_t i = 0; i < 2; ++i) {
    const int64_t taps = window_size(size[i], dilation[i]);
    if (extra.size() != 2 || extra[i] < -1 || extra[i] >= stride[i])
      layer.fail(fmt::format("output_padding is {}", layer.argument("output_padding")->dump()));
    const int64_t in = input.dims[1 + i];
    const int64_t out = output_size(in, taps, stride[i], is_same, extra[i]);
    if (out < 1 || (is_same && same_padding(out, taps, stride[i]).outputs != in))
      layer.fail(fmt::format("an output of {} from an input of {}", out, in));
    dims.push_back(out);
  }
  dims.push_back(outputs);
  const Shape shape = layer.shape(dims);
  std::vector<int64_t> kernel_dims{size[1], outputs, input.dims[3]};
  if (layer.spatial_rank() == 2) kernel_dims.insert(kernel_dims.begin(), size[0]);
  const int w = filter_tensor(layer, layer.weight(0, kernel_dims, "kernel"), size, dilation);
  const int b = bias_tensor(layer, 1, outputs);
  const int sizes =
      layer.builder().graph().add_tensor(int32_constant(layer.name() + "/shape", {shape.dims, 4}));
  Options options;
  options.padding = is_same ? Padding::SAME : Padding::VALID;
  options.stride_h = static_cast<int32_t>(stride[0]);
  options.stride_w = static_cast<int32_t>(stride[1]);
  return layer.from_image(
      emit_activated(layer, OperatorType::TRANSPOSE_CONV, {sizes, w, x, b}, shape, options));
}

}  // namespace solder::compiler::keras
